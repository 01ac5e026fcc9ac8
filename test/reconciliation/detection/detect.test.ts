import { describe, expect, it } from 'vitest';
import {
	ADA,
	ago,
	BOB,
	customer,
	detection,
	exemption,
	inGuild,
	issues,
	NOW,
	only,
	type Parts,
	row,
	type SubscriptionTraits,
	subscription,
	team,
	userId
} from '../builders.js';

const EVE = userId(3);

/** The roles expected for Ada, whose only subscription is past due: shows which start of the payment failure counts. */
const expectedWhenPastDue = (given: Parts, unpaidSince: Date | null = null): readonly string[] => {
	const issue = only(
		issues({
			customers: [customer({ metadataDiscordId: given.rows ? null : ADA })],
			subscriptions: [subscription({ status: 'past_due', unpaidSince })],
			// With every role she is an issue, whatever is expected.
			guild: [inGuild(ADA, 'Knight', 'Lord', 'Debtor')],
			...given
		})
	);
	return issue.expectedRoles;
};

describe('detect: skipped members and notices', () => {
	it('counts bots and skips them, whatever roles they have', () => {
		const { issues: found, notices, membersChecked } = detection({ guild: [{ ...inGuild(ADA, 'Lord'), bot: true }, inGuild(BOB)] });
		expect(found).toEqual([]);
		expect(notices.bots).toBe(1);
		expect(membersChecked).toBe(1);
	});

	it.each([
		['without expiry', null, true],
		['until a second from now', ago({ seconds: -1 }), true],
		['expiring exactly now', NOW, false],
		['expired a second ago', ago({ seconds: 1 }), false]
	])('skips a member only while an exemption is in force: %s', (_, expiresAt, skipped) => {
		const { issues: found, notices } = detection({ guild: [inGuild(ADA, 'Lord')], exemptions: [exemption(ADA, expiresAt)] });
		expect(found).toHaveLength(skipped ? 0 : 1);
		expect(notices.exempt).toBe(skipped ? 1 : 0);
	});

	it('applies an exemption in force beside one that ends earlier', () => {
		const exemptions = [exemption(ADA, ago({ days: -1 })), exemption(ADA, ago({ days: 1 }))];
		expect(issues({ guild: [inGuild(ADA, 'Lord')], exemptions })).toEqual([]);
	});

	it("does not apply one member's exemption to another", () => {
		expect(only(issues({ guild: [inGuild(ADA, 'Lord'), inGuild(BOB, 'Lord')], exemptions: [exemption(ADA)] })).discordId).toBe(BOB);
	});

	it('counts an unclaimed subscription as a notice, not as an issue', () => {
		const { issues: found, notices } = detection({ subscriptions: [subscription()], guild: [inGuild(ADA)] });
		expect(found).toEqual([]);
		expect(notices.unclaimed).toBe(1);
	});

	it.each(['canceled', 'incomplete', 'paused'])('does not count an unclaimed %s subscription', (status) => {
		expect(detection({ subscriptions: [subscription({ status })] }).notices.unclaimed).toBe(0);
	});

	it('counts an unclaimed customer once, however many subscriptions they have', () => {
		const subscriptions = [subscription(), subscription({ id: 'sub_2' }), subscription({ id: 'sub_3', customerId: 'cus_2' })];
		const { notices, payingCustomers } = detection({ subscriptions });
		expect(notices.unclaimed).toBe(2);
		expect(payingCustomers).toBe(2);
	});

	it('counts a linked payer outside the guild as a notice, and ignores one who does not pay', () => {
		const customers = [customer({ metadataDiscordId: ADA }), customer({ id: 'cus_2', metadataDiscordId: BOB })];
		const subscriptions = [subscription(), subscription({ id: 'sub_2', customerId: 'cus_2', status: 'canceled' })];
		const { issues: found, notices } = detection({ customers, subscriptions });
		expect(found).toEqual([]);
		expect(notices).toMatchObject({ absent: 1, unclaimed: 0 });
	});

	it('finds no issue for an unlinked member without managed roles', () => {
		const { issues: found, roleHolders, membersChecked } = detection({ guild: [inGuild(ADA)] });
		expect(found).toEqual([]);
		expect(roleHolders).toBe(0);
		expect(membersChecked).toBe(1);
	});

	it('counts role holders for the safety check, including exempt members but not bots', () => {
		const guild = [inGuild(ADA, 'Lord'), inGuild(BOB, 'Knight', 'Lord'), { ...inGuild(userId(3), 'Lord'), bot: true }, inGuild(userId(4))];
		expect(detection({ guild, exemptions: [exemption(ADA)] }).roleHolders).toBe(2);
	});
});

