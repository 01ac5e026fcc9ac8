import { describe, expect, it } from 'vitest';
import { fitLines } from '../../../src/messages/format/lines.js';
import { explanationReply } from '../../../src/messages/replies/explain/message.js';
import { describeReason } from '../../../src/messages/replies/explain/reason.js';
import type { AuditEntry } from '../../../src/reconciliation/domain/audit.js';
import type { ExplainedSource, Explanation } from '../../../src/reconciliation/members/explain.js';
import type { EntitlementReason } from '../../../src/reconciliation/policy/reason.js';
import { ADA, AT, AT_SECONDS, drift, issue, OPERATOR } from '../fixtures.js';
import { brokenLimits, buttonsOf, textOf } from '../limits.js';

const LATER = new Date(AT.getTime() + 3_600_000);

function claim(number: number, over: Partial<ExplainedSource> = {}): ExplainedSource {
	return {
		subscription: {
			id: `sub_${number}`,
			customerId: 'cus_1',
			status: 'active',
			items: [{ price: 'price_lord', product: 'prod_lord' }],
			createdAt: AT,
			endedAt: null,
			unpaidSince: null,
			lastPaidAt: null,
			unreadable: null,
			isLinkLost: false,
			metadataDiscordId: null,
			cancelAtPeriodEnd: false,
			collectionPaused: false,
			monthlyPrice: null
		},
		seat: null,
		unpaidSince: AT,
		entitlement: { kind: 'tier', tier: 'Lord' },
		unknown: [],
		unlisted: [],
		bought: 'Lord',
		reason: { kind: 'pays', tier: 'Lord' },
		...over
	};
}

function change(over: Partial<AuditEntry> = {}): AuditEntry {
	return {
		at: AT,
		actor: OPERATOR,
		action: 'fix',
		subject: ADA,
		before: ['Knight'],
		after: ['Lord'],
		outcome: 'FIXED',
		detail: null,
		attemptId: 'attempt1',
		...over
	};
}

function explanation(over: Partial<Explanation> = {}, standing: Partial<Explanation['breakdown']> = {}): Explanation {
	const row = { id: 'm1', discordId: ADA, stripeCustomerId: 'cus_1', seatTier: 'INDIVIDUAL', teamId: null, paymentFailedAt: null } as const;
	return {
		discordId: ADA,
		member: { id: ADA, name: 'ada', bot: false, roles: ['Lord'] },
		discordFailure: null,
		stripeFailure: null,
		searchFailure: null,
		breakdown: {
			person: { discordId: ADA, rows: [row], customerIds: ['cus_1'], shared: [], seats: [], doubts: [] },
			customers: [],
			because: 'they pay for Lord',
			named: [],
			sources: [claim(1)],
			precedence: 'only',
			expected: ['Lord'],
			adjusted: null,
			unknown: [],
			...standing
		},
		known: true,
		drift: null,
		exemption: null,
		issue: null,
		changes: { newest: [], total: 0 },
		undoable: null,
		...over
	};
}

const shown = (explained: Explanation) => textOf(explanationReply(explained, 'ada').embeds).join('\n');

