import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicySettings } from '../../../src/reconciliation/domain/rules.js';
import { ago, customer, detection, inGuild, MAPPED, NOW, row, type SubscriptionTraits, subscription, team, userId } from '../builders.js';

/**
 * What members should have, over random people, against an independent implementation of the policy: it works with everything that a
 * subscription may give, where the product works with what it is known to give. Whom a subscription pays for is tested in
 * links-oracle.test.ts.
 */

/** Worlds; each has {@link PEOPLE} people. */
const RUNS = 400;
const PEOPLE = 8;

const DAY = 86_400_000;
const TIERS = ['Knight', 'Lord', 'Duke'];
const ROLES = [...TIERS, 'Debtor'];

/** Lists of prices; `price_new` is in none. */
const PRICES = ['price_knight', 'price_lord', 'price_duke', 'price_tshirt', 'price_new'];
const LISTED = [['price_knight', 'prod_knight'], ['prod_lord'], ['price_duke']];

const settings: fc.Arbitrary<PolicySettings> = fc.record({
	tiers: fc.boolean().map((mapped) => TIERS.map((name, index) => ({ name, prices: mapped ? (LISTED[index] ?? []) : [] }))),
	otherPrices: fc.constantFrom(['price_tshirt'], ['prod_tshirt'], []),
	unlistedPrices: fc.oneof(
		fc.constant({ buy: 'unknown' as const }),
		fc.constant({ buy: 'nothing' as const }),
		fc.constantFrom(...TIERS).map((tier) => ({ buy: 'tier' as const, tier }))
	),
	seats: fc.constant({ OWNER: 'Duke', TEAM_MEMBER: 'Knight' }),
	graceHours: fc.constantFrom(0, 48),
	debtorDays: fc.constantFrom(0, 30)
});

const STATUSES = ['active', 'trialing', 'past_due', 'unpaid', 'canceled', 'incomplete', 'incomplete_expired', 'paused', 'frozen', 'Active'];
const moment = fc
	.oneof(fc.integer({ min: -40 * 24, max: 120 * 24 }), fc.constantFrom(0, 48, 49, 30 * 24, 32 * 24, 32 * 24 + 1))
	.map((hours) => ago({ hours }));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 2 });
/** Weeks in which a date of a debt is plausible or not. */
const seconds1970 = fc.constant(new Date(1_700_000_000));
const date = maybe(fc.oneof({ weight: 8, arbitrary: moment }, { weight: 1, arbitrary: seconds1970 }));

interface Bought extends SubscriptionTraits {
	readonly prices: readonly string[];
	readonly status: string;
	readonly seenAt: Date | null;
}

const bought: fc.Arbitrary<Bought> = fc.record({
	status: fc.oneof({ weight: 3, arbitrary: fc.constantFrom('active', 'past_due') }, { weight: 4, arbitrary: fc.constantFrom(...STATUSES) }),
	prices: fc.subarray(PRICES, { maxLength: 3 }),
	createdAt: fc.integer({ min: 0, max: 110 }).map((days) => ago({ days })),
	unpaidSince: maybe(moment),
	lastPaidAt: maybe(fc.integer({ min: 0, max: 100 }).map((days) => ago({ days }))),
	unreadable: fc.oneof({ weight: 12, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constant('has no items') }),
	seenAt: date
});

const person = fc.record({
	holds: fc.shuffledSubarray(ROLES),
	/** Whether a row links the person to their customer; otherwise its metadata does. */
	byRow: fc.boolean(),
	paymentFailedAt: date,
	subscriptions: fc.array(bought, { maxLength: 3 }),
	seat: maybe(
		fc.record({
			tier: fc.constantFrom('OWNER' as const, 'TEAM_MEMBER' as const, 'INDIVIDUAL' as const),
			rowFailedAt: date,
			teamFailedAt: date,
			subscriptions: fc.array(bought, { maxLength: 2 })
		})
	),
	linked: fc.integer({ min: 0, max: 9 }).map((number) => number > 0)
});
type Person = typeof person extends fc.Arbitrary<infer Value> ? Value : never;