describe('detect: customers that Stripe does not have', () => {
	it.each<[string, Parts]>([
		['their row', { rows: [row({ discordId: ADA, stripeCustomerId: 'cus_9' })] }],
		['their team', { rows: [row({ discordId: ADA, teamId: 't_1' })], teams: [team({ stripeCustomerId: 'cus_9' })] }]
	])('leave a member unknown if %s names one, instead of unpaid', (_, parts) => {
		const found = detection({ ...parts, missingCustomers: { cus_9: 'unknown' }, guild: [inGuild(ADA, 'Knight')] });
		expect(found).toMatchObject({ issues: [], skipped: new Set([ADA]) });
		expect(found.notices.unknown).toMatchObject([{ reason: { kind: 'link', customerId: 'cus_9', problem: 'missing' }, count: 1 }]);
	});

	it('are named even before the member has a role', () => {
		const parts = { rows: [row({ discordId: ADA, stripeCustomerId: 'cus_9' })], guild: [inGuild(ADA)] };
		expect(detection({ ...parts, missingCustomers: { cus_9: 'unknown' } }).notices.unknown).toMatchObject([{ discordIds: [ADA] }]);
	});

	it('do not keep what another subscription gives from being granted', () => {
		const rows = [
			row({ id: 'm_1', discordId: ADA, stripeCustomerId: 'cus_9' }),
			row({ id: 'm_2', discordId: ADA, stripeCustomerId: 'cus_1' })
		];
		const parts = { rows, subscriptions: [subscription()], missingCustomers: { cus_9: 'unknown' as const } };
		expect(only(issues({ ...parts, guild: [inGuild(ADA)] })).plan).toEqual({ add: ['Knight'], remove: [] });
		expect(issues({ ...parts, guild: [inGuild(ADA, 'Knight', 'Lord')] })).toEqual([]);
	});

	it('pay for nothing if they were deleted', () => {
		const parts = { rows: [row({ discordId: ADA, stripeCustomerId: 'cus_9' })], guild: [inGuild(ADA, 'Knight')] };
		expect(only(issues({ ...parts, missingCustomers: { cus_9: 'deleted' } }))).toMatchObject({
			severity: 'HIGH',
			plan: { remove: ['Knight'] },
			stripeStatus: 'No subscription: cus_9 was deleted'
		});
	});
});

