import { beforeEach, describe, expect, it } from 'vitest';
import { SourceError } from '../../../src/reconciliation/domain/ports.js';
import { explainMember, type MemberHistoryStore } from '../../../src/reconciliation/members/explain.js';
import { entitlementReason } from '../../../src/reconciliation/policy/reason.js';
import { ADA, ago, BOB, customer, exemption, MAPPED, NOW, row, subscription, team } from '../builders.js';
import { FakeBilling, FakePorts } from '../fakes.js';

const NO_HISTORY: MemberHistoryStore = {
	liveIssueOf: async () => null,
	changesOf: async () => ({ newest: [], total: 0 }),
	undoableOf: async () => null
};

let ports: FakePorts;
/** Whom Stripe's search finds. */
let found: () => string[];
beforeEach(() => {
	ports = new FakePorts();
	found = () => [];
});

const why = (discordId = ADA) => {
	const billing = Object.assign(Object.create(FakeBilling.prototype), ports.billing, { searchCustomersByMetadata: async () => found() });
	return explainMember({ billing, guild: ports.guild, ledger: ports.ledger, now: ports.now }, NO_HISTORY, MAPPED, discordId);
};
const reasons = async () => (await why()).breakdown.sources.map(({ subscription: { id }, reason }) => [id, reason.kind]);
const away = (call: string, message: string) =>
	ports.script.on(call, () => {
		throw new SourceError('stripe', message);
	});

describe('one person explained', () => {
	it('is judged as a run judges them: the same roles, the same drift', async () => {
		ports.ledger.rows = [row({ discordId: ADA, stripeCustomerId: 'cus_1' })];
		ports.billing.put(subscription());
		ports.guild.join(ADA, 'Lord');
		const told = await why();
		expect(told.breakdown).toMatchObject({ expected: ['Knight'], precedence: 'only', person: { customerIds: ['cus_1'] } });
		expect(told.drift).toMatchObject({ type: 'ROLE_MISMATCH', plan: { add: ['Knight'], remove: ['Lord'] } });
		expect(told).toMatchObject({ known: true, stripeFailure: null, exemption: null, member: { roles: ['Lord'] } });
		expect(ports.touched).toBe(0);
	});

	it('is found by a customer’s metadata, or by that of a subscription', async () => {
		ports.billing.customers = [customer({ id: 'cus_own', metadataDiscordId: ADA })];
		ports.billing.put(subscription({ id: 'sub_named', customerId: 'cus_named', metadataDiscordId: ADA }));
		found = () => ['cus_own', 'cus_named'];
		const { breakdown } = await why();
		expect(breakdown.person?.customerIds).toEqual(['cus_named', 'cus_own']);
		expect(breakdown.expected).toEqual(['Knight']);
		expect(breakdown.named).toHaveLength(2);
	});

	it('is found by metadata that Stripe’s search does not know yet', async () => {
		ports.billing.customers = [customer({ metadataDiscordId: ADA })];
		ports.billing.put(subscription({ metadataDiscordId: ADA }));
		ports.billing.changedAt.set('cus_1', NOW);
		expect((await why()).breakdown.expected).toEqual(['Knight']);
	});

	it('hears which metadata does not count, and why', async () => {
		ports.ledger.rows = [row({ discordId: BOB, stripeCustomerId: 'cus_bob' })];
		ports.billing.customers = [customer({ id: 'cus_bob', metadataDiscordId: ADA }), customer({ id: 'cus_two', metadataDiscordId: ADA })];
		ports.billing.put(subscription({ id: 'sub_two', customerId: 'cus_two', metadataDiscordId: BOB }));
		found = () => ['cus_bob', 'cus_two'];
		const { breakdown } = await why();
		expect(breakdown.person).toBeNull();
		expect(breakdown.named).toEqual([
			{ customerId: 'cus_bob', counts: 'overruled' },
			{ customerId: 'cus_two', counts: 'contested' }
		]);
	});

	it('has every subscription judged, the deciding one first, a team’s with the seat', async () => {
		ports.ledger.teams = [team()];
		ports.ledger.rows = [row({ discordId: ADA, stripeCustomerId: 'cus_1', teamId: 't_1', seatTier: 'OWNER' })];
		ports.billing.put(subscription({ id: 'sub_old', status: 'canceled' }));
		ports.billing.put(subscription({ id: 'sub_team', customerId: 'cus_team' }));
		const { sources, precedence, expected } = (await why()).breakdown;
		expect(sources.map(({ subscription: { id }, seat }) => [id, seat])).toEqual([
			['sub_team', 'OWNER'],
			['sub_old', null]
		]);
		expect([precedence, expected]).toEqual(['most', ['Lord']]);
	});

	it('of equal subscriptions the newest decides', async () => {
		ports.ledger.rows = [row({ discordId: ADA, stripeCustomerId: 'cus_1' })];
		ports.billing.put(subscription({ id: 'sub_old', createdAt: ago({ days: 300 }) }));
		ports.billing.put(subscription({ id: 'sub_new', createdAt: ago({ days: 3 }) }));
		expect((await why()).breakdown).toMatchObject({ precedence: 'newest', sources: [{ subscription: { id: 'sub_new' } }, {}] });
	});

	it('is explained as far as it goes while Stripe is away, and nothing is said of what they should have', async () => {
		ports.ledger.rows = [row({ discordId: ADA, stripeCustomerId: 'cus_1' })];
		ports.billing.put(subscription({ status: 'canceled' }));
		ports.guild.join(ADA, 'Knight');
		ports.ledger.exemptions = [exemption(ADA)];
		away('billing.readCustomers', 'Stripe is away.');
		expect(await why()).toMatchObject({
			known: false,
			stripeFailure: 'Stripe is away.',
			drift: null,
			exemption: { reason: 'founder' },
			member: { roles: ['Knight'] },
			breakdown: { sources: [], person: { rows: [{ stripeCustomerId: 'cus_1' }] } }
		});
	});

	it('is explained without Stripe’s search, which is not offered everywhere', async () => {
		found = () => {
			throw new SourceError('stripe', 'No search.');
		};
		ports.ledger.rows = [row({ discordId: ADA, stripeCustomerId: 'cus_1' })];
		ports.billing.put(subscription());
		expect(await why()).toMatchObject({ known: true, searchFailure: 'No search.', breakdown: { expected: ['Knight'] } });
	});

	it('may be nobody: not in the server, and linked to nothing', async () => {
		expect(await why()).toMatchObject({ member: null, discordFailure: null, known: true, drift: null, breakdown: { person: null } });
	});

	it('is exempt as long as a run thinks so', async () => {
		ports.ledger.exemptions = [exemption(ADA, NOW)];
		expect((await why()).exemption).toBeNull();
		ports.ledger.exemptions = [exemption(ADA, ago({ hours: -1 }))];
		expect((await why()).exemption).not.toBeNull();
	});
});

