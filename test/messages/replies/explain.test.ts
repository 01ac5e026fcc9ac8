import { describe, expect, it } from 'vitest';
import { fitLines } from '../../../src/messages/format/lines.js';
import { explanationReply } from '../../../src/messages/replies/explain/message.js';
import { describeReason } from '../../../src/messages/replies/explain/reason.js';
import { planHash } from '../../../src/reconciliation/detection/role-plan.js';
import type { AuditEntry } from '../../../src/reconciliation/domain/audit.js';
import type { Subscription } from '../../../src/reconciliation/domain/billing.js';
import type { DriftIssue } from '../../../src/reconciliation/domain/issue.js';
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
			cancelAt: null,
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
		canLink: true,
		drift: null,
		exemption: null,
		issue: null,
		changes: { newest: [], total: 0 },
		undoable: null,
		...over
	};
}

const reply = (explained: Explanation, shows: 'answer' | 'details' = 'details') =>
	explanationReply(explained, { name: 'ada', mode: 'live', shows });
const shown = (explained: Explanation) => textOf(reply(explained).embeds).join('\n');
const answer = (explained: Explanation) => textOf(reply(explained, 'answer').embeds).join('\n');
const labels = (explained: Explanation) => buttonsOf(reply(explained, 'answer').components).map(({ label }) => label);