describe('detect: members of whom something is unknown', () => {
	const frozen = subscription({ id: 'sub_frozen', status: 'frozen', prices: ['price_lord'] });
	const found = (held: readonly string[], ...known: readonly SubscriptionTraits[]) =>
		detection({
			customers: [customer({ metadataDiscordId: ADA })],
			subscriptions: [frozen, ...known.map((given, index) => subscription({ id: `sub_${index}`, ...given }))],
			guild: [inGuild(ADA, ...held)]
		});
	const owes = { status: 'past_due', unpaidSince: ago({ days: 5 }) };

	it.each([
		['nothing known, holds a tier', ['Lord'], []],
		['nothing known, holds Debtor', ['Debtor'], []],
		['nothing known, holds everything', ['Knight', 'Lord', 'Debtor'], []],
		['a canceled subscription, holds a tier', ['Knight'], [{ status: 'canceled' }]],
		['a lower tier, holds it and a higher one', ['Knight', 'Lord'], [{}]],
		['a tier, holds it and Debtor', ['Knight', 'Debtor'], [{}]],
		['a debt, holds a tier', ['Knight'], [owes]],
		['a debt, holds nothing', [], [owes]]
	])('revokes nothing, and finds no issue: %s', (_, held, known) => {
		const { issues: none, skipped, unknown, notices } = found(held, ...known);
		expect(none).toEqual([]);
		expect(skipped).toEqual(new Set([ADA]));
		expect(unknown).toEqual(new Set([ADA]));
		expect(notices.unknown).toEqual([{ reason: { kind: 'status', status: 'frozen' }, discordIds: [ADA], count: 1 }]);
		expect(notices.unknownStatus).toEqual([{ discordId: ADA, status: 'frozen' }]);
	});

	it.each([
		['MISSING_ACCESS', []],
		['ROLE_MISMATCH', ['Lord']],
		['DEBTOR_MISMATCH', ['Debtor']]
	])('grants what a known subscription gives, and takes nothing: %s', (type, held) => {
		const { issues: all, skipped, unknown } = found(held, {});
		const issue = only(all);
		expect(issue).toMatchObject({ type, plan: { add: ['Knight'], remove: [] }, expectedRoles: ['Knight'] });
		expect(issue.description.includes('because something is unknown: Stripe gives the status "frozen"')).toBe(held.length > 0);
		expect(skipped.size).toBe(0);
		expect(unknown).toEqual(new Set([ADA]));
	});

	it('compares a member as usual if the odd subscription cannot be theirs', () => {
		const subscriptions = [{ ...frozen, customerId: 'cus_2' }, subscription({ status: 'canceled' })];
		const customers = [customer({ metadataDiscordId: ADA }), customer({ id: 'cus_2', metadataDiscordId: BOB })];
		const { issues: all, notices } = detection({ customers, subscriptions, guild: [inGuild(ADA, 'Lord'), inGuild(BOB, 'Lord')] });
		expect(all.map(({ discordId, plan }) => [discordId, plan.remove])).toEqual([[ADA, ['Lord']]]);
		expect(notices.unknown?.map(({ discordIds }) => discordIds)).toEqual([[BOB]]);
	});

	it('makes every seat of a team unknown', () => {
		const { notices } = detection({
			teams: [team()],
			rows: [ADA, BOB].map((discordId) => row({ id: `m_${discordId}`, discordId, teamId: 't_1' })),
			subscriptions: [subscription({ customerId: 'cus_team', status: 'frozen' })],
			guild: [inGuild(ADA, 'Lord'), inGuild(BOB, 'Knight')]
		});
		expect(notices.unknown).toMatchObject([{ discordIds: [ADA, BOB], count: 2 }]);
	});

	it('lists members by reason, in the same order whatever the order of the sources', () => {
		const parts = (...ids: string[]) => ({
			customers: ids.map((id) => customer({ id: `cus_${id}`, metadataDiscordId: id })),
			subscriptions: ids.map((id) => subscription({ id: `sub_${id}`, customerId: `cus_${id}`, status: id === EVE ? 'frozen' : 'odd' })),
			guild: ids.map((id) => inGuild(id))
		});
		const sorted = [
			{ reason: { kind: 'status', status: 'frozen' }, discordIds: [EVE], count: 1 },
			{ reason: { kind: 'status', status: 'odd' }, discordIds: [ADA, BOB], count: 2 }
		];
		for (const ids of [
			[ADA, BOB, EVE],
			[EVE, BOB, ADA]
		])
			expect(detection(parts(...ids)).notices.unknown).toEqual(sorted);
		expect(detection(parts(EVE, BOB, ADA)).notices.unknownStatus).toEqual([
			{ discordId: ADA, status: 'odd' },
			{ discordId: BOB, status: 'odd' },
			{ discordId: EVE, status: 'frozen' }
		]);
	});

	it('counts every member of a reason, and lists the first thousand', () => {
		const ids = Array.from({ length: 1_002 }, (_, index) => userId(index));
		const { notices } = detection({
			customers: ids.map((id) => customer({ id: `cus_${id}`, metadataDiscordId: id })),
			subscriptions: ids.map((id) => subscription({ id: `sub_${id}`, customerId: `cus_${id}`, status: 'frozen' })),
			guild: ids.map((id) => inGuild(id))
		});
		expect(notices.unknown?.[0]).toMatchObject({ count: 1_002, discordIds: ids.slice(0, 1_000) });
	});

	it('leaves everyone who holds a role unknown if an odd object may be anyone’s', () => {
		const oddObjects = [
			{ id: 'sub_odd', problem: 'does not say whose it is', couldBeAnyones: true },
			{ id: 'sub_named', problem: 'has no items', couldBeAnyones: false }
		];
		const subscriptions = [subscription({ status: 'canceled' })];
		const parts = { oddObjects, customers: [customer({ metadataDiscordId: ADA })], subscriptions };
		const { issues: none, notices } = detection({ ...parts, guild: [inGuild(ADA, 'Lord'), inGuild(BOB, 'Knight'), inGuild(EVE)] });
		expect(none).toEqual([]);
		expect(notices.unknown).toEqual([
			{ reason: { kind: 'object', id: 'sub_odd', problem: 'does not say whose it is' }, discordIds: [ADA, BOB], count: 2 }
		]);
		expect(notices.oddObjects).toEqual({
			count: 2,
			first: [
				{ id: 'sub_named', problem: 'has no items' },
				{ id: 'sub_odd', problem: 'does not say whose it is' }
			]
		});
	});

	it('grants roles although an odd object may be anyone’s', () => {
		const oddObjects = [{ id: 'sub_odd', problem: 'does not say whose it is', couldBeAnyones: true }];
		const paying = { customers: [customer({ metadataDiscordId: ADA })], subscriptions: [subscription({ prices: ['price_lord'] })] };
		expect(only(issues({ oddObjects, ...paying, guild: [inGuild(ADA, 'Knight')] })).plan).toEqual({ add: ['Lord'], remove: [] });
	});

	it.each([
		[{ isLinkLost: true, unreadable: 'has no readable metadata' }, {}, 0],
		[{ isLinkLost: true, unreadable: 'has no readable metadata', status: 'canceled' }, {}, 1],
		[{ isLinkLost: true, unreadable: 'has no readable metadata' }, { rows: [row({ discordId: BOB, stripeCustomerId: 'cus_1' })] }, 1],
		[{ unreadable: 'has no items' }, {}, 1]
	])('leaves role holders without a link unknown only if %j with %j may link one of them', (given, parts, expected) => {
		expect(issues({ subscriptions: [subscription(given)], ...parts, guild: [inGuild(ADA, 'Lord')] })).toHaveLength(expected);
	});

	it('counts a customer of unknown status as paying: nothing shows that they stopped', () => {
		expect(detection({ subscriptions: [frozen] })).toMatchObject({ payingCustomers: 1, notices: { unclaimed: 0 } });
	});
});

