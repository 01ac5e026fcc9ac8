import { describe, expect, it } from 'vitest';
import { parseCustomId } from '../../../src/messages/custom-id.js';
import { acceptRulesReply, rulesAcceptedAnnouncement } from '../../../src/messages/replies/accept-rules.js';
import { bulkPlanReply } from '../../../src/messages/replies/bulk.js';
import { acceptRulesModal } from '../../../src/messages/replies/release.js';
import { reportPage } from '../../../src/messages/report/page.js';
import { countEffects } from '../../../src/reconciliation/domain/effect.js';
import type { RuleChange } from '../../../src/reconciliation/domain/rule-change.js';
import type { ReconciliationResult } from '../../../src/reconciliation/domain/run.js';
import { bulkPlanOf } from '../../../src/reconciliation/fixes/bulk-plan.js';
import { AT, AT_SECONDS, issue, issues, OPERATOR, result } from '../fixtures.js';
import { brokenLimits, buttonsOf } from '../limits.js';

const CHANGE: RuleChange = {
	rulesHash: '0123abcd',
	changes: ['Prices of Lord: price_lord → price_lrod'],
	since: AT,
	effects: { ...countEffects([]), removes: 8, lowers: 1, grants: 3 },
	acceptedBy: null
};
const NO_ONE: RuleChange = { ...CHANGE, effects: countEffects([]) };

function report(over: Partial<ReconciliationResult>) {
	const page = reportPage({ result: result(over), states: new Map() }, 0);
	expect(brokenLimits(page)).toEqual([]);
	return { summary: page.embeds[0], embeds: page.embeds, buttons: buttonsOf(page.components) };
}

describe('a report of a run with changed rules', () => {
	it('says what changed, whom it concerns, and what happens until an operator accepts it', () => {
		const { summary, buttons } = report({ issues: issues(12), ruleChange: CHANGE });
		expect(summary?.description).toContain(
			`**The rules have changed, and no operator has accepted that**\nPrices of Lord: price_lord → price_lrod\nOnly because of this: 8 lose access, 1 moves down, 3 get access. Until an operator accepts it, Reeve takes no access because of it, automatically or in bulk; what gives access goes ahead. If it is a mistake, correct the settings and restart Reeve. Last accepted <t:${AT_SECONDS}:R>.\n`
		);
		const accept = buttons.find(({ label }) => label === 'Accept the new rules (9)…');
		expect(parseCustomId(accept?.custom_id ?? '')).toEqual({ action: 'accept-rules', rulesHash: '0123abcd', losing: 9 });
	});

	it('is not all clear, and asks for no number, when the change concerns no one', () => {
		const { summary, buttons } = report({ ruleChange: NO_ONE });
		expect(summary).toMatchObject({ color: 0xf0a020, fields: [{ value: expect.stringContaining('No one is concerned now.') }] });
		expect(buttons.map(({ label }) => label)).toEqual(['Accept the new rules']);
	});

	it('says who has accepted the change, and has nothing left to accept', () => {
		const { summary, buttons } = report({ issues: issues(2), ruleChange: { ...CHANGE, acceptedBy: OPERATOR } });
		expect(summary?.description).toContain(
			`**The rules have changed**\nPrices of Lord: price_lord → price_lrod\n<@${OPERATOR}> has accepted this.\n`
		);
		expect(buttons.some(({ label }) => label?.startsWith('Accept'))).toBe(false);
	});

	it('offers nothing to accept for one member, whose run does not show whom the change concerns', () => {
		const { buttons } = report({ issues: issues(1), ruleChange: CHANGE, onlyMember: '1' });
		expect(buttons.some(({ label }) => label?.startsWith('Accept'))).toBe(false);
	});

	it('is on hold if automatic fixes were held back, with one explanation', () => {
		const hold = { reason: 'The rules have changed.', losing: 9, holders: 100, byRuleChange: true };
		const { summary } = report({ issues: issues(9), ruleChange: CHANGE, hold, autoFixEnabled: true });
		expect(summary?.title).toBe('9 people have the wrong roles, on hold');
		expect(summary?.description?.match(/^\*\*[A-Z].*\*\*$/gm)).toEqual(['**The rules have changed, and no operator has accepted that**']);
	});

	it('marks each issue that exists only because of the change', () => {
		const { embeds } = report({ issues: [issue({ id: 'a', byRuleChange: true }), issue({ id: 'b' })], ruleChange: CHANGE });
		const small = embeds[0]?.description?.split('\n').filter((line) => line.startsWith('-# ada'));
		expect(small?.[0]).toContain(' · only because the rules have changed · ');
		expect(small?.[1]).not.toContain('rules');
	});

	it('fits many long changes', () => {
		const changes = Array.from({ length: 50 }, (_, index) => `Prices of Tier ${index}: ${'price_'.repeat(100)}`);
		report({ issues: issues(12), ruleChange: { ...CHANGE, changes } });
	});
});