describe('explanationReply', () => {
	it('shows links, roles and subscriptions of a member without drift', () => {
		const text = shown(explanation());
		for (const expected of [
			'Has the roles they should have: they pay for Lord.',
			'Linked by\n[cus_1](https://dashboard.stripe.com/customers/cus_1)',
			'There is one subscription, and it decides.',
			`**1.** Lord (price_lord) · started <t:${AT_SECONDS}:D> · [open in Stripe](https://dashboard.stripe.com/subscriptions/sub_1)\n→ active: gives **Lord**`,
			'Nothing yet.'
		])
			expect(text).toContain(expected);
	});

	it("shows what the server's own rule made of what Stripe gives", () => {
		const text = shown(explanation({}, { expected: ['Squire'], adjusted: { from: 'Knight', to: 'Squire' } }));
		expect(text).toContain("Squire\nAdjusted by this server's rule: Knight → Squire");
		expect(shown(explanation({}, { expected: [], adjusted: { from: 'Knight', to: null } }))).toContain('Knight → no role');
		expect(shown(explanation())).not.toContain('Adjusted');
	});

	it.each<[string, EntitlementReason, string]>([
		['trialing', { kind: 'pays', tier: 'Knight' }, 'on trial: gives **Knight**'],
		[
			'past_due',
			{ kind: 'grace', tier: 'Knight', since: AT, until: LATER, hours: 48 },
			`past due since <t:${AT_SECONDS}:D>: in the 48-hour grace period, so **Knight** until <t:${AT_SECONDS + 3600}:D>`
		],
		['unpaid', { kind: 'grace', tier: 'Knight', since: null, until: LATER, hours: 48 }, 'the start date is unknown'],
		[
			'past_due',
			{ kind: 'debtor', since: AT, until: LATER, hours: 48 },
			`past due since <t:${AT_SECONDS}:D>: beyond the 48-hour grace period, so **Debtor** until <t:${AT_SECONDS + 3600}:D>`
		],
		[
			'unpaid',
			{ kind: 'too-long', since: AT, ended: LATER, days: 30 },
			`the 30 days as Debtor ended <t:${AT_SECONDS + 3600}:D>: no access`
		],
		['canceled', { kind: 'gives-nothing' }, 'canceled: no access'],
		['incomplete', { kind: 'gives-nothing' }, 'its first payment never came through: no access'],
		['active', { kind: 'buys-nothing' }, 'its prices buy no role, by the settings'],
		['active', { kind: 'unknown-price', prices: ['price_*a*'], tier: null }, 'no setting lists price\\_\\*a\\*, so Reeve removes no role'],
		['active', { kind: 'unreadable', problem: 'has no items' }, 'active: in Stripe it has no items, so Reeve removes no role of theirs'],
		['active', { kind: 'unknown-price', prices: ['price_a'], tier: 'Knight' }, 'gives at least **Knight**; no setting lists'],
		['**odd**', { kind: 'unknown-status' }, 'Stripe says "\\*\\*odd\\*\\*", which Reeve does not know']
	])('explains a subscription that is %s with reason %j', (status, reason, words) => {
		expect(describeReason(status, reason)).toContain(words);
	});

	it('shows the drift and its plan', () => {
		const text = shown(explanation({ drift: drift(), issue: { ...issue(), status: 'OPEN' } }));
		expect(text).toContain('Pays for Lord and has Knight. Plan: **Give Lord, then remove Knight**.');
		expect(text).toContain(`Has the wrong role. First seen <t:${AT_SECONDS}:R>.`);
	});

	it('explains members without an issue: absent, bot, exempt, not linked', () => {
		const unlinked = { person: null, claims: [], precedence: null, expected: [] };
		expect(shown(explanation({ member: null }))).toContain('Is not in the server. If they join');
		expect(shown(explanation({ member: null }, unlinked))).toContain('not linked to any customer');
		expect(shown(explanation({ member: { id: ADA, name: 'ada', bot: true, roles: [] } }))).toContain('This is a bot');
		expect(shown(explanation({ exemption: { discordId: ADA, reason: 'founder', createdBy: OPERATOR, expiresAt: null } }))).toContain(
			`Until an operator ends it, by <@${OPERATOR}>: founder`
		);
		expect(shown(explanation({}, unlinked))).toContain('Not linked to any customer and holds no managed role');
	});

	it('says what is unknown, what the member keeps, and what to do', () => {
		const unknown = [{ kind: 'status', status: 'frozen' } as const];
		const nothing = shown(explanation({}, { expected: [], unknown }));
		expect(nothing).toContain('Keeps the roles they have: Stripe gives the status "frozen", which Reeve does not know.');
		expect(nothing).toContain('install the newest version of Reeve');
		expect(nothing).toContain('not known');
		expect(shown(explanation({}, { unknown }))).toContain('at least Lord');
	});

	it('shows what it can while a source is unavailable, with the reason', () => {
		const away = shown(
			explanation({ known: false, stripeFailure: 'Stripe could not be reached.', changes: { newest: [change()], total: 1 } })
		);
		expect(away).toContain('Stripe could not be asked: Stripe could not be reached.');
		expect(away).toContain('Reeve changes nothing while that is so.');
		expect(away).toContain('[cus_1](https://dashboard.stripe.com/customers/cus_1)');
		expect(away).toContain('Knight → Lord');
		expect(shown(explanation({ member: null, discordFailure: 'Discord has an outage.' }))).toContain('Discord has an outage.');
		expect(shown(explanation({ searchFailure: 'No search.' }))).toContain('a link by metadata alone may be missing: No search.');
	});

	it('shows which metadata links count', () => {
		const text = shown(
			explanation(
				{},
				{
					named: [
						{ customerId: 'cus_7', counts: 'links' },
						{ customerId: 'cus_8', counts: 'unclear' },
						{ customerId: 'cus_9', counts: 'overruled' }
					]
				}
			)
		);
		expect(text).toContain("customers/cus_7): named in Stripe's metadata\n");
		expect(text).toContain("customers/cus_8): Stripe's metadata may mean them, but does not say so clearly");
		expect(text).toContain("customers/cus_9): Stripe's metadata names them, but the database says whose it is");
	});

	it('names the deciding subscription', () => {
		const two = [claim(1), claim(2)];
		expect(shown(explanation({}, { sources: two, precedence: 'most' }))).toContain(
			'Of 2 subscriptions no. 1 gives most access, so it decides.'
		);
		expect(shown(explanation({}, { sources: two, precedence: 'newest' }))).toContain('is newer, so it decides.');
		const none = two.map((each) => ({ ...each, entitlement: { kind: 'none' as const } }));
		expect(shown(explanation({}, { sources: none, precedence: 'newest' }))).toContain('None of 2 subscriptions gives anything.');
	});

	it('lists changes with operator and outcome, and offers to undo the newest fix', () => {
		const customers = [{ id: 'cus_1', name: 'Ada L.', email: 'ada@example.com', metadataDiscordId: null }];
		const explained = explanation(
			{
				changes: {
					newest: [
						change({ outcome: 'FAILED', after: ['Knight'], detail: "Reeve's role is below Lord: drag it above" }),
						change({ actor: 'reeve', before: [], after: ['Knight', 'Lord'] }),
						change({
							action: 'link',
							before: null,
							after: { id: 'm1', stripeCustomerId: 'cus_1', seatTier: 'INDIVIDUAL' },
							outcome: 'DONE'
						}),
						change({ action: 'exempt', before: null, after: { reason: 'founder', expiresAt: null }, outcome: 'DONE', detail: 'founder' }),
						change({ action: 'exempt', before: null, after: { reason: 'x', expiresAt: LATER.toISOString() }, outcome: 'DONE' }),
						change({ action: 'end-exemption', before: { reason: 'x' }, after: null, outcome: 'DONE' }),
						change({ action: 'unlink', before: { id: 'm2', stripeCustomerId: null, teamId: 't1' }, after: null, outcome: 'DONE' })
					],
					total: 14
				},
				undoable: '0b9d4c2e-6f0a-4a4e-9d86-2f8d1c5b7a11'
			},
			{ customers }
		);
		const text = shown(explained);
		for (const expected of [
			`<t:${AT_SECONDS}:f> · <@${OPERATOR}> · **fix**: Knight → Knight, **failed** (Reeve's role is below Lord: drag it above)`,
			'Reeve · **fix**: no role → Knight and Lord',
			'**linked** to Ada L. \\<ada@example.com> [cus_1](https://dashboard.stripe.com/customers/cus_1)',
			'**exempted** until an operator ends it (founder)',
			`**exempted** until <t:${AT_SECONDS + 3600}:D>`,
			'**exemption ended**',
			'**unlinked** from a team',
			`Linked by\nAda L. \\<ada@example.com> [cus_1](https://dashboard.stripe.com/customers/cus_1) (linked by <@${OPERATOR}>, <t:${AT_SECONDS}:D>)`,
			'Before that: 7 changes.'
		])
			expect(text).toContain(expected);
		const { components } = explanationReply(explained, 'ada');
		expect(buttonsOf(components).map((button) => button.custom_id)).toEqual([`reeve:1:undo:${explained.undoable}`]);
		expect(explanationReply(explanation(), 'ada').components).toEqual([]);
	});
});