describe('detect: unlinked members', () => {
	it('reports a managed role of an unlinked member as LOW, without customers', () => {
		expect(only(issues({ guild: [inGuild(ADA, 'Knight')] }))).toMatchObject({
			type: 'UNAUTHORIZED_ACCESS',
			severity: 'LOW',
			memberId: null,
			linked: false,
			customerIds: [],
			databaseStatus: 'Not known'
		});
	});

	it('treats a member known by metadata alone as linked, without a row', () => {
		const parts = { customers: [customer({ metadataDiscordId: ADA })], subscriptions: [subscription({ status: 'canceled' })] };
		expect(only(issues({ ...parts, guild: [inGuild(ADA, 'Knight')] }))).toMatchObject({ severity: 'HIGH', memberId: null, linked: true });
	});
});

describe('detect: members of whom something is unknown', () => {
	const parts = (...roles: string[]): Parts => ({
		customers: [customer({ metadataDiscordId: ADA })],
		subscriptions: [
			subscription({ metadataDiscordId: ADA }),
			subscription({ id: 'sub_2', customerId: 'cus_2', status: 'frozen', metadataDiscordId: ADA })
		],
		guild: [inGuild(ADA, ...roles)]
	});

	it('leaves their open issues alone only while a role is kept or withheld because of it', () => {
		expect(detection(parts('Knight', 'Lord'))).toMatchObject({ issues: [], skipped: new Set([ADA]) });
		expect(detection(parts('Knight'))).toMatchObject({ issues: [], skipped: new Set(), unknown: new Set([ADA]) });
		expect(detection(parts())).toMatchObject({ issues: [{ plan: { add: ['Knight'] } }], skipped: new Set() });
	});
});