describe('explanationReply', () => {
	it('answers with the cause, the subscription that decides and the customer; the rest is in the details', () => {
		const customers = [{ id: 'cus_1', name: 'Ada L.', email: 'ada@example.com', metadataDiscordId: null }];
		const explained = explanation({}, { customers });
		expect(answer(explained)).toBe(
			[
				'Why these roles',
				`<@${ADA}> · ada`,
				'**Has Lord, which is right: they pay for Lord.**',
				'',
				`Subscription: Lord · started <t:${AT_SECONDS}:D> · [open in Stripe](https://dashboard.stripe.com/subscriptions/sub_1)`,
				'Customer: Ada L. \\<ada@example.com> [Stripe](https://dashboard.stripe.com/customers/cus_1)'
			].join('\n')
		);
		for (const expected of [
			'There is one subscription, and it decides.',
			`**1.** Lord · started <t:${AT_SECONDS}:D> · [open in Stripe](https://dashboard.stripe.com/subscriptions/sub_1)\n→ active: gives **Lord**`,
			'Links\nAda L. \\<ada@example.com> [Stripe](https://dashboard.stripe.com/customers/cus_1)',
			'Nothing yet.'
		])
			expect(shown(explained)).toContain(expected);
		expect([labels(explained), buttonsOf(reply(explained).components).map(({ label }) => label)]).toEqual([
			['Show details'],
			['Hide details']
		]);
	});

	it('links to the pages of test mode', () => {
		const { embeds } = explanationReply(explanation(), { name: 'ada', mode: 'test', shows: 'details' });
		const links = textOf(embeds)
			.join('\n')
			.match(/dashboard\.stripe\.com\/\w+/g);
		expect(new Set(links)).toEqual(new Set(['dashboard.stripe.com/test']));
	});

	it.each<[string, Partial<Subscription>, Partial<ExplainedSource>, string]>([
		['ended', { status: 'canceled', endedAt: LATER }, {}, `Lord · started <t:${AT_SECONDS}:D> · **ended <t:${AT_SECONDS + 3600}:D>** · `],
		['will end', { cancelAt: LATER, cancelAtPeriodEnd: true }, {}, ` · **ends <t:${AT_SECONDS + 3600}:D>** · `],
		['will end, Stripe does not say when', { cancelAtPeriodEnd: true }, {}, ' · **ends with its period** · '],
		['is overdue', { status: 'past_due' }, { unpaidSince: LATER }, ` · **payment failed <t:${AT_SECONDS + 3600}:D>** · `],
		['is paused', { status: 'paused' }, {}, ' · paused · '],
		['is on trial', { status: 'trialing' }, {}, ' · on trial · '],
		['is not collected', { collectionPaused: true }, {}, ' · collection paused · '],
		['has an unknown status', { status: 'frozen' }, {}, ' · frozen · '],
		['has a price', { monthlyPrice: { currency: 'usd', amount: 2900, isMinimum: false } }, {}, 'Lord · $29 a month · started'],
		['buys no role', {}, { bought: null }, 'price_lord · started']
	])('gives the dates of a subscription that %s', (_, fields, over, text) => {
		const source = claim(1, over);
		expect(answer(explanation({}, { sources: [{ ...source, subscription: { ...source.subscription, ...fields } }] }))).toContain(text);
	});

	it('counts the other subscriptions', () => {
		expect(answer(explanation({}, { sources: [claim(1), claim(2), claim(3)], precedence: 'most' }))).toContain('sub_1) (and 2 others)');
	});

	it("shows what the server's own rule made of what Stripe gives", () => {
		const member = { id: ADA, name: 'ada', bot: false, roles: ['Squire'] };
		const text = shown(explanation({ member }, { expected: ['Squire'], adjusted: { from: 'Knight', to: 'Squire' } }));
		expect(text).toContain("Has Squire, which is right: this server's own rule gives Squire, and Stripe alone would give Knight.");
		expect(text).toContain("Adjusted by this server's rule: Knight → Squire");
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

	it('says what a member has and should have, and why', () => {
		const open = { drift: drift(), issue: { ...issue(), status: 'OPEN' as const } };
		const text = shown(explanation(open));
		expect(text).toContain('**Has Knight, but should have Lord: they pay for Lord.**');
		expect(text).toContain(`Has the wrong role. First seen <t:${AT_SECONDS}:R>. Plan: Give Lord, then remove Knight.`);
		const unlinked = explanation({ drift: drift({ linked: false, description: 'Has Knight and is not linked.' }) }, { person: null });
		expect(answer(unlinked)).toContain(
			'**Has Knight and is not linked.**\nIf they pay: **Link…** connects them to their customer in Stripe. If they may keep the role all the same: **Ignore…**.'
		);
	});

	it('offers a fix with its effect, after a question if it takes access', () => {
		const grants = { add: ['Lord'], remove: ['Knight'] };
		const open = (over: Partial<DriftIssue> = {}, more: Partial<Explanation> = {}) =>
			explanation({ drift: drift(over), issue: { ...issue(over), planHash: planHash(drift(over)), status: 'OPEN' }, ...more });
		const fix = (explained: Explanation) => buttonsOf(reply(explained).components)[0];
		expect(fix(open({ plan: grants, effect: 'raises' }))).toMatchObject({
			label: 'Apply fix · Replace Knight with Lord',
			custom_id: expect.stringMatching(/^reeve:1:fix-one:/)
		});
		expect(fix(open({ plan: { add: [], remove: ['Lord'] }, effect: 'removes' }))).toMatchObject({
			label: 'Apply fix · Remove Lord',
			custom_id: expect.stringMatching(/^reeve:1:ask-fix:/)
		});
		expect(labels(open())).toEqual(['Apply fix · Replace Knight with Lord', 'Ignore…', 'Show details']);
		expect(labels(open({ linked: false }))).toEqual(['Ignore…', 'Show details']);
		const other = { ...issue(), planHash: 'ffffffff', status: 'OPEN' as const };
		for (const found of [null, other]) {
			expect(labels(open({}, { issue: found }))).toEqual(['Ignore…', 'Show details']);
			expect(answer(open({}, { issue: found }))).toContain(
				'To be done: Give Lord, then remove Knight. `/reconcile run member:` puts it into'
			);
		}
		expect(answer(open({}, { issue: { ...issue(), status: 'FIXING' } }))).toContain('Is being fixed right now.');
	});

	it('explains members without an issue: absent, bot, exempt, not linked', () => {
		const unlinked = { person: null, sources: [], precedence: null, expected: [] };
		expect(answer(explanation({ member: null }))).toContain(
			'Is not in the server. If they join, they should have Lord: they pay for Lord.'
		);
		expect(answer(explanation({ member: null }, unlinked))).toContain('Is not in the server and not linked to any customer.');
		expect(answer(explanation({ member: { id: ADA, name: 'ada', bot: true, roles: [] } }))).toContain('This is a bot');
		const none = { id: ADA, name: 'ada', bot: false, roles: [] };
		const free = explanation({ member: none }, unlinked);
		expect(answer(free)).toContain('**Is not linked to any customer and has no role, which is right.**\nIf they pay: **Link…** connects');
		expect(labels(free)).toEqual(['Link…', 'Show details']);
		expect(labels({ ...free, canLink: false })).toEqual(['Show details']);
		expect(answer({ ...free, canLink: false })).not.toContain('Link…');
	});

	it('says until when a member is exempt, by whom, and what would be right otherwise', () => {
		const exemption = { discordId: ADA, reason: 'founder', createdBy: OPERATOR, expiresAt: null };
		const text = answer(explanation({ exemption }, { expected: [], because: 'the subscription ended on 2026-11-28T03:00:00Z' }));
		expect(text).toContain(`**Exempt until an operator ends it, by <@${OPERATOR}> (founder).**`);
		expect(text).toContain(
			'Has Lord, which Reeve leaves alone whatever Stripe says. Otherwise they should have no role: the subscription ended on <t:1795834800:D>.'
		);
		expect(answer(explanation({ exemption: { ...exemption, expiresAt: LATER } }))).toContain('Otherwise they should have the same');
		expect(labels(explanation({ exemption, drift: drift() }))).toEqual(['Show details']);
	});

	it('says what is unknown, what the member keeps, and what to do', () => {
		const unknown = [{ kind: 'status', status: 'frozen' } as const];
		const nothing = shown(explanation({}, { expected: [], unknown }));
		expect(nothing).toContain('Keeps Lord: Stripe gives the status "frozen", which Reeve does not know.');
		expect(nothing).toContain('install the newest version of Reeve');
		const none = { id: ADA, name: 'ada', bot: false, roles: [] };
		expect(answer(explanation({ member: none }, { expected: [], unknown }))).toContain('May be due a role: Stripe gives');
		expect(answer(explanation({}, { unknown }))).toContain('Has Lord, should have at least Lord');
	});

	it('shows what it can while a source is unavailable, with the reason', () => {
		const away = shown(
			explanation({ known: false, stripeFailure: 'Stripe could not be reached.', changes: { newest: [change()], total: 1 } })
		);
		expect(away).toContain('Stripe could not be asked: Stripe could not be reached.');
		expect(away).toContain('Reeve changes nothing while that is so.');
		expect(away).toContain('cus_1 [Stripe](https://dashboard.stripe.com/customers/cus_1)');
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
		expect(text).toContain("customers/cus_7) (linked by Stripe's metadata)\n");
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
			'**linked** to Ada L. \\<ada@example.com> [Stripe](https://dashboard.stripe.com/customers/cus_1)',
			'**exempted** until an operator ends it (founder)',
			`**exempted** until <t:${AT_SECONDS + 3600}:D>`,
			'**exemption ended**',
			'**unlinked** from a team',
			`Links\nAda L. \\<ada@example.com> [Stripe](https://dashboard.stripe.com/customers/cus_1) (linked by <@${OPERATOR}>, <t:${AT_SECONDS}:D>)`,
			'Before that: 7 changes.'
		])
			expect(text).toContain(expected);
		const { components } = reply(explained);
		expect(buttonsOf(components)[0]?.custom_id).toBe(`reeve:1:undo:${explained.undoable}`);
	});
});

