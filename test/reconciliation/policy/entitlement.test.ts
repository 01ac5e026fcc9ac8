import { describe, expect, test } from 'vitest';
import type { Subscription } from '../../../src/reconciliation/domain/billing.js';
import type { PolicySettings, SeatTier } from '../../../src/reconciliation/domain/rules.js';
import {
	type Entitlement,
	entitlementOf,
	evaluateSources,
	expectedRoles,
	type PaymentSource,
	tierBought
} from '../../../src/reconciliation/policy/entitlement.js';
import { ADA, ago, before, customer, inGuild, issues, MAPPED, NOW, only, subscription, UNMAPPED } from '../builders.js';

function claim(given: Partial<Subscription> = {}, unpaidSince: Date = NOW, seat: SeatTier | null = null): PaymentSource {
	return { subscription: subscription(given), seat, unpaidSince };
}

function rolesOf(entitlement: Entitlement | undefined): readonly string[] | 'unknown' {
	if (entitlement === undefined) return [];
	return entitlement.kind === 'unknown' ? 'unknown' : expectedRoles(entitlement);
}

const rolesFor = (given: PaymentSource, settings: PolicySettings = MAPPED) => rolesOf(entitlementOf(given, settings, NOW));
const bestOf = (claims: readonly PaymentSource[], settings: PolicySettings = MAPPED) =>
	rolesOf(evaluateSources(claims, settings, NOW)[0]?.entitlement);

describe('what a Stripe status entitles to', () => {
	test.each([
		['active', ['Knight']],
		['trialing', ['Knight']],
		['canceled', []],
		['incomplete', []],
		['incomplete_expired', []],
		['paused', []]
	])('%s gives %j, however long something has been owed', (status, roles) => {
		for (const since of [NOW, ago({ days: 10 }), ago({ days: 400 })]) expect(rolesFor(claim({ status }, since))).toEqual(roles);
	});

	test.each(['active', 'trialing'])('%s gives the tier also with pause_collection or cancel_at_period_end', (status) => {
		expect(rolesFor(claim({ status, collectionPaused: true }))).toEqual(['Knight']);
		expect(rolesFor(claim({ status, cancelAtPeriodEnd: true }))).toEqual(['Knight']);
	});

	test('no subscription gives nothing', () => {
		expect(bestOf([])).toEqual([]);
	});

	test.each(['past_due', 'unpaid'])(
		'%s: the tier up to 48 hours, then Debtor alone for 30 days more, then none; last moments included',
		(status) => {
			const owing = (time: { days?: number; hours?: number; seconds?: number }) => rolesFor(claim({ status }, ago(time)));
			expect(owing({})).toEqual(['Knight']);
			expect(owing({ hours: 48, seconds: -1 })).toEqual(['Knight']);
			expect(owing({ hours: 48 })).toEqual(['Knight']);
			expect(owing({ hours: 48, seconds: 1 })).toEqual(['Debtor']);
			expect(owing({ days: 30, hours: 48, seconds: -1 })).toEqual(['Debtor']);
			expect(owing({ days: 30, hours: 48 })).toEqual(['Debtor']);
			expect(owing({ days: 30, hours: 48, seconds: 1 })).toEqual([]);
			expect(owing({ days: 4000 })).toEqual([]);
		}
	);

	test('the boundaries are exact to the millisecond', () => {
		const owing = (since: Date) => rolesFor(claim({ status: 'past_due' }, since));
		const grace = ago({ hours: 48 }).getTime();
		const debtor = ago({ days: 30, hours: 48 }).getTime();
		expect(owing(new Date(grace - 1))).toEqual(['Debtor']);
		expect(owing(new Date(debtor - 1))).toEqual([]);
	});

	test('a first failed payment that lies ahead of our clock is within grace', () => {
		expect(rolesFor(claim({ status: 'unpaid' }, ago({ hours: -5 })))).toEqual(['Knight']);
	});

	test.each([
		[{ graceHours: 0, debtorDays: 30 }, {}, ['Knight']],
		[{ graceHours: 0, debtorDays: 30 }, { seconds: 1 }, ['Debtor']],
		[{ graceHours: 0, debtorDays: 30 }, { days: 30 }, ['Debtor']],
		[{ graceHours: 0, debtorDays: 30 }, { days: 30, seconds: 1 }, []],
		[{ graceHours: 48, debtorDays: 0 }, { hours: 48 }, ['Knight']],
		[{ graceHours: 48, debtorDays: 0 }, { hours: 48, seconds: 1 }, []],
		[{ graceHours: 0, debtorDays: 0 }, {}, ['Knight']],
		[{ graceHours: 0, debtorDays: 0 }, { seconds: 1 }, []]
	])('with %j, owing for %j gives %j', (periods, time, roles) => {
		expect(rolesFor(claim({ status: 'past_due' }, ago(time)), { ...MAPPED, ...periods })).toEqual(roles);
	});

	test.each(['', 'Active', 'suspended', 'toString', 'constructor'])(
		'a status that the policy does not know (%j) is unknown, never unpaid',
		(status) => {
			expect(rolesFor(claim({ status }))).toBe('unknown');
		}
	);
});

