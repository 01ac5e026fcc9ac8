import { describe, expect, it } from 'vitest';
import type { PolicySettings, TeamSeat } from '../../../src/reconciliation/domain/rules.js';
import { evaluate, expectedRoles, type PaymentSource } from '../../../src/reconciliation/policy/entitlement.js';
import { ADA, ago, before, customer, inGuild, issues, MAPPED, NOW, only, type SubscriptionTraits, subscription } from '../builders.js';

function source(given: SubscriptionTraits = {}, unpaidSince: Date = NOW, seat: TeamSeat | null = null): PaymentSource {
	return { subscription: subscription(given), seat, unpaidSince };
}

const bestOf = (sources: readonly PaymentSource[], settings: PolicySettings = MAPPED) =>
	expectedRoles(evaluate(sources, settings, NOW).entitlement);
const rolesFor = (given: PaymentSource, settings: PolicySettings = MAPPED) => bestOf([given], settings);
const unknownOf = (...sources: PaymentSource[]) => evaluate(sources, MAPPED, NOW).unknown;

describe('evaluate: one subscription', () => {
	it.each([
		['active', ['Knight']],
		['trialing', ['Knight']],
		['canceled', []],
		['incomplete', []],
		['incomplete_expired', []],
		['paused', []]
	])('gives for %s the roles %j, whenever a payment failed', (status, roles) => {
		for (const since of [NOW, ago({ days: 10 }), ago({ days: 400 })]) expect(rolesFor(source({ status }, since))).toEqual(roles);
	});

	it.each(['active', 'trialing'])('gives the tier for %s, also with pause_collection or cancel_at_period_end', (status) => {
		expect(rolesFor(source({ status, collectionPaused: true }))).toEqual(['Knight']);
		expect(rolesFor(source({ status, cancelAtPeriodEnd: true }))).toEqual(['Knight']);
	});

	it('gives nothing without a subscription', () => {
		expect(bestOf([])).toEqual([]);
	});

	it.each(['past_due', 'unpaid'])(
		'gives for %s the tier for 48 hours, then Debtor for 30 days, then nothing, including the last moments',
		(status) => {
			const pastDueFor = (time: { days?: number; hours?: number; seconds?: number }) => rolesFor(source({ status }, ago(time)));
			expect(pastDueFor({})).toEqual(['Knight']);
			expect(pastDueFor({ hours: 48, seconds: -1 })).toEqual(['Knight']);
			expect(pastDueFor({ hours: 48 })).toEqual(['Knight']);
			expect(pastDueFor({ hours: 48, seconds: 1 })).toEqual(['Debtor']);
			expect(pastDueFor({ days: 30, hours: 48, seconds: -1 })).toEqual(['Debtor']);
			expect(pastDueFor({ days: 30, hours: 48 })).toEqual(['Debtor']);
			expect(pastDueFor({ days: 30, hours: 48, seconds: 1 })).toEqual([]);
			expect(pastDueFor({ days: 4000 })).toEqual([]);
		}
	);

	it('ends both periods to the millisecond', () => {
		const pastDueFor = (since: Date) => rolesFor(source({ status: 'past_due' }, since));
		const grace = ago({ hours: 48 }).getTime();
		const debtor = ago({ days: 30, hours: 48 }).getTime();
		expect(pastDueFor(new Date(grace - 1))).toEqual(['Debtor']);
		expect(pastDueFor(new Date(debtor - 1))).toEqual([]);
	});

	it('treats a payment failure in the future as within the grace period', () => {
		expect(rolesFor(source({ status: 'unpaid' }, ago({ hours: -5 })))).toEqual(['Knight']);
	});

	it.each([
		[{ graceHours: 0, debtorDays: 30 }, {}, ['Knight']],
		[{ graceHours: 0, debtorDays: 30 }, { seconds: 1 }, ['Debtor']],
		[{ graceHours: 0, debtorDays: 30 }, { days: 30 }, ['Debtor']],
		[{ graceHours: 0, debtorDays: 30 }, { days: 30, seconds: 1 }, []],
		[{ graceHours: 48, debtorDays: 0 }, { hours: 48 }, ['Knight']],
		[{ graceHours: 48, debtorDays: 0 }, { hours: 48, seconds: 1 }, []],
		[{ graceHours: 0, debtorDays: 0 }, {}, ['Knight']],
		[{ graceHours: 0, debtorDays: 0 }, { seconds: 1 }, []]
	])('with %j, past due for %j, gives %j', (periods, time, roles) => {
		expect(rolesFor(source({ status: 'past_due' }, ago(time)), { ...MAPPED, ...periods })).toEqual(roles);
	});

	it.each(['', 'Active', 'suspended', 'toString', 'constructor'])(
		'treats %j, a status that the policy does not know, as unknown instead of unpaid',
		(status) => {
			expect(rolesFor(source({ status }))).toEqual([]);
			expect(unknownOf(source({ status }))).toEqual([{ kind: 'status', status }]);
		}
	);
});