describe('a bulk plan with changed rules', () => {
	const taken = issue({ id: 'a', byRuleChange: true, discordRoles: ['Lord'], plan: { add: [], remove: ['Lord'] } });
	const given = issue({ id: 'b', byRuleChange: true, discordRoles: [], plan: { add: ['Lord'], remove: [] } });
	const listed = [taken, given].map((each) => ({ ...each, lastRunId: 'run1' }));

	it('leaves out what the change alone would take, and offers to accept it', () => {
		const plan = bulkPlanOf('all', { runId: 'run1', ruleChange: CHANGE, onboarding: null }, listed, () => null);
		const { embeds, components } = bulkPlanReply(plan);
		expect(embeds[0]?.title).toBe('Fix all: 1 issue');
		expect(embeds[0]?.fields?.[0]?.value).toContain('**Not part of this plan: 1 person loses access.**');
		expect(buttonsOf(components).map(({ label }) => label)).toEqual(['Grant and tidy (1)', 'Accept the new rules (9)…', 'Cancel']);
	});

	it('contains everything once an operator has accepted it', () => {
		const plan = bulkPlanOf('all', { runId: 'run1', ruleChange: null, onboarding: null }, listed, () => null);
		expect(bulkPlanReply(plan).embeds[0]).toMatchObject({ title: 'Fix all: 2 issues', fields: [] });
	});
});

describe('accepting new rules', () => {
	it('asks for the number of people', () => {
		expect(acceptRulesModal({ action: 'accept-rules', rulesHash: '0123abcd', losing: 9 })).toMatchObject({
			title: 'Accept the new rules',
			components: [{ components: [{ custom_id: 'losing', label: 'How many people lose access or move down?' }] }]
		});
	});

	it('replies that nothing was changed yet, with a way to the plan where people are concerned', () => {
		const reply = acceptRulesReply({ kind: 'accepted', runId: 'run1', change: CHANGE });
		expect(reply.content).toMatch(/^You have accepted the new rules\..* No role was changed\.$/);
		expect(buttonsOf(reply.components).map(({ custom_id }) => custom_id)).toEqual(['reeve:1:plan:all']);
		expect(acceptRulesReply({ kind: 'accepted', runId: 'run1', change: NO_ONE }).components).toEqual([]);
	});

	it('replies why nothing was accepted, and what to do', () => {
		expect(acceptRulesReply({ kind: 'wrong-number', change: CHANGE }).content).toMatch(/^Nothing was changed: the number is 9\./);
		expect(acceptRulesReply({ kind: 'already-accepted', by: OPERATOR, at: AT }).content).toContain(`<@${OPERATOR}> has already accepted`);
		expect(acceptRulesReply({ kind: 'outdated' }).content).toContain('`/reconcile run`');
	});

	it('is announced in one line', () => {
		expect(rulesAcceptedAnnouncement(OPERATOR, CHANGE)).toBe(
			`<@${OPERATOR}> accepted the new rules: 8 lose access, 1 moves down, 3 get access.`
		);
		expect(rulesAcceptedAnnouncement(OPERATOR, NO_ONE)).toBe(`<@${OPERATOR}> accepted the new rules.`);
	});
});