describe('the cause after a fix', () => {
	const LONG_AGO = new Date(AT.getTime() - 3_600_000);
	const ended = { ...claim(1).subscription, status: 'canceled', endedAt: LONG_AGO };
	const taken = { newest: [change({ actor: 'reeve', before: ['Lord'], after: [] })], total: 1 };
	const none = {
		sources: [claim(1, { subscription: ended })],
		expected: [],
		because: 'the subscription ended on 2026-11-28T03:00:00Z'
	};
	const after = (over: Partial<Explanation>, standing: Partial<Explanation['breakdown']> = {}) =>
		answer(explanation({ member: { id: ADA, name: 'ada', bot: false, roles: [] }, changes: taken, ...over }, { ...none, ...standing }));
	const UNCHANGED = 'Has no role, which is right: the subscription ended on <t:1795834800:D>.';

	it('says what was changed, when, by whom, and why', () => {
		expect(after({})).toContain(
			`**Lord was removed <t:${AT_SECONDS}:R> by auto-fix: the subscription ended on <t:1795834800:D>. That is right.**`
		);
		expect(after({ changes: { newest: [change({ before: ['Lord'], after: [] })], total: 1 } })).toContain(`by <@${OPERATOR}>: the`);
	});

	it('says so after later entries that changed no role', () => {
		const linked = change({ action: 'link', before: null, after: {}, outcome: 'DONE' });
		expect(after({ changes: { newest: [linked, ...taken.newest], total: 2 } })).toContain('Lord was removed');
	});

	it('does not claim a change that something else followed', () => {
		const undone = change({ action: 'undo', before: [], after: ['Lord'], outcome: 'UNDONE' });
		expect(after({ changes: { newest: [undone, ...taken.newest], total: 2 } })).toContain(UNCHANGED);
		expect(after({ changes: { newest: [change({ before: ['Lord'], after: [], outcome: 'FAILED' })], total: 1 } })).toContain(UNCHANGED);
		const later = claim(1, { subscription: { ...ended, endedAt: LATER } });
		expect(after({}, { sources: [later] })).toContain(UNCHANGED);
	});

	it('says who undid it', () => {
		const undone = change({ action: 'undo', before: [], after: ['Lord'], outcome: 'UNDONE' });
		const exemption = { discordId: ADA, reason: 'Fix undone by @grace', createdBy: OPERATOR, expiresAt: LATER };
		const text = after({
			member: { id: ADA, name: 'ada', bot: false, roles: ['Lord'] },
			exemption,
			changes: { newest: [undone], total: 1 }
		});
		expect(text).toContain(
			`**<@${OPERATOR}> undid the fix <t:${AT_SECONDS}:R>: Lord was given. Exempt until <t:${AT_SECONDS + 3600}:f>, by`
		);
	});

	it('offers to undo it as long as that would change something', () => {
		const attemptId = '0b9d4c2e-6f0a-4a4e-9d86-2f8d1c5b7a11';
		const newest = [change({ attemptId, before: ['Lord'], after: [] })];
		const explained = (roles: string[]) =>
			explanation({ member: { id: ADA, name: 'ada', bot: false, roles }, changes: { newest, total: 1 }, undoable: attemptId });
		expect(labels(explained([]))).toEqual(['Undo the newest fix', 'Show details']);
		expect(labels(explained(['Knight']))).toEqual(['Show details']);
		expect(labels({ ...explained([]), member: null })).toEqual(['Show details']);
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
			const message = explanationReply(each, { name: hostile, mode: 'live', shows: 'details' });
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
