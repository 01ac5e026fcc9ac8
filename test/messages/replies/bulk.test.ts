import { describe, expect, test } from 'vitest';
import { parseCustomId } from '../../../src/messages/custom-id.js';
import { COLOURS } from '../../../src/messages/format/colours.js';
import { bulkPlanReply, bulkReply, nothingToFixReply, singlePlanReply } from '../../../src/messages/replies/bulk.js';
import { kindsNamed, pickedIssue, suggestIssue, typedIdOrName } from '../../../src/messages/replies/find-issue.js';
import { typedNumber } from '../../../src/messages/replies/release.js';
import { holdAnnouncement } from '../../../src/messages/report/hold.js';
import type { BulkPlan, ListedIssue } from '../../../src/reconciliation/fixes/bulk-plan.js';
import type { FixResult } from '../../../src/reconciliation/fixes/fix.js';
import { HOLD, issue, OPERATOR } from '../fixtures.js';
import { brokenLimits } from '../limits.js';

const listed = (over: Partial<ListedIssue> = {}): ListedIssue => ({ ...issue(over), lastRunId: 'run1' });
const taking = (number: number) =>
	listed({
		id: `t${number}`,
		discordId: `${200000000000000000 + number * 1000}`,
		discordName: `taker${number}`,
		plan: { add: [], remove: ['Knight'] },
		linked: true
	});
const giving = (number: number) => listed({ id: `g${number}`, discordName: `giver${number}`, plan: { add: ['Lord'], remove: [] } });
const plan = (issues: ListedIssue[], over: Partial<BulkPlan> = {}): BulkPlan => ({
	scope: 'all',
	issues,
	runId: 'run1',
	planHash: '0123abcd',
	hold: null,
	...over
});
const REFUSED = { reason: 'This would remove a role from 5 of the 20 members who hold one (limit: 10%).', losing: 5, holders: 20 };
const labels = ({ components }: ReturnType<typeof bulkPlanReply>) =>
	components.flatMap((row) => row.components.map((button) => ('label' in button ? button.label : '')));

const ended = (of: ListedIssue, outcome: 'FIXED' | 'FAILED' | 'RESOLVED', error: string | null = null): FixResult => ({
	kind: 'ended',
	attemptId: 'attempt1',
	outcome,
	issue: of,
	rolesBefore: null,
	rolesAfter: null,
	error,
	newDrift: null
});

describe('bulkPlanReply', () => {
	test('counts and lists the members and their plans', () => {
		const { embeds } = bulkPlanReply(plan([taking(1), giving(1), giving(2)]));
		expect(embeds[0]?.title).toBe('Fix all: 3 issues');
		expect(embeds[0]?.description).toContain('**1 person loses a role, 2 people gain one.**');
		expect(embeds[0]?.description).toContain('taker1: Take Knight');
	});

	test('offers grants only if the plan both grants and revokes', () => {
		expect(labels(bulkPlanReply(plan([taking(1), giving(1)])))).toEqual(['Fix all 2', 'Only give (1)']);
		expect(labels(bulkPlanReply(plan([taking(1)])))).toEqual(['Fix it']);
		expect(labels(bulkPlanReply(plan([giving(1), giving(2)])))).toEqual(['Fix all 2']);
	});

	test("shows the hold's reason and the number to type", () => {
		const message = bulkPlanReply(plan([...Array(5).keys()].map(taking), { hold: REFUSED }));
		expect(labels(message)).toEqual(['Release the hold…']);
		expect(message.embeds[0]?.fields?.[0]).toMatchObject({ name: 'On hold', value: expect.stringContaining('type the number 5') });
	});

	test('points out members without a link', () => {
		const { embeds } = bulkPlanReply(plan([listed({ linked: false })]));
		expect(embeds[0]?.fields?.[0]?.name).toBe('1 person not linked to a Stripe customer');
	});

	test('keeps to the limits with thousands of hostile names', () => {
		const names = ['@everyone'.repeat(50), '[x](https://evil.example)', '**'.repeat(200), '‮abc', '```'];
		const many = Array.from({ length: 5000 }, (_, index) => ({ ...taking(index), discordName: names[index % names.length] as string }));
		const { embeds, components } = bulkPlanReply(plan(many, { hold: { ...REFUSED, reason: 'x'.repeat(5000) } }));
		expect(brokenLimits({ embeds, components, allowedMentions: { parse: [] } })).toEqual([]);
		expect(embeds[0]?.description).toMatch(/… and \d[\d,]* more$/);
	});

	test('binds its buttons to the plan', () => {
		const [row] = bulkPlanReply(plan([taking(1), giving(1)])).components;
		const ids = row?.components.map((button) => ('custom_id' in button ? parseCustomId(button.custom_id) : null));
		expect(ids).toEqual([
			{ action: 'bulk', scope: 'all', planHash: '0123abcd', mode: 'all' },
			{ action: 'bulk', scope: 'all', planHash: '0123abcd', mode: 'grants-only' }
		]);
	});
});