describe('detect: changes while the sources were read', () => {
	const canceled = { customers: [customer({ metadataDiscordId: ADA })], subscriptions: [subscription({ status: 'canceled' })] };
	const seat = {
		rows: [row({ discordId: ADA, teamId: 't_1', seatTier: 'OWNER' as const })],
		teams: [team()],
		subscriptions: [subscription({ customerId: 'cus_team', status: 'canceled' })]
	};

	it.each<[string, Parts]>([
		['a customer of theirs', { ...canceled, changedCustomers: ['cus_1'] }],
		["their team's customer", { ...seat, changedCustomers: ['cus_team'] }],
		['a customer that names them now', { ...canceled, changedPeople: [ADA] }],
		['a customer that names them, previously unlinked', { changedPeople: [ADA] }],
		['their row', { ...canceled, changedRows: { discordIds: [ADA] } }],
		['a new row for them, previously unlinked', { changedRows: { discordIds: [ADA] } }],
		['a row of their customer', { ...canceled, changedRows: { customerIds: ['cus_1'] } }],
		["their team's row", { ...seat, changedRows: { customerIds: ['cus_team'] } }],
		[
			'a row that assigns their customer to another member',
			{
				...canceled,
				rows: [row({ discordId: BOB, stripeCustomerId: 'cus_1' })],
				changedRows: { customerIds: ['cus_1'], discordIds: [BOB] }
			}
		]
	])('leaves the member to the next run after a change of %s', (_, parts) => {
		const found = detection({ ...parts, guild: [inGuild(ADA, 'Knight')] });
		expect(found.issues).toEqual([]);
		expect(found.skipped).toEqual(new Set([ADA]));
		expect(found.notices.leftToNextRun).toBe(1);
	});

	it("compares the member despite another member's change", () => {
		const found = detection({
			...canceled,
			guild: [inGuild(ADA, 'Knight')],
			changedCustomers: ['cus_9'],
			changedPeople: [BOB],
			changedRows: { customerIds: ['cus_9'], discordIds: [BOB] }
		});
		expect(found.issues).toHaveLength(1);
		expect(found.skipped.size).toBe(0);
	});
});

