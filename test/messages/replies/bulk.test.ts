import { describe, expect, test } from 'vitest';
import { parseCustomId } from '../../../src/messages/custom-id.js';
import { COLOURS } from '../../../src/messages/format/colours.js';
import { bulkPlanReply, bulkReply, nothingToFixReply, singlePlanReply } from '../../../src/messages/replies/bulk.js';
import { kindsNamed, pickedIssue, suggestIssue, typedIdOrName } from '../../../src/messages/replies/find-issue.js';
import { typedNumber } from '../../../src/messages/replies/release.js';
import { holdAnnouncement } from '../../../src/messages/report/hold.js';
import type { BulkScope, Hold } from '../../../src/reconciliation/domain/hold.js';
import { type BulkPlan, bulkPlanOf, type ListedIssue } from '../../../src/reconciliation/fixes/bulk-plan.js';
import type { FixResult } from '../../../src/reconciliation/fixes/fix.js';
import { ADA, AT, AT_SECONDS, HOLD, issue, OPERATOR } from '../fixtures.js';
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
const giving = (number: number) =>
	listed({ id: `g${number}`, discordName: `giver${number}`, discordRoles: [], plan: { add: ['Lord'], remove: [] } });
const lowering = (number: number) =>
	listed({ id: `l${number}`, discordName: `lower${number}`, discordRoles: ['Lord'], plan: { add: ['Knight'], remove: ['Lord'] } });
const plan = (issues: ListedIssue[], hold: Hold | null = null, scope: BulkScope = 'all'): BulkPlan =>
	bulkPlanOf(scope, { runId: 'run1', ruleChange: null, onboarding: null }, issues, () => hold);
const REFUSED = { reason: 'This would remove access from 5 of the 20 members who hold a role (limit: 10%).', losing: 5, holders: 20 };
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
	test('counts the effects and lists the people of each, those who lose access first', () => {
		const { embeds } = bulkPlanReply(plan([giving(1), taking(1), lowering(1), giving(2)]));
		expect(embeds[0]?.title).toBe('Fix all: 4 issues');
		expect(embeds[0]?.description).toMatch(/^\*\*1 loses access, 1 moves down, 2 get access\.\*\*/);
		expect(embeds[0]?.description).toMatch(
			/\*\*Lose access \(1\)\*\*\n.*taker1: Remove Knight.*\n\n\*\*Move down \(1\)\*\*\n.*lower1.*\n\n\*\*Get access \(2\)\*\*\n.*giver1.*\n.*giver2/
		);
	});

	test('has a button per part that has people, and one to cancel', () => {
		expect(labels(bulkPlanReply(plan([taking(1), giving(1), lowering(1), giving(2)])))).toEqual([
			'Grant and tidy (2)',
			'Move down (1)',
			'Remove access (1)',
			'Cancel'
		]);
		expect(labels(bulkPlanReply(plan([taking(1)])))).toEqual(['Remove access (1)', 'Cancel']);
	});

	test('asks for a number where the plan is held, and never for what gives access', () => {
		const message = bulkPlanReply(plan([...[...Array(5).keys()].map(taking), giving(1)], REFUSED));
		expect(labels(message)).toEqual(['Grant and tidy (1)', 'Remove access (5)…', 'Cancel']);
		expect(message.embeds[0]?.fields?.[0]).toMatchObject({
			name: 'Needs your approval',
			value: expect.stringContaining('type the number that it shows')
		});
	});

	test('attaches everyone as a CSV file', () => {
		const { files, attachments } = bulkPlanReply(plan([giving(1), ...[...Array(400).keys()].map(taking)]));
		const lines = String(files[0]?.attachment).trimEnd().split('\r\n');
		expect(lines).toHaveLength(402);
		expect(lines[1]).toMatch(/^"loses access","<@200000000000000000>","taker0","remove Knight",/);
		expect(lines.at(-1)).toMatch(/^"gets access",/);
		expect(files[0]?.name).toBe('reeve-plan-all-run1.csv');
		// Edits replace the file of the message.
		expect(attachments).toEqual([]);
	});

	test('leaves people without a link out, and says so', () => {
		const unlinked = listed({ linked: false });
		const { embeds } = bulkPlanReply(plan([taking(1), unlinked]));
		expect(embeds[0]?.title).toBe('Fix all: 1 issue');
		expect(embeds[0]?.fields?.[0]?.name).toBe('1 person not linked to a Stripe customer');
		const alone = bulkPlanReply(plan([unlinked]));
		expect(labels(alone)).toEqual(['Cancel']);
		expect(alone.embeds[0]?.description).toBe('Nothing is to be changed here.');
		expect(bulkPlanReply(plan([taking(1), unlinked], null, 'UNLINKED')).embeds[0]?.title).toBe(
			'Fix "Not linked to a Stripe customer": 1 issue'
		);
	});

	test('leaves people out of whom it has become unknown what they should have, and says so', () => {
		const { embeds } = bulkPlanReply(plan([taking(1), { ...taking(2), isUnknown: true }]));
		expect(embeds[0]).toMatchObject({
			title: 'Fix all: 1 issue',
			description: expect.stringContaining('**1 person loses access.**'),
			fields: [{ name: '1 person of whom it is unknown what they should have' }]
		});
	});

	test('keeps to the limits with thousands of hostile names', () => {
		const names = ['@everyone'.repeat(50), '[x](https://evil.example)', '**'.repeat(200), '\u202Eabc', '```'];
		const many = Array.from({ length: 5000 }, (_, index) => ({
			...(index % 3 === 0 ? taking(index) : index % 3 === 1 ? lowering(index) : giving(index)),
			discordName: names[index % names.length] as string
		}));
		const { embeds, components } = bulkPlanReply(plan(many, { ...REFUSED, reason: 'x'.repeat(5000) }));
		expect(brokenLimits({ embeds, components, allowedMentions: { parse: [] } })).toEqual([]);
		expect(embeds[0]?.description).toMatch(/… and \d[\d,]* more$/);
	});

	test('binds each button to its part of the plan', () => {
		const { parts, ...shown } = plan([taking(1), giving(1)]);
		const [row] = bulkPlanReply({ parts, ...shown }).components;
		const ids = row?.components.map((button) => ('custom_id' in button ? parseCustomId(button.custom_id) : null));
		expect(ids).toEqual([
			{ action: 'bulk', scope: 'all', part: 'gives', planHash: parts.gives.planHash },
			{ action: 'bulk', scope: 'all', part: 'removes', planHash: parts.removes.planHash },
			{ action: 'cancel' }
		]);
		expect(plan([giving(1), taking(2)]).parts.gives.planHash).toBe(parts.gives.planHash);
		expect(plan([giving(1), taking(2)]).parts.removes.planHash).not.toBe(parts.removes.planHash);
	});
});