function worldOf(people: readonly Person[]) {
	const owned = people.flatMap(({ subscriptions, seat, linked }, index) =>
		linked
			? [
					...subscriptions.map((given, number) => ({ given, id: `sub_${index}_${number}`, customerId: `cus_${index}` })),
					...(seat?.subscriptions ?? []).map((given, number) => ({ given, id: `sub_t${index}_${number}`, customerId: `cus_t${index}` }))
				]
			: []
	);
	return {
		customers: people.flatMap(({ byRow, linked }, index) =>
			linked ? [customer({ id: `cus_${index}`, metadataDiscordId: byRow ? null : userId(index) })] : []
		),
		subscriptions: owned.map(({ given: { seenAt: _, ...given }, id, customerId }) => subscription({ ...given, id, customerId })),
		firstSeenUnpaid: Object.fromEntries(owned.flatMap(({ given: { seenAt }, id }) => (seenAt === null ? [] : [[id, seenAt]]))),
		rows: people.flatMap(({ linked, byRow, paymentFailedAt, seat }, index) =>
			linked
				? [
						...(byRow ? [row({ id: `m_${index}`, discordId: userId(index), stripeCustomerId: `cus_${index}`, paymentFailedAt })] : []),
						...(seat === null
							? []
							: [
									row({
										id: `s_${index}`,
										discordId: userId(index),
										teamId: `t_${index}`,
										seatTier: seat.tier,
										paymentFailedAt: seat.rowFailedAt
									})
								])
					]
				: []
		),
		teams: people.flatMap(({ linked, seat }, index) =>
			linked && seat !== null ? [team({ id: `t_${index}`, stripeCustomerId: `cus_t${index}`, paymentFailedAt: seat.teamFailedAt })] : []
		),
		guild: people.map(({ holds }, index) => inGuild(userId(index), ...holds))
	};
}

/** Ranks: −1 nothing, 0 Debtor, 1 and more a tier. */
type Ranks = ReadonlySet<number>;

/** All that an item may buy: −1, or the ranks of tiers. */
function itemRanks(price: string, rules: PolicySettings): Ranks {
	const names = [price, price.replace('price_', 'prod_')];
	const tier = Math.max(...rules.tiers.map(({ prices }, index) => (names.some((name) => prices.includes(name)) ? index + 1 : -1)));
	if (tier > 0) return new Set([tier]);
	if (names.some((name) => rules.otherPrices.includes(name))) return new Set([-1]);
	switch (rules.unlistedPrices.buy) {
		case 'nothing':
			return new Set([-1]);
		case 'tier':
			return new Set([TIERS.indexOf(rules.unlistedPrices.tier) + 1]);
		case 'unknown':
			return new Set([-1, 1, 2, 3]);
	}
}

/** All that the items may buy together: the highest of any combination. */
function purchaseRanks(prices: readonly string[], rules: PolicySettings): Ranks {
	let all: Ranks = new Set([-1]);
	for (const price of prices) {
		const item = [...itemRanks(price, rules)];
		all = new Set([...all].flatMap((rank) => item.map((other) => Math.max(rank, other))));
	}
	return all;
}

/** A team's subscription gives the tier of the seat, if it buys any. */
function seatRanks(prices: readonly string[], seat: string, rules: PolicySettings): Ranks {
	const isMapped = rules.tiers.some((tier) => tier.prices.length > 0);
	const asMapped: PolicySettings = isMapped ? rules : { ...rules, unlistedPrices: { buy: 'tier', tier: 'Knight' } };
	const rank = seat === 'OWNER' ? 3 : 1;
	return new Set([...purchaseRanks(prices, asMapped)].map((each) => (each === -1 ? -1 : rank)));
}

function failedAt({ unpaidSince, lastPaidAt, createdAt, seenAt }: Bought, rows: readonly (Date | null)[]): number {
	if (unpaidSince && unpaidSince <= NOW) return unpaidSince.getTime();
	const isPossible = (time: Date | null): time is Date =>
		time !== null && time <= NOW && time >= (createdAt ?? NOW) && (!lastPaidAt || time >= lastPaidAt);
	const recorded = rows.filter(isPossible).map((time) => time.getTime());
	if (recorded.length > 0) return Math.max(...recorded);
	return isPossible(seenAt) ? seenAt.getTime() : NOW.getTime();
}