describe('detect: start of a payment failure', () => {
	const inGrace = ago({ hours: 5 });
	const inDebtorPeriod = ago({ days: 5 });
	const pastDebtorPeriod = ago({ days: 50 });

	it('is the due date of the oldest open invoice', () => {
		expect(expectedWhenPastDue({}, inGrace)).toEqual(['Knight']);
		expect(expectedWhenPastDue({}, inDebtorPeriod)).toEqual(['Debtor']);
		expect(expectedWhenPastDue({}, pastDebtorPeriod)).toEqual([]);
	});

	const byRow = (paymentFailedAt: Date | null, given: SubscriptionTraits = {}): Parts => ({
		rows: [row({ discordId: ADA, stripeCustomerId: 'cus_1', paymentFailedAt })],
		subscriptions: [subscription({ status: 'past_due', createdAt: ago({ days: 100 }), ...given })]
	});

	it.each([
		[inGrace, ['Knight']],
		[inDebtorPeriod, ['Debtor']],
		[pastDebtorPeriod, []]
	])('is Member.paymentFailedAt (%s) without an invoice', (paymentFailedAt, roles) => {
		expect(expectedWhenPastDue(byRow(paymentFailedAt))).toEqual(roles);
	});

	it.each([
		[inGrace, inDebtorPeriod, ['Debtor']],
		[inDebtorPeriod, inGrace, ['Knight']],
		[pastDebtorPeriod, inGrace, ['Knight']]
	])('is not Member.paymentFailedAt (%s) with an invoice', (paymentFailedAt, unpaidSince, roles) => {
		expect(expectedWhenPastDue(byRow(paymentFailedAt, { unpaidSince }))).toEqual(roles);
	});

	it.each<[string, Date, SubscriptionTraits, boolean]>([
		['the second of the subscription', ago({ days: 50 }), { createdAt: ago({ days: 50 }) }, true],
		['before the subscription', ago({ days: 50 }), { createdAt: ago({ days: 50, seconds: -1 }) }, false],
		['400 days ago, for a subscription of 100 days', ago({ days: 400 }), {}, false],
		['seconds for milliseconds, in 1970', new Date(NOW.getTime() / 1000), { createdAt: ago({ days: 3_000 }) }, false],
		['the second of the last payment', ago({ days: 50 }), { lastPaidAt: ago({ days: 50 }) }, true],
		['before the last payment', ago({ days: 50 }), { lastPaidAt: ago({ days: 50, seconds: -1 }) }, false]
	])('is Member.paymentFailedAt only if that is plausible: %s', (_, paymentFailedAt, given, plausible) => {
		expect(expectedWhenPastDue(byRow(paymentFailedAt, given))).toEqual(plausible ? [] : ['Knight']);
		const seen = { sub_1: inDebtorPeriod };
		expect(expectedWhenPastDue({ ...byRow(paymentFailedAt, given), firstSeenUnpaid: seen })).toEqual(
			plausible ? [] : given.lastPaidAt && given.lastPaidAt > inDebtorPeriod ? ['Knight'] : ['Debtor']
		);
	});

	it('is no date in the future, which would give grace for ever', () => {
		const future = ago({ days: -400 });
		const seen = { firstSeenUnpaid: { sub_1: inDebtorPeriod } };
		expect(expectedWhenPastDue({ ...byRow(future), ...seen })).toEqual(['Debtor']);
		expect(expectedWhenPastDue({ ...byRow(null, { unpaidSince: future }), ...seen })).toEqual(['Debtor']);
		expect(expectedWhenPastDue(byRow(future))).toEqual(['Knight']);
	});

	it('is the latest plausible date of several rows', () => {
		const rows = [ago({ days: -1 }), inDebtorPeriod, pastDebtorPeriod].map((paymentFailedAt, index) =>
			row({ id: `m_${index}`, discordId: ADA, stripeCustomerId: 'cus_1', paymentFailedAt })
		);
		expect(expectedWhenPastDue({ rows })).toEqual(['Debtor']);
	});

	it('is no sight of a former debt: the run that sees the new one is stored in its place', () => {
		const again = subscription({ status: 'past_due', lastPaidAt: ago({ days: 1 }) });
		const parts = { subscriptions: [again], firstSeenUnpaid: { sub_1: pastDebtorPeriod } };
		expect(expectedWhenPastDue(parts)).toEqual(['Knight']);
		expect(detection(parts)).toMatchObject({ newlyUnpaid: ['sub_1'], clearedDebts: ['sub_1'] });
	});

	it("is Team.paymentFailedAt, not the member's, for a team's subscription", () => {
		const parts = (teamFailed: Date | null, memberFailed: Date | null): Parts => ({
			rows: [row({ discordId: ADA, teamId: 't_1', seatTier: 'TEAM_MEMBER', paymentFailedAt: memberFailed })],
			teams: [team({ paymentFailedAt: teamFailed })],
			subscriptions: [subscription({ customerId: 'cus_team', status: 'unpaid' })]
		});
		expect(expectedWhenPastDue(parts(inDebtorPeriod, null))).toEqual(['Debtor']);
		expect(expectedWhenPastDue(parts(inGrace, pastDebtorPeriod))).toEqual(['Knight']);
		expect(expectedWhenPastDue(parts(null, pastDebtorPeriod))).toEqual(['Knight']);
	});

	it("ignores the paymentFailedAt of another customer's row", () => {
		const rows = [
			row({ id: 'm_1', discordId: ADA, stripeCustomerId: 'cus_1', paymentFailedAt: null }),
			row({ id: 'm_2', discordId: ADA, stripeCustomerId: 'cus_2', paymentFailedAt: pastDebtorPeriod })
		];
		expect(expectedWhenPastDue({ rows }, inDebtorPeriod)).toEqual(['Debtor']);
	});

	it('is the first run that saw it, if nothing else is known', () => {
		expect(expectedWhenPastDue({ firstSeenUnpaid: { sub_1: inDebtorPeriod } })).toEqual(['Debtor']);
		expect(expectedWhenPastDue({ firstSeenUnpaid: { sub_1: inGrace } })).toEqual(['Knight']);
		expect(expectedWhenPastDue({ firstSeenUnpaid: { sub_1: pastDebtorPeriod } }, inGrace)).toEqual(['Knight']);
		expect(expectedWhenPastDue({ firstSeenUnpaid: { sub_other: pastDebtorPeriod } })).toEqual(['Knight']);
	});

	it('is this run if nothing is known, and is then reported to be stored', () => {
		expect(expectedWhenPastDue({})).toEqual(['Knight']);
		const subscriptions = [
			subscription({ id: 'sub_b', status: 'unpaid' }),
			subscription({ id: 'sub_a', status: 'past_due' }),
			subscription({ id: 'sub_dated', status: 'past_due', unpaidSince: inGrace }),
			subscription({ id: 'sub_seen', status: 'past_due' }),
			subscription({ id: 'sub_fine' }),
			subscription({ id: 'sub_gone', status: 'canceled' })
		];
		expect(detection({ subscriptions, firstSeenUnpaid: { sub_seen: inDebtorPeriod } }).newlyUnpaid).toEqual(['sub_a', 'sub_b']);
	});

	it('is cleared once nothing is past due, so that the next failure starts anew', () => {
		const subscriptions = [
			subscription({ id: 'sub_paid' }),
			subscription({ id: 'sub_gone', status: 'canceled' }),
			subscription({ id: 'sub_owing', status: 'unpaid' }),
			subscription({ id: 'sub_never' })
		];
		const firstSeenUnpaid = { sub_paid: inDebtorPeriod, sub_gone: inDebtorPeriod, sub_owing: inDebtorPeriod };
		expect(detection({ subscriptions, firstSeenUnpaid }).clearedDebts).toEqual(['sub_gone', 'sub_paid']);
	});
});