describe('bulkReply', () => {
	const [gone, given, failed] = [taking(1), giving(1), taking(2)];
	const done = {
		kind: 'done' as const,
		plan: plan([gone, given, failed]),
		part: 'removes' as const,
		left: 0,
		results: [
			{ issue: gone, result: ended(gone, 'FIXED'), fixed: true },
			{ issue: given, result: ended(given, 'FIXED'), fixed: true },
			{ issue: failed, result: ended(failed, 'FAILED', "Reeve's role is below Knight."), fixed: false }
		]
	};

	test('lists why each remaining issue was not fixed', () => {
		expect(bulkReply(done, 'all').content).toMatch(/^Done: 2 of 3 issues fixed\. Not fixed:\n.*taker2.*Reeve's role is below Knight\.$/s);
	});

	test('offers to look at the parts that are left', () => {
		expect(labels(bulkReply(done, 'all'))).toEqual(['Look at the rest…']);
		expect(labels(bulkReply({ ...done, plan: plan([gone, failed]) }, 'all'))).toEqual([]);
	});

	test('asks for the number of the part that is held', () => {
		const held = plan([...Array(5).keys()].map(taking), REFUSED);
		const answer = bulkReply({ kind: 'held', plan: held, hold: { ...REFUSED, losing: 5 } }, 'all');
		expect(answer.content).toBe('Nothing was changed: this needs your approval. Press the button again and type 5.');
		expect(labels(answer)).toContain('Remove access (5)…');
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
	test('is red, names the operator, the effects and the number to type, and links to the plan', () => {
		const { embeds, components } = holdAnnouncement(HOLD);
		expect(embeds[0]).toMatchObject({ title: 'On hold: 7 would lose access, 2 would move down', color: COLOURS.bad });
		expect(embeds[0]?.description).toContain(`<@${OPERATOR}> asked for a bulk fix that takes access. **Nothing has been taken yet.**`);
		expect(embeds[0]?.description).toContain('typing 9');
		expect(components[0]?.components).toMatchObject([{ label: 'Look at the plan…', custom_id: 'reeve:1:plan:all' }]);
		expect(brokenLimits({ ...holdAnnouncement({ ...HOLD, reason: '*'.repeat(5000) }), allowedMentions: { parse: [] } })).toEqual([]);
		expect(holdAnnouncement({ ...HOLD, scope: 'ROLE_MISMATCH' }).embeds[0]?.description).toContain('of the kind "Has the wrong role"');
	});

	test('says who released it, and has nothing left to press', () => {
		const { embeds, components } = holdAnnouncement({ ...HOLD, releasedBy: ADA, releasedAt: AT });
		expect(embeds[0]).toMatchObject({ title: 'Approved: 7 lose access, 2 move down', color: COLOURS.low });
		expect(embeds[0]?.description).toContain(
			`<@${OPERATOR}> asked for a bulk fix that takes access, and <@${ADA}> approved it <t:${AT_SECONDS}:R>.`
		);
		expect(embeds[0]?.description).not.toContain('yet');
		expect(components).toEqual([]);
	});
});

describe('finding one issue', () => {
	test('suggests an issue in at most 100 characters, with a value that carries its plan', () => {
		const suggestion = suggestIssue(listed({ id: 'a1', discordName: 'Ada' }));
		expect(suggestion.name).toMatch(/^Ada · .* · Give Lord, then remove Knight$/);
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
		expect(content).toContain('**Give Lord, then remove Knight**');
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