describe('the tier that a subscription buys', () => {
	test.each([
		['a price of Knight', ['price_knight'], 'Knight'],
		['a price of Lord', ['price_lord'], 'Lord'],
		['a product of Knight', ['price_x', 'prod_knight'], 'Knight'],
		['a product of Lord', ['price_x', 'prod_lord'], 'Lord'],
		['the highest of its items, the lower first', ['price_knight', 'price_lord'], 'Lord'],
		['the highest of its items, the higher first', ['price_lord', 'price_knight'], 'Lord'],
		['one mapped item beside an unmapped one', ['price_tshirt', 'price_knight'], 'Knight'],
		['anything else', ['price_tshirt'], null],
		['no item at all', [], null]
	])('personal, with a map: %s', (_, prices, tier) => {
		expect(tierBought(prices, null, MAPPED)).toBe(tier);
	});

	test('a map of one tier alone is a map: anything else entitles to nothing', () => {
		const settings = {
			...MAPPED,
			tiers: [
				{ name: 'Knight', prices: [] },
				{ name: 'Lord', prices: ['price_lord'] }
			]
		};
		expect(tierBought(['price_knight'], null, settings)).toBeNull();
		expect(tierBought(['price_knight'], 'OWNER', settings)).toBeNull();
		expect(tierBought(['price_lord'], null, settings)).toBe('Lord');
	});

	test('personal, without any map: Lord', () => {
		expect(tierBought(['price_whatever'], null, UNMAPPED)).toBe('Lord');
		expect(tierBought(['price_knight'], null, UNMAPPED)).toBe('Lord');
	});

	test.each<[SeatTier, string]>([
		['OWNER', 'Lord'],
		['TEAM_MEMBER', 'Knight']
	])('a team gives a seat %s the tier %s, whichever mapped price it pays', (seat, tier) => {
		for (const prices of [['price_knight'], ['price_lord'], ['prod_lord']]) expect(tierBought(prices, seat, MAPPED)).toBe(tier);
		expect(tierBought(['price_whatever'], seat, UNMAPPED)).toBe(tier);
		expect(tierBought(['price_tshirt'], seat, MAPPED)).toBeNull();
	});

	test('more tiers can be configured, and rank as they are listed', () => {
		const settings: PolicySettings = { ...MAPPED, tiers: [...MAPPED.tiers, { name: 'Duke', prices: ['price_duke'] }] };
		expect(tierBought(['price_duke', 'price_lord'], null, settings)).toBe('Duke');
		expect(bestOf([claim({ id: 'a', prices: ['price_lord'] }), claim({ id: 'b', prices: ['price_duke'] })], settings)).toEqual(['Duke']);
	});

	test.each(['active', 'past_due', 'unpaid', 'canceled', 'suspended'])(
		'a subscription to anything else entitles to nothing while %s, not to Debtor either',
		(status) => {
			expect(rolesFor(claim({ status, prices: ['price_tshirt'] }, ago({ days: 5 })))).toEqual([]);
		}
	);
});

