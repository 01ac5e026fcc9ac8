import { describe, expect, it } from 'vitest';
import { parseCustomId } from '../../../src/messages/custom-id.js';
import { bulkPlanReply } from '../../../src/messages/replies/bulk.js';
import { endOnboardingReply, onboardingEndedAnnouncement } from '../../../src/messages/replies/end-onboarding.js';
import { runFinishedReply } from '../../../src/messages/replies/progress.js';
import { endOnboardingModal } from '../../../src/messages/replies/release.js';
import { reportPage } from '../../../src/messages/report/page.js';
import { countEffects } from '../../../src/reconciliation/domain/effect.js';
import type { Onboarding } from '../../../src/reconciliation/domain/onboarding.js';
import type { RuleChange } from '../../../src/reconciliation/domain/rule-change.js';
import type { ReconciliationResult } from '../../../src/reconciliation/domain/run.js';
import { bulkPlanOf } from '../../../src/reconciliation/fixes/bulk-plan.js';
import { AT, issue, issues, NO_NOTICES, OPERATOR, result } from '../fixtures.js';
import { brokenLimits, buttonsOf } from '../limits.js';

const ONBOARDING: Onboarding = {
	reasons: ['links'],
	payers: 800,
	linkedPayers: 0,
	holders: 640,
	unlinkedHolders: 640,
	heldRoles: ['Knight', 'Lord'],
	subscriptions: 800,
	unmappedSubscriptions: 0,
	hasMappedPrice: true,
	losing: 640,
	discordIdKey: 'discord_id',
	endedBy: null
};
const CHANGE: RuleChange = {
	rulesHash: '0123abcd',
	changes: ['Prices of Lord: price_lord → price_lrod'],
	since: AT,
	effects: countEffects([]),
	acceptedBy: null
};
const TAKEN = issue({ id: 'a', discordRoles: ['Lord'], plan: { add: [], remove: ['Lord'] }, effect: 'removes' });
const GIVEN = issue({ id: 'b', discordRoles: [], plan: { add: ['Lord'], remove: [] }, effect: 'grants' });

function report(over: Partial<ReconciliationResult>) {
	const page = reportPage({ result: result({ onboarding: ONBOARDING, ...over }), states: new Map() }, 3);
	expect(brokenLimits(page)).toEqual([]);
	const [summary] = page.embeds;
	const text = [summary?.description, ...(summary?.fields ?? []).flatMap(({ name, value }) => [name, value])].join('\n');
	return { embeds: page.embeds, summary, text, buttons: buttonsOf(page.components) };
}