describe('evaluate: what a subscription buys', () => {
	it('gives the highest tier that is for sale', () => {
		const settings: PolicySettings = { ...MAPPED, tiers: [...MAPPED.tiers, { name: 'Duke', prices: ['price_duke'] }] };
		expect(bestOf([source({ id: 'a', prices: ['price_lord'] }), source({ id: 'b', prices: ['price_duke'] })], settings)).toEqual(['Duke']);
	});

	it.each(['active', 'past_due', 'unpaid', 'canceled', 'suspended'])(
		'gives nothing for a price that buys nothing while %s, not even Debtor',
		(status) => {
			const tshirt = source({ status, prices: ['price_tshirt'] }, ago({ days: 5 }));
			expect(evaluate([tshirt], MAPPED, NOW)).toMatchObject({ entitlement: { kind: 'none' }, unknown: [] });
		}
	);

	it.each([
		['active', {}, true],
		['trialing', {}, true],
		['past_due', {}, true],
		['unpaid', { hours: 48 }, true],
		['past_due', { days: 5 }, true],
		['unpaid', { days: 30, hours: 48 }, true],
		['past_due', { days: 30, hours: 48, seconds: 1 }, false],
		['canceled', {}, false],
		['incomplete', {}, false],
		['incomplete_expired', {}, false],
		['paused', {}, false]
	])('does not know what an unlisted price gives while %s for %j: %s', (status, time, isUnknown) => {
		const { entitlement, unknown } = evaluate([source({ status, prices: ['price_new'] }, ago(time))], MAPPED, NOW);
		expect(entitlement).toEqual({ kind: 'none' });
		expect(unknown).toEqual(isUnknown ? [{ kind: 'price', price: 'price_new' }] : []);
	});

	it('gives Debtor for a mapped price that is owed, whatever else is owed', () => {
		const owed = source({ status: 'past_due', prices: ['price_knight', 'price_new'] }, ago({ days: 5 }));
		expect(evaluate([owed], MAPPED, NOW)).toMatchObject({ entitlement: { kind: 'debtor' }, unknown: [] });
	});

	it('gives a known tier beside an unlisted price', () => {
		const known = source({ id: 'a' });
		const other = source({ id: 'b', prices: ['price_new'] });
		expect(evaluate([other, known], MAPPED, NOW)).toMatchObject({
			entitlement: { kind: 'tier', tier: 'Knight' },
			unknown: [{ kind: 'price', price: 'price_new' }]
		});
	});
});

describe('evaluate: an odd subscription', () => {
	const odd = (status: string) => source({ id: 'sub_odd', status, unreadable: 'has no items' }, ago({ days: 400 }));

	it.each(['active', 'trialing', 'past_due', 'unpaid', 'suspended', ''])('does not know what it gives while %j', (status) => {
		expect(evaluate([odd(status)], MAPPED, NOW)).toMatchObject({
			entitlement: { kind: 'none' },
			unknown: [{ kind: 'object', id: 'sub_odd', problem: 'has no items' }]
		});
	});

	it.each(['canceled', 'incomplete', 'incomplete_expired', 'paused'])('gives nothing while %s', (status) => {
		expect(evaluate([odd(status)], MAPPED, NOW)).toMatchObject({ entitlement: { kind: 'none' }, unknown: [] });
	});
});