describe('of several subscriptions', () => {
	const older = ago({ days: 200 });
	const newer = ago({ days: 1 });
	const inDebt = ago({ days: 5 });
	/** Whatever the order in which they come. */
	const best = (...claims: PaymentSource[]) => {
		const forwards = bestOf(claims);
		expect(bestOf([...claims].reverse())).toEqual(forwards);
		return forwards;
	};

	test.each(['canceled', 'incomplete', 'incomplete_expired', 'paused'])('a newer %s one does not hide an active one', (status) => {
		expect(best(claim({ id: 'a', createdAt: older }), claim({ id: 'b', status, prices: ['price_lord'], createdAt: newer }))).toEqual([
			'Knight'
		]);
	});

	test('an unpaid newer one of a higher tier does not hide an active one', () => {
		const owed = claim({ id: 'b', status: 'unpaid', prices: ['price_lord'], createdAt: newer }, inDebt);
		expect(best(claim({ id: 'a', createdAt: older }), owed)).toEqual(['Knight']);
	});

	test('a tier comes before Debtor, Debtor before nothing', () => {
		const owed = claim({ id: 'b', status: 'past_due', createdAt: older }, inDebt);
		const gone = claim({ id: 'c', status: 'canceled', prices: ['price_lord'], createdAt: newer });
		expect(best(owed, gone)).toEqual(['Debtor']);
		expect(best(owed, gone, claim({ id: 'a', createdAt: older }))).toEqual(['Knight']);
	});

	test('one within grace counts as a tier', () => {
		const within = claim({ id: 'a', status: 'past_due', prices: ['price_lord'], createdAt: older }, ago({ hours: 1 }));
		expect(best(within, claim({ id: 'b', createdAt: newer }))).toEqual(['Lord']);
	});

	test('the higher tier decides, also when it is the older one', () => {
		expect(best(claim({ id: 'a', prices: ['price_lord'], createdAt: older }), claim({ id: 'b', createdAt: newer }))).toEqual(['Lord']);
	});

	test('of equals the newer decides, then the ID, so that the same reading tells the same', () => {
		const ids = (...claims: PaymentSource[]) => evaluateSources(claims, MAPPED, NOW).map((judged) => judged.subscription.id);
		const [old, young, twin] = [
			claim({ id: 'a', createdAt: older }),
			claim({ id: 'c', createdAt: newer }),
			claim({ id: 'b', createdAt: newer })
		];
		expect(ids(old, young, twin)).toEqual(['b', 'c', 'a']);
		expect(ids(twin, young, old)).toEqual(['b', 'c', 'a']);
	});

	test('while one has an unknown status nothing is decided', () => {
		const strange = claim({ id: 'b', status: 'suspended', createdAt: older });
		expect(best(strange, claim({ id: 'a', status: 'canceled' }))).toBe('unknown');
		expect(best(strange, claim({ id: 'a', status: 'past_due' }, inDebt))).toBe('unknown');
	});

	test('an unknown status of a subscription to anything else decides nothing', () => {
		expect(best(claim({ id: 'b', status: 'suspended', prices: ['price_tshirt'] }), claim({ id: 'a' }))).toEqual(['Knight']);
	});
});