describe('the report while setup is not finished', () => {
	it('is one card with numbers, reasons and next steps, and accuses no one', () => {
		const { embeds, summary, text, buttons } = report({
			issues: Array.from({ length: 640 }, (_, index) => issue({ id: `i${index}`, linked: false, effect: 'removes' }))
		});
		expect(embeds).toHaveLength(1);
		expect(summary?.title).toBe('Setup is not finished: no one is reported yet');
		expect(text).toContain('**800 customers pay in Stripe, 0 of them linked to a Discord user.**');
		expect(text).toContain('**640 members hold Knight or Lord, 640 of them without a link.**');
		expect(text).toContain('`discord_id` (STRIPE_DISCORD_ID_KEY)');
		for (const command of ['import', 'suggest', 'link', 'run', 'export', 'why', 'doctor']) expect(text).toContain(`/reconcile ${command}`);
		expect(text).not.toContain('/reconcile setup');
		expect(text).not.toContain('member1');
		expect(buttons.map(({ label }) => label)).toEqual(['These people are known: report them (640)…']);
		expect(parseCustomId(buttons[0]?.custom_id ?? '')).toEqual({ action: 'end-onboarding', runId: 'run1', losing: 640 });
	});

	it('names the prices that no setting assigns to a role', () => {
		const notices = { ...NO_NOTICES, unlistedPrices: [{ price: 'price_x', subscriptions: 12, counts: { buy: 'unknown' as const } }] };
		const { text, buttons } = report({
			notices,
			onboarding: { ...ONBOARDING, reasons: ['prices'], unmappedSubscriptions: 12, subscriptions: 12, losing: 0 }
		});
		expect(text).toContain('**12 of 12 subscriptions are for prices that no setting assigns to a role**: price_x (12).');
		expect(text).toContain('/reconcile setup');
		expect(text).not.toContain('/reconcile import');
		expect(buttons.map(({ label }) => label)).toEqual(['Report the issues all the same']);
	});

	it('says which rules have changed, above all else', () => {
		const { summary, buttons } = report({ onboarding: { ...ONBOARDING, reasons: ['prices'] }, ruleChange: CHANGE });
		expect(summary?.fields?.[0]?.name).toBe('The rules have changed, and no operator has accepted that');
		expect(summary?.fields?.[0]?.value).toContain('Prices of Lord: price_lord → price_lrod');
		expect(buttons.map(({ label }) => label)).toContain('Accept the new rules');
	});

	it('offers Fix all for those who lack what they pay for', () => {
		const { text, buttons } = report({ issues: [GIVEN, TAKEN] });
		expect(text).toContain('1 person can get what they pay for');
		expect(buttons.map(({ label }) => label)).toEqual(['Fix all…', 'These people are known: report them (640)…']);
		expect(report({ issues: [TAKEN] }).text).not.toContain('can get what they pay for');
	});

	it('shows the issues as usual once an operator has ended it, and of one member', () => {
		for (const over of [{ onboarding: { ...ONBOARDING, endedBy: OPERATOR } }, { onboarding: null, onlyMember: '1' }])
			expect(report({ issues: issues(12), ...over }).summary?.title).toBe('12 people have the wrong roles');
	});

	it('keeps within the limits of Discord, whatever the names and numbers are', () => {
		const many = Array.from({ length: 30 }, () => 'x_'.repeat(120));
		const prices = many.map((price) => ({ price, subscriptions: 999_999_999, counts: { buy: 'unknown' as const } }));
		const worst = { ...ONBOARDING, reasons: ['prices', 'links'] as const, heldRoles: many, discordIdKey: '`'.repeat(20) + 'k'.repeat(200) };
		const hold = { reason: 'r'.repeat(3_000), losing: 999_999_999, holders: 999_999_999 };
		const ruleChange = { ...CHANGE, changes: many };
		report({
			ruleChange,
			issues: [GIVEN, TAKEN],
			notices: { ...NO_NOTICES, unlistedPrices: prices },
			onboarding: worst,
			hold,
			autoFixEnabled: true
		});
	});
});

describe('replies while setup is not finished', () => {
	it('say in the plan of a bulk fix why no access is taken', () => {
		const listed = [GIVEN, TAKEN].map((each) => ({ ...each, lastRunId: 'run1' }));
		const plan = bulkPlanOf('all', { runId: 'run1', ruleChange: null, onboarding: ONBOARDING }, listed, () => null);
		const reply = bulkPlanReply(plan);
		expect(reply.embeds[0]?.fields?.[0]?.value).toMatch(
			/^Setup is not finished: 640 of 640 members with a role are not linked .*Not part of this plan: 1 person loses access\.\*\*$/s
		);
		expect(reply.components[0]?.components.map((button) => ('label' in button ? button.label : null))).toEqual([
			'Grant and tidy (1)',
			'Cancel'
		]);
	});

	it('say so after a run', () => {
		const done = result({ issues: issues(640), onboarding: ONBOARDING });
		expect(runFinishedReply(done, { kind: 'posted', url: 'https://discord.com/1' }, '')).toBe(
			'Done: setup is not finished, so no one is reported yet. The report is here: https://discord.com/1'
		);
	});

	it('ask for the number, and tell how ending it went', () => {
		expect(endOnboardingModal({ action: 'end-onboarding', runId: 'run1', losing: 640 })).toMatchObject({ title: 'Report these people' });
		expect(endOnboardingReply({ kind: 'ended', runId: 'run1', onboarding: ONBOARDING })).toContain('No role was changed.');
		expect(endOnboardingReply({ kind: 'wrong-number', losing: 1_640 })).toMatch(/^Nothing was changed: the number is 1,640\./);
		expect(endOnboardingReply({ kind: 'already-ended', by: OPERATOR, at: AT })).toContain(`<@${OPERATOR}> has already ended`);
		expect(endOnboardingReply({ kind: 'outdated' })).toContain('`/reconcile run`');
		expect(onboardingEndedAnnouncement(OPERATOR, 2)).toBe(
			`<@${OPERATOR}> ended the setup: issues are reported from now on. 2 people would lose access or move down; no role was changed.`
		);
	});
});