describe('bulkReply', () => {
	const [gone, given, failed] = [taking(1), giving(1), taking(2)];
	const done = {
		kind: 'done' as const,
		plan: plan([gone, given, failed]),
		left: 0,
		results: [
			{ issue: gone, result: ended(gone, 'FIXED') },
			{ issue: given, result: ended(given, 'FIXED') },
			{ issue: failed, result: ended(failed, 'FAILED', "Reeve's role is below Knight.") }
		]
	};

	test('lists why each remaining issue was not fixed', () => {
		expect(bulkReply(done, 'all').content).toMatch(/^Done: 2 of 3 issues fixed\. Not fixed:\n.*taker2.*Reeve's role is below Knight\.$/s);
	});

	test('counts what is left after a shutdown', () => {
		expect(bulkReply({ ...done, left: 4 }, 'all').content).toMatch(
			/^Stopped: 2 of 7 issues fixed\. Reeve is being restarted, and resumes the other 4 issues automatically/
		);
	});

	test('shows the new plan if it changed', () => {
		const answer = bulkReply({ kind: 'plan-changed', plan: done.plan }, 'all');
		expect(answer.content).toContain('Nothing was changed');
		expect(answer.components).not.toEqual([]);
		expect(bulkReply({ kind: 'plan-changed', plan: null }, 'all').content).toBe(`Nothing was changed. ${nothingToFixReply('all')}`);
	});
});

describe('holdAnnouncement', () => {
	test('is red, names the operator and the number to type, and links to the plan', () => {
		const { embeds, components } = holdAnnouncement(HOLD);
		expect(embeds[0]).toMatchObject({ title: 'On hold: a fix that takes roles from 9 people', color: COLOURS.bad });
		expect(embeds[0]?.description).toContain(`<@${OPERATOR}> asked to fix all open issues. **No roles were removed.**`);
		expect(embeds[0]?.description).toContain('9 of 30 lose a role');
		expect(components[0]?.components).toMatchObject([{ label: 'Look at the plan…', custom_id: 'reeve:1:plan:all' }]);
		expect(brokenLimits({ ...holdAnnouncement({ ...HOLD, reason: '*'.repeat(5000) }), allowedMentions: { parse: [] } })).toEqual([]);
		expect(holdAnnouncement({ ...HOLD, scope: 'ROLE_MISMATCH' }).embeds[0]?.description).toContain('of the kind "Has the wrong role"');
	});
});

describe('finding one issue', () => {
	test('suggests an issue in at most 100 characters, with a value that carries its plan', () => {
		const suggestion = suggestIssue(listed({ id: 'a1', discordName: 'Ada' }));
		expect(suggestion.name).toMatch(/^Ada · .* · Give Lord, then take Knight$/);
		expect(pickedIssue(suggestion.value)).toEqual({ issueId: 'a1', planHash: listed().planHash });
		expect(suggestIssue(listed({ discordName: 'x'.repeat(90), plan: { add: ['y'.repeat(90)], remove: [] } })).name).toHaveLength(100);
	});

	test('knows which kinds are named by a part of their name, in any case', () => {
		expect(kindsNamed(" ISN'T paying")).toEqual(['UNAUTHORIZED_ACCESS']);
		expect(kindsNamed('has')).toEqual(['UNAUTHORIZED_ACCESS', 'ROLE_MISMATCH']);
		expect(kindsNamed('ada')).toEqual([]);
	});

	test('takes the Discord ID out of a mention', () => {
		expect(['<@1>', '<@!1>', ' 1 ', 'Ada', '<@ada>'].map(typedIdOrName)).toEqual(['1', '1', '1', 'Ada', '<@ada>']);
	});

	test('shows an issue with its plan and a button', () => {
		const { content, components } = singlePlanReply(listed());
		expect(content).toContain('**Give Lord, then take Knight**');
		expect(components).toHaveLength(1);
	});
});

test.each([
	['5', 5],
	['1 234', 1234],
	['1,234', 1234],
	['', 0],
	['five', 0],
	['-5', 0],
	['0x10', 0],
	['12.5', 0],
	['1,23', 0],
	["1'234", 1234],
	['12 345 678', 12_345_678],
	['12abc', 0],
	['１２', 0],
	['1e3', 0],
	['+5', 0],
	['5 5', 0]
])('typedNumber reads %j as %d', (typed, expected) => {
	expect(typedNumber(typed)).toBe(expected);
});