describe('why a subscription gives what it gives', () => {
	beforeEach(() => {
		ports.ledger.rows = [row({ discordId: ADA, stripeCustomerId: 'cus_1' })];
	});

	it.each([
		['active', 'price_knight', 'pays'],
		['trialing', 'price_lord', 'pays'],
		['canceled', 'price_knight', 'gives-nothing'],
		['paused', 'price_knight', 'gives-nothing'],
		['active', 'price_mug', 'buys-nothing'],
		['frozen', 'price_knight', 'unknown-status']
	])('%s with %s: %s', async (status, price, kind) => {
		ports.billing.put(subscription({ status, prices: [price] }));
		expect(await reasons()).toEqual([['sub_1', kind]]);
	});

	it.each([
		[0, 'grace'],
		[48, 'grace'],
		[48 + 1, 'debtor'],
		[48 + 30 * 24, 'debtor'],
		[48 + 30 * 24 + 1, 'too-long']
	])('overdue for %i h: %s', async (hours, kind) => {
		ports.billing.put(subscription({ status: 'past_due', unpaidSince: ago({ hours }) }));
		expect(await reasons()).toEqual([['sub_1', kind]]);
	});

	it('tells since when and until when, and that nothing dates a debt that no run has seen', () => {
		const due = { subscription: subscription({ status: 'unpaid' }), seat: null, unpaidSince: ago({ hours: 50 }) };
		expect(entitlementReason({ ...due, entitlement: { kind: 'debtor' } }, MAPPED, NOW)).toEqual({
			kind: 'debtor',
			since: ago({ hours: 50 }),
			until: ago({ hours: 2 - 30 * 24 }),
			hours: 48
		});
		const fresh = { ...due, unpaidSince: NOW, entitlement: { kind: 'tier', tier: 'Knight' } } as const;
		expect(entitlementReason(fresh, MAPPED, NOW)).toMatchObject({ kind: 'grace', since: null });
	});
});