describe('detect: teams', () => {
	const seat = (number: number) => row({ id: `m_${number}`, discordId: userId(number), teamId: 't_1', seatTier: 'TEAM_MEMBER' });

	it('reports a team with more claimed seats than paid for as a notice, not as an issue', () => {
		const teams = [team({ ownerSeatCount: 1, teamSeatCount: 2 })];
		const unclaimed = row({ id: 'm_9', teamId: 't_1', seatTier: 'TEAM_MEMBER' });
		expect(detection({ teams, rows: [seat(1), seat(2), seat(3), unclaimed] }).notices.overclaimedTeams).toEqual([]);
		const over = detection({
			teams,
			rows: [seat(1), seat(2), seat(3), seat(4)],
			subscriptions: [subscription({ customerId: 'cus_team' })],
			guild: [1, 2, 3, 4].map((number) => inGuild(userId(number), 'Knight'))
		});
		expect(over.notices.overclaimedTeams).toEqual([{ teamId: 't_1', name: 'Acme', claimed: 4, paid: 3 }]);
		expect(over.issues).toEqual([]);
		expect(over.teamsChecked).toBe(1);
	});

	it('an ended team subscription does not hide an active personal one', () => {
		const parts: Parts = {
			rows: [row({ discordId: ADA, stripeCustomerId: 'cus_1', teamId: 't_1', seatTier: 'OWNER' })],
			teams: [team()],
			subscriptions: [
				subscription({ createdAt: ago({ days: 300 }) }),
				subscription({ id: 'sub_team', customerId: 'cus_team', status: 'canceled', createdAt: ago({ days: 1 }) }),
				subscription({
					id: 'sub_owed',
					customerId: 'cus_team',
					status: 'unpaid',
					createdAt: ago({ days: 1 }),
					unpaidSince: ago({ days: 400 })
				})
			]
		};
		expect(issues({ ...parts, guild: [inGuild(ADA, 'Knight')] })).toEqual([]);
		expect(only(issues({ ...parts, guild: [inGuild(ADA)] })).plan.add).toEqual(['Knight']);
	});

	it('an ended personal subscription does not hide an active team', () => {
		const parts: Parts = {
			rows: [row({ discordId: ADA, stripeCustomerId: 'cus_1', teamId: 't_1', seatTier: 'OWNER' })],
			teams: [team()],
			subscriptions: [
				subscription({ status: 'canceled', createdAt: ago({ days: 1 }) }),
				subscription({ id: 'sub_team', customerId: 'cus_team' })
			]
		};
		expect(only(issues({ ...parts, guild: [inGuild(ADA)] })).plan.add).toEqual(['Lord']);
	});

	it('a seat in a team without a customer gives nothing', () => {
		const parts = { rows: [row({ discordId: ADA, teamId: 't_1', seatTier: 'OWNER' as const })], teams: [team({ stripeCustomerId: null })] };
		expect(only(issues({ ...parts, guild: [inGuild(ADA, 'Lord')] }))).toMatchObject({
			severity: 'HIGH',
			plan: { add: [], remove: ['Lord'] }
		});
	});

	it('treats a row in a team as a member’s seat unless its tier is OWNER', () => {
		const parts = {
			rows: [row({ discordId: ADA, teamId: 't_1', seatTier: 'INDIVIDUAL' as const })],
			teams: [team()],
			subscriptions: [subscription({ customerId: 'cus_team', prices: ['price_lord'] })]
		};
		expect(only(issues({ ...parts, guild: [inGuild(ADA)] })).plan.add).toEqual(['Knight']);
	});
});