describe('expected, held, issue and plan', () => {
	const paysFor: Record<string, Partial<Subscription>> = {
		Knight: { prices: ['price_knight'] },
		Lord: { prices: ['price_lord'] },
		Debtor: { status: 'past_due', unpaidSince: before(NOW, { days: 5 }) },
		none: { status: 'canceled' }
	};
	const issueOf = (expected: string, holds: string) => {
		const guild = [inGuild(ADA, ...holds.split(' ').filter((role) => role !== '-'))];
		const given = paysFor[expected];
		if (given === undefined) return issues({ guild });
		return issues({ guild, customers: [customer({ metadataDiscordId: ADA })], subscriptions: [subscription(given)] });
	};

	test.each([
		['Knight', 'Knight'],
		['Lord', 'Lord'],
		['Debtor', 'Debtor'],
		['none', '-'],
		['no link', '-']
	])('expected %s, holds %s: no issue', (expected, holds) => {
		expect(issueOf(expected, holds)).toEqual([]);
	});

	test.each([
		// tier T, holds nothing
		['Knight', '-', 'MISSING_ACCESS', 'HIGH', '+Knight'],
		['Lord', '-', 'MISSING_ACCESS', 'HIGH', '+Lord'],
		// tier T, holds other tiers, with or without T
		['Knight', 'Lord', 'ROLE_MISMATCH', 'MEDIUM', '+Knight -Lord'],
		['Knight', 'Knight Lord', 'ROLE_MISMATCH', 'MEDIUM', '-Lord'],
		['Lord', 'Knight', 'ROLE_MISMATCH', 'MEDIUM', '+Lord -Knight'],
		['Lord', 'Lord Knight', 'ROLE_MISMATCH', 'MEDIUM', '-Knight'],
		// tier T, holds Debtor and anything
		['Knight', 'Debtor', 'DEBTOR_MISMATCH', 'MEDIUM', '+Knight -Debtor'],
		['Knight', 'Debtor Knight', 'DEBTOR_MISMATCH', 'MEDIUM', '-Debtor'],
		['Knight', 'Debtor Lord', 'DEBTOR_MISMATCH', 'MEDIUM', '+Knight -Debtor -Lord'],
		['Knight', 'Debtor Knight Lord', 'DEBTOR_MISMATCH', 'MEDIUM', '-Debtor -Lord'],
		['Lord', 'Debtor', 'DEBTOR_MISMATCH', 'MEDIUM', '+Lord -Debtor'],
		['Lord', 'Debtor Lord', 'DEBTOR_MISMATCH', 'MEDIUM', '-Debtor'],
		['Lord', 'Debtor Knight', 'DEBTOR_MISMATCH', 'MEDIUM', '+Lord -Debtor -Knight'],
		['Lord', 'Debtor Knight Lord', 'DEBTOR_MISMATCH', 'MEDIUM', '-Debtor -Knight'],
		// Debtor, holds no Debtor, or Debtor and tiers
		['Debtor', '-', 'DEBTOR_MISMATCH', 'MEDIUM', '+Debtor'],
		['Debtor', 'Knight', 'DEBTOR_MISMATCH', 'MEDIUM', '+Debtor -Knight'],
		['Debtor', 'Lord', 'DEBTOR_MISMATCH', 'MEDIUM', '+Debtor -Lord'],
		['Debtor', 'Lord Knight', 'DEBTOR_MISMATCH', 'MEDIUM', '+Debtor -Knight -Lord'],
		['Debtor', 'Debtor Knight', 'DEBTOR_MISMATCH', 'MEDIUM', '-Knight'],
		['Debtor', 'Debtor Lord', 'DEBTOR_MISMATCH', 'MEDIUM', '-Lord'],
		['Debtor', 'Debtor Knight Lord', 'DEBTOR_MISMATCH', 'MEDIUM', '-Knight -Lord'],
		// none, linked member
		['none', 'Knight', 'UNAUTHORIZED_ACCESS', 'HIGH', '-Knight'],
		['none', 'Lord', 'UNAUTHORIZED_ACCESS', 'HIGH', '-Lord'],
		['none', 'Debtor', 'UNAUTHORIZED_ACCESS', 'HIGH', '-Debtor'],
		['none', 'Lord Knight', 'UNAUTHORIZED_ACCESS', 'HIGH', '-Knight -Lord'],
		['none', 'Debtor Knight', 'UNAUTHORIZED_ACCESS', 'HIGH', '-Debtor -Knight'],
		['none', 'Debtor Lord', 'UNAUTHORIZED_ACCESS', 'HIGH', '-Debtor -Lord'],
		['none', 'Lord Knight Debtor', 'UNAUTHORIZED_ACCESS', 'HIGH', '-Debtor -Knight -Lord'],
		// unknown: no link at all
		['no link', 'Knight', 'UNAUTHORIZED_ACCESS', 'LOW', '-Knight'],
		['no link', 'Lord', 'UNAUTHORIZED_ACCESS', 'LOW', '-Lord'],
		['no link', 'Debtor', 'UNAUTHORIZED_ACCESS', 'LOW', '-Debtor'],
		['no link', 'Lord Knight Debtor', 'UNAUTHORIZED_ACCESS', 'LOW', '-Debtor -Knight -Lord']
	])('expected %s, holds %s: %s, %s, %s', (expected, holds, type, severity, plan) => {
		const issue = only(issueOf(expected, holds));
		expect(issue).toMatchObject({ type, severity, discordId: ADA, linked: expected !== 'no link' });
		const changes = [...issue.plan.add.map((role) => `+${role}`), ...issue.plan.remove.map((role) => `-${role}`)];
		expect(changes.join(' ')).toBe(plan);
		expect(issue.expectedRoles).toEqual(expected in paysFor && expected !== 'none' ? [expected] : []);
		expect([...issue.discordRoles].sort()).toEqual(holds === '-' ? [] : holds.split(' ').sort());
	});
});