describe('evaluate: several subscriptions', () => {
	const older = ago({ days: 200 });
	const newer = ago({ days: 1 });
	const inDebt = ago({ days: 5 });
	/** The result, asserted to be independent of the order. */
	const best = (...sources: PaymentSource[]) => {
		const forwards = bestOf(sources);
		expect(bestOf([...sources].reverse())).toEqual(forwards);
		return forwards;
	};

	it.each(['canceled', 'incomplete', 'incomplete_expired', 'paused'])('a newer %s subscription does not hide an active one', (status) => {
		expect(best(source({ id: 'a', createdAt: older }), source({ id: 'b', status, prices: ['price_lord'], createdAt: newer }))).toEqual([
			'Knight'
		]);
	});

	it('a newer unpaid subscription of a higher tier does not hide an active one', () => {
		const owed = source({ id: 'b', status: 'unpaid', prices: ['price_lord'], createdAt: newer }, inDebt);
		expect(best(source({ id: 'a', createdAt: older }), owed)).toEqual(['Knight']);
	});

	it('prefers a tier to Debtor, and Debtor to nothing', () => {
		const owed = source({ id: 'b', status: 'past_due', createdAt: older }, inDebt);
		const gone = source({ id: 'c', status: 'canceled', prices: ['price_lord'], createdAt: newer });
		expect(best(owed, gone)).toEqual(['Debtor']);
		expect(best(owed, gone, source({ id: 'a', createdAt: older }))).toEqual(['Knight']);
	});

	it('counts a subscription in the grace period as a tier', () => {
		const within = source({ id: 'a', status: 'past_due', prices: ['price_lord'], createdAt: older }, ago({ hours: 1 }));
		expect(best(within, source({ id: 'b', createdAt: newer }))).toEqual(['Lord']);
	});

	it('prefers the higher tier, even if it is older', () => {
		expect(best(source({ id: 'a', prices: ['price_lord'], createdAt: older }), source({ id: 'b', createdAt: newer }))).toEqual(['Lord']);
	});

	it('prefers the newer of equals, then the lower ID, so that equal snapshots give equal results', () => {
		const ids = (...sources: PaymentSource[]) => evaluate(sources, MAPPED, NOW).sources.map(({ subscription: { id } }) => id);
		const [old, young, twin] = [
			source({ id: 'a', createdAt: older }),
			source({ id: 'c', createdAt: newer }),
			source({ id: 'b', createdAt: newer })
		];
		expect(ids(old, young, twin)).toEqual(['b', 'c', 'a']);
		expect(ids(twin, young, old)).toEqual(['b', 'c', 'a']);
	});

	it('gives what is known beside an unknown status, and the reason', () => {
		const strange = source({ id: 'b', status: 'suspended', prices: ['price_lord'], createdAt: newer });
		const reasons = [{ kind: 'status', status: 'suspended' }];
		for (const [known, roles] of [
			[source({ id: 'a' }), ['Knight']],
			[source({ id: 'a', status: 'past_due' }, inDebt), ['Debtor']],
			[source({ id: 'a', status: 'canceled' }), []]
		] as const) {
			expect(best(strange, known)).toEqual(roles);
			expect(unknownOf(strange, known)).toEqual(reasons);
		}
	});

	it('puts what may give something before what gives nothing', () => {
		const [strange, gone] = [source({ id: 'b', status: 'suspended', createdAt: older }), source({ id: 'a', status: 'canceled' })];
		expect(evaluate([gone, strange], MAPPED, NOW).sources.map(({ subscription: { id } }) => id)).toEqual(['b', 'a']);
	});

	it('ignores an unknown status of a subscription to a price that buys nothing', () => {
		const sources = [source({ id: 'b', status: 'suspended', prices: ['price_tshirt'] }), source({ id: 'a' })];
		expect(best(...sources)).toEqual(['Knight']);
		expect(unknownOf(...sources)).toEqual([]);
	});

	it('adds the reasons that come from links', () => {
		const link = { kind: 'link', customerId: 'cus_9', problem: 'several' } as const;
		expect(evaluate([source()], MAPPED, NOW, [link])).toMatchObject({ entitlement: { kind: 'tier', tier: 'Knight' }, unknown: [link] });
		expect(evaluate([source({ status: 'suspended' })], MAPPED, NOW, [link]).unknown).toHaveLength(2);
	});
});

describe('detect: issue and plan by expected and held roles', () => {
	const paysFor: Record<string, SubscriptionTraits> = {
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

	it.each([
		['Knight', 'Knight'],
		['Lord', 'Lord'],
		['Debtor', 'Debtor'],
		['none', '-'],
		['no link', '-']
	])('finds no issue: expected %s, holds %s', (expected, holds) => {
		expect(issueOf(expected, holds)).toEqual([]);
	});

	it.each([
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
		['none', 'Debtor', 'DEBTOR_MISMATCH', 'LOW', '-Debtor'],
		['none', 'Lord Knight', 'UNAUTHORIZED_ACCESS', 'HIGH', '-Knight -Lord'],
		['none', 'Debtor Knight', 'UNAUTHORIZED_ACCESS', 'HIGH', '-Debtor -Knight'],
		['none', 'Debtor Lord', 'UNAUTHORIZED_ACCESS', 'HIGH', '-Debtor -Lord'],
		['none', 'Lord Knight Debtor', 'UNAUTHORIZED_ACCESS', 'HIGH', '-Debtor -Knight -Lord'],
		// unknown: no link at all
		['no link', 'Knight', 'UNAUTHORIZED_ACCESS', 'LOW', '-Knight'],
		['no link', 'Lord', 'UNAUTHORIZED_ACCESS', 'LOW', '-Lord'],
		['no link', 'Debtor', 'UNAUTHORIZED_ACCESS', 'LOW', '-Debtor'],
		['no link', 'Lord Knight Debtor', 'UNAUTHORIZED_ACCESS', 'LOW', '-Debtor -Knight -Lord']
	])('finds an issue: expected %s, holds %s: %s, %s, %s', (expected, holds, type, severity, plan) => {
		const issue = only(issueOf(expected, holds));
		expect(issue).toMatchObject({ type, severity, discordId: ADA, linked: expected !== 'no link' });
		const changes = [...issue.plan.add.map((role) => `+${role}`), ...issue.plan.remove.map((role) => `-${role}`)];
		expect(changes.join(' ')).toBe(plan);
		expect(issue.expectedRoles).toEqual(expected in paysFor && expected !== 'none' ? [expected] : []);
		expect([...issue.discordRoles].sort()).toEqual(holds === '-' ? [] : holds.split(' ').sort());
	});
});