describe('detect: issues', () => {
	it('finds at most one issue per member, whatever is wrong', () => {
		const parts: Parts = {
			rows: [row({ id: 'm_2', discordId: ADA, stripeCustomerId: 'cus_2' }), row({ id: 'm_1', discordId: ADA, teamId: 't_1' })],
			teams: [team()],
			customers: [customer({ metadataDiscordId: ADA })],
			subscriptions: [
				subscription({ status: 'canceled' }),
				subscription({ id: 'sub_2', customerId: 'cus_2', status: 'unpaid', unpaidSince: ago({ days: 5 }) }),
				subscription({ id: 'sub_3', customerId: 'cus_team', status: 'past_due', unpaidSince: ago({ days: 90 }) })
			],
			guild: [inGuild(ADA, 'Knight', 'Lord')]
		};
		expect(only(issues(parts))).toMatchObject({
			type: 'DEBTOR_MISMATCH',
			memberId: 'm_1',
			plan: { add: ['Debtor'], remove: ['Knight', 'Lord'] },
			customerIds: ['cus_1', 'cus_2', 'cus_team']
		});
	});

	it('sorts issues: missing access, unauthorized access, Debtor, tier, unlinked; then by Discord ID', () => {
		const linked = (number: number, given: Parameters<typeof subscription>[0]) => ({
			rows: row({ id: `m_${number}`, discordId: userId(number), stripeCustomerId: `cus_${number}` }),
			subscriptions: subscription({ id: `sub_${number}`, customerId: `cus_${number}`, ...given })
		});
		const linkedMembers = [
			linked(8, {}),
			linked(7, {}),
			linked(6, { status: 'canceled' }),
			linked(5, { status: 'past_due', unpaidSince: ago({ days: 5 }) }),
			linked(4, { prices: ['price_lord'] })
		];
		const guild = [
			inGuild(userId(1), 'Knight'),
			inGuild(userId(2), 'Knight'),
			inGuild(userId(4), 'Knight'),
			inGuild(userId(5), 'Knight'),
			inGuild(userId(6), 'Knight'),
			inGuild(userId(7)),
			inGuild(userId(8))
		];
		const parts = { rows: linkedMembers.map(({ rows }) => rows), subscriptions: linkedMembers.map(({ subscriptions }) => subscriptions) };
		const order = [7, 8, 6, 5, 4, 1, 2].map(userId);
		expect(issues({ ...parts, guild }).map((issue) => issue.discordId)).toEqual(order);
		expect(issues({ ...parts, guild: guild.reverse() }).map((issue) => issue.discordId)).toEqual(order);
	});

	it('describes subscriptions and rows, the deciding subscription first', () => {
		const parts = {
			rows: [row({ discordId: ADA, stripeCustomerId: 'cus_1', teamId: 't_1', seatTier: 'OWNER' as const })],
			teams: [team()],
			subscriptions: [
				subscription({ status: 'canceled', createdAt: ago({ days: 1 }) }),
				subscription({ id: 'sub_team', customerId: 'cus_team', status: 'past_due', unpaidSince: ago({ days: 5 }) })
			]
		};
		const issue = only(issues({ ...parts, guild: [inGuild(ADA, 'Lord')] }));
		expect(issue.stripeStatus).toMatch(/^Payment failed 2026-02-05T.*the team Acme.*sub_team; Canceled.*sub_1/);
		expect(issue.databaseStatus).toMatch(/Owner of the team Acme; Linked to cus_1/);
		expect(issue.description).toMatch(/beyond the 48-hour grace period: should have Debtor alone; has Lord/);
		expect(issue.discordName).toBe(`name of ${ADA}`);
	});

	it('finds nothing in an empty snapshot', () => {
		expect(detection({})).toMatchObject({ issues: [], membersChecked: 0, payingCustomers: 0 });
	});
});