describe('the verdict after a fix', () => {
	const taken = { newest: [change({ before: ['Lord'], after: [] })], total: 1 };
	const none = { expected: [], because: 'the subscription ended 2026-11-28T03:00:00Z' };
	const after = (over: Partial<Explanation>, standing: Partial<Explanation['breakdown']> = none) =>
		shown(explanation({ member: { id: ADA, name: 'ada', bot: false, roles: [] }, changes: taken, ...over }, standing));

	it('says what was changed, why, and that it is right', () => {
		expect(after({})).toContain(`Lord was removed <t:${AT_SECONDS}:R> because the subscription ended <t:1795834800:D>. That is right.`);
	});

	it('does not claim a change that something else followed', () => {
		const undone = { newest: [change({ action: 'undo', before: [], after: ['Lord'] }), ...taken.newest], total: 2 };
		expect(after({ changes: undone })).toContain('Has the roles they should have: the subscription ended <t:1795834800:D>.');
		expect(after({ changes: { newest: [change({ before: ['Lord'], after: [], outcome: 'FAILED' })], total: 1 } })).toContain(
			'Has the roles'
		);
	});

	it("gives no reason where the server's own rule decides", () => {
		expect(after({}, { ...none, adjusted: { from: 'Lord', to: null } })).toContain(`Lord was removed <t:${AT_SECONDS}:R>. That is right.`);
	});
});