/** All that a subscription may give now. */
function given(each: Bought, ranks: Ranks, rows: readonly (Date | null)[], rules: PolicySettings): Ranks {
	const nothing = new Set([-1]);
	if (['canceled', 'incomplete', 'incomplete_expired', 'paused'].includes(each.status)) return nothing;
	if (each.unreadable !== null) return new Set([-1, 0, 1, 2, 3]);
	if (['active', 'trialing'].includes(each.status)) return ranks;
	const inDebt = new Set([...ranks].map((rank) => Math.min(rank, 0)));
	if (!['past_due', 'unpaid'].includes(each.status)) return new Set([...nothing, ...inDebt, ...ranks]);
	const unpaidFor = NOW.getTime() - failedAt(each, rows);
	if (unpaidFor <= rules.graceHours * 3_600_000) return ranks;
	return unpaidFor <= rules.graceHours * 3_600_000 + rules.debtorDays * DAY ? inDebt : nothing;
}

function allGiven({ linked, byRow, paymentFailedAt, subscriptions, seat }: Person, rules: PolicySettings): readonly Ranks[] {
	if (!linked) return [];
	// A row without a customer is about all that the person pays.
	const rows = [...(byRow ? [paymentFailedAt] : []), ...(seat === null ? [] : [seat.rowFailedAt])];
	return [
		...subscriptions.map((each) => given(each, purchaseRanks(each.prices, rules), rows, rules)),
		...(seat?.subscriptions ?? []).map((each) =>
			given(each, seatRanks(each.prices, seat?.tier ?? '', rules), [seat?.teamFailedAt ?? null], rules)
		)
	];
}

/** The issue by the table of the specification; null for none. */
function expectedIssue(someone: Person, rules: PolicySettings) {
	const all = allGiven(someone, rules);
	const known = Math.max(-1, ...all.map((ranks) => Math.min(...ranks)));
	const isUnknown = all.some((ranks) => ranks.size > 1);
	const due = known === -1 ? [] : known === 0 ? ['Debtor'] : [TIERS[known - 1] ?? ''];
	const { holds, linked } = someone;
	const add = due.filter((role) => !holds.includes(role) && !(isUnknown && role === 'Debtor'));
	const remove = isUnknown ? [] : holds.filter((role) => !due.includes(role)).sort();
	const kind = (() => {
		if (known > 0) {
			if (holds.length === 0) return ['MISSING_ACCESS', 'HIGH'];
			return [holds.includes('Debtor') ? 'DEBTOR_MISMATCH' : 'ROLE_MISMATCH', 'MEDIUM'];
		}
		if (known === 0) return ['DEBTOR_MISMATCH', 'MEDIUM'];
		if (!linked) return ['UNAUTHORIZED_ACCESS', 'LOW'];
		return holds.join() === 'Debtor' ? ['DEBTOR_MISMATCH', 'LOW'] : ['UNAUTHORIZED_ACCESS', 'HIGH'];
	})();
	return { issue: add.length + remove.length === 0 ? null : { kind, add, remove }, isUnknown, known };
}

describe('policy, for any people', () => {
	it('finds the issues of the specification, and revokes nothing where anything is unknown', () => {
		const seen = { issues: 0, unknown: 0, granted: 0 };
		fc.assert(
			fc.property(fc.array(person, { minLength: PEOPLE, maxLength: PEOPLE }), settings, (people, rules) => {
				const { issues, unknown } = detection(worldOf(people), { ...MAPPED, ...rules });
				people.forEach((someone, index) => {
					const expected = expectedIssue(someone, rules);
					const found = issues.find(({ discordId }) => discordId === userId(index));
					const actual = found && { kind: [found.type, found.severity], add: found.plan.add, remove: found.plan.remove };
					expect([actual ?? null, unknown.has(userId(index))]).toEqual([expected.issue, expected.isUnknown]);
					seen.issues += found === undefined ? 0 : 1;
					seen.unknown += expected.isUnknown ? 1 : 0;
					seen.granted += expected.isUnknown && found !== undefined ? 1 : 0;
				});
			}),
			{ numRuns: RUNS }
		);
		for (const count of Object.values(seen)) expect(count).toBeGreaterThan(RUNS / 10);
	});
});