describe('explanationReply with hostile input', () => {
	it("keeps to Discord's limits for any names and any amount of data", () => {
		const hostile = '](https://evil.example) @everyone `**||'.repeat(40);
		const long = Array.from({ length: 40 }, (_, index) =>
			claim(index, {
				seat: 'OWNER',
				subscription: {
					...claim(index).subscription,
					id: `sub_${'x'.repeat(200)}${index}`,
					status: hostile,
					items: Array.from({ length: 20 }, () => ({ price: hostile, product: hostile })),
					cancelAtPeriodEnd: true,
					collectionPaused: true
				},
				reason: { kind: 'debtor', since: AT, until: LATER, hours: 48 }
			})
		);
		const rows = Array.from({ length: 40 }, (_, index) => ({
			id: `m${index}${'y'.repeat(300)}`,
			discordId: ADA,
			stripeCustomerId: `cus_${'z'.repeat(300)}`,
			seatTier: 'OWNER' as const,
			teamId: 't1',
			paymentFailedAt: null
		}));
		const team = { id: 't1', name: hostile, stripeCustomerId: 'cus_1', ownerSeatCount: 1, teamSeatCount: 1, paymentFailedAt: null };
		const roles = Array.from({ length: 30 }, (_, index) => `${hostile}${index}`);
		const explained = explanation(
			{
				member: { id: ADA, name: hostile, bot: false, roles },
				drift: drift({ description: hostile, plan: { add: roles, remove: roles } }),
				issue: { ...issue({ discordName: hostile, plan: { add: roles, remove: roles } }), status: 'FIXING' },
				exemption: { discordId: ADA, reason: hostile, createdBy: OPERATOR, expiresAt: LATER },
				searchFailure: hostile,
				changes: {
					newest: Array.from({ length: 10 }, () =>
						change({ before: roles, after: { reason: hostile }, detail: hostile, outcome: 'FAILED' })
					),
					total: 123_456
				},
				undoable: 'a'.repeat(36)
			},
			{
				person: { discordId: ADA, rows, customerIds: ['cus_1'], shared: [], seats: rows.map((row) => ({ row, team })), doubts: [] },
				named: Array.from({ length: 40 }, () => ({ customerId: hostile, counts: 'unclear' as const })),
				sources: long,
				precedence: 'most',
				expected: roles
			}
		);
		for (const each of [
			explained,
			{ ...explained, exemption: null },
			{ ...explained, known: false, stripeFailure: hostile },
			{ ...explained, member: null, discordFailure: hostile }
		]) {
			const message = explanationReply(each, hostile);
			expect(brokenLimits(message)).toEqual([]);
			const text = textOf(message.embeds).join('\n');
			expect(text).not.toMatch(/@everyone|(?<!\\)\]\(https(?!:\/\/dashboard\.stripe\.com\/)/);
		}
		expect(shown(explained)).toMatch(/… and 3\d more/);
	});

	it('drops whole lines and counts them', () => {
		expect(fitLines(['one', 'two'], 100)).toBe('one\ntwo');
		expect(fitLines(['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)], 110)).toBe(`${'a'.repeat(40)}\n${'b'.repeat(40)}\n… and 1 more`);
		expect(fitLines(['x'.repeat(200), 'y'], 100)).toHaveLength(100);
	});
});
