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
/** The customers that Stripe's search finds. */
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
const fail = (call: string, message: string) =>
	ports.script.on(call, () => {
		throw new SourceError('stripe', message);
	});

describe('explainMember', () => {
	it('finds the same roles and the same drift as a run', async () => {
		ports.ledger.rows = [row({ discordId: ADA, stripeCustomerId: 'cus_1' })];
		ports.billing.put(subscription());
		ports.guild.join(ADA, 'Lord');
		const explained = await why();
		expect(explained.breakdown).toMatchObject({ expected: ['Knight'], precedence: 'only', person: { customerIds: ['cus_1'] } });
		expect(explained.drift).toMatchObject({ type: 'ROLE_MISMATCH', plan: { add: ['Knight'], remove: ['Lord'] } });
		expect(explained).toMatchObject({ known: true, stripeFailure: null, exemption: null, member: { roles: ['Lord'] } });
		expect(ports.touched).toBe(0);
	});

	it('finds links by metadata of a customer or a subscription', async () => {
		ports.billing.customers = [customer({ id: 'cus_own', metadataDiscordId: ADA })];
		ports.billing.put(subscription({ id: 'sub_named', customerId: 'cus_named', metadataDiscordId: ADA }));
		found = () => ['cus_own', 'cus_named'];
		const { breakdown } = await why();
		expect(breakdown.person?.customerIds).toEqual(['cus_named', 'cus_own']);
		expect(breakdown.expected).toEqual(['Knight']);
		expect(breakdown.named).toHaveLength(2);
	});

	it('finds links by metadata that Stripe’s search has not indexed yet', async () => {
		ports.billing.customers = [customer({ metadataDiscordId: ADA })];
		ports.billing.put(subscription({ metadataDiscordId: ADA }));
		ports.billing.changedAt.set('cus_1', NOW);
		expect((await why()).breakdown.expected).toEqual(['Knight']);
	});

	it.each([
		[65, ['Knight']],
		[66, []]
	])('reads changes of the last 65 minutes from events, and older ones from the search: %i min ago', async (minutes, expected) => {
		ports.billing.customers = [customer({ metadataDiscordId: ADA })];
		ports.billing.put(subscription({ metadataDiscordId: ADA }));
		ports.billing.changedAt.set('cus_1', ago({ seconds: minutes * 60 }));
		expect((await why()).breakdown.expected).toEqual(expected);
	});

	it('lists metadata that does not count, with the reason', async () => {
		ports.ledger.rows = [row({ discordId: BOB, stripeCustomerId: 'cus_bob' })];
		ports.billing.customers = [customer({ id: 'cus_bob', metadataDiscordId: ADA })];
		ports.billing.put(subscription({ id: 'sub_bob', customerId: 'cus_bob' }));
		ports.billing.put(subscription({ id: 'sub_two', customerId: 'cus_two', metadataDiscordId: `"${ADA}"` }));
		found = () => ['cus_bob', 'cus_two'];
		ports.guild.join(ADA, 'Knight');
		const { breakdown, drift } = await why();
		expect(breakdown.person).toBeNull();
		expect(breakdown.named).toEqual([
			{ customerId: 'cus_bob', counts: 'overruled' },
			{ customerId: 'cus_two', counts: 'unclear' }
		]);
		expect(breakdown.unknown).toMatchObject([
			{ customerId: 'cus_bob', problem: 'overridden' },
			{ customerId: 'cus_two', problem: 'unreadable', value: `"${ADA}"` }
		]);
		expect(drift).toBeNull();
	});

	it('evaluates the subscriptions that are for the member, and no others of the same customer', async () => {
		ports.billing.customers = [customer({ metadataDiscordId: ADA })];
		ports.billing.put(subscription({ id: 'sub_own', status: 'canceled' }));
		ports.billing.put(subscription({ id: 'sub_gift', metadataDiscordId: BOB }));
		found = () => ['cus_1'];
		const { breakdown } = await why();
		expect(breakdown.sources.map(({ subscription: { id } }) => id)).toEqual(['sub_own']);
		expect(breakdown).toMatchObject({ expected: [], named: [{ customerId: 'cus_1', counts: 'links' }] });
	});

	it('gives a reason that only the member list shows: an ID that is theirs, rounded', async () => {
		ports.billing.put(subscription({ metadataDiscordId: '100000000000000000' }));
		found = () => ['cus_1'];
		ports.guild.join(ADA, 'Knight');
		expect(await why()).toMatchObject({ drift: null, breakdown: { unknown: [{ problem: 'rounded', customerId: 'cus_1' }] } });
	});

	it('evaluates every subscription, the deciding one first, a team’s with the seat', async () => {
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

	it('lets the newest of equal subscriptions decide', async () => {
		ports.ledger.rows = [row({ discordId: ADA, stripeCustomerId: 'cus_1' })];
		ports.billing.put(subscription({ id: 'sub_old', createdAt: ago({ days: 300 }) }));
		ports.billing.put(subscription({ id: 'sub_new', createdAt: ago({ days: 3 }) }));
		expect((await why()).breakdown).toMatchObject({ precedence: 'newest', sources: [{ subscription: { id: 'sub_new' } }, {}] });
	});

	it('explains the rest while Stripe is down, without an entitlement', async () => {
		ports.ledger.rows = [row({ discordId: ADA, stripeCustomerId: 'cus_1' })];
		ports.billing.put(subscription({ status: 'canceled' }));
		ports.guild.join(ADA, 'Knight');
		ports.ledger.exemptions = [exemption(ADA)];
		fail('billing.readCustomers', 'Stripe is down.');
		expect(await why()).toMatchObject({
			known: false,
			stripeFailure: 'Stripe is down.',
			drift: null,
			exemption: { reason: 'founder' },
			member: { roles: ['Knight'] },
			breakdown: { sources: [], person: { rows: [{ stripeCustomerId: 'cus_1' }] } }
		});
	});

	it('explains without Stripe’s search, which is not available in every region', async () => {
		found = () => {
			throw new SourceError('stripe', 'No search.');
		};
		ports.ledger.rows = [row({ discordId: ADA, stripeCustomerId: 'cus_1' })];
		ports.billing.put(subscription());
		expect(await why()).toMatchObject({ known: true, searchFailure: 'No search.', breakdown: { expected: ['Knight'] } });
	});

	it('explains an ID that is not in the server and has no link', async () => {
		expect(await why()).toMatchObject({ member: null, discordFailure: null, known: true, drift: null, breakdown: { person: null } });
	});

	it('shows an exemption only while it is in force', async () => {
		ports.ledger.exemptions = [exemption(ADA, NOW)];
		expect((await why()).exemption).toBeNull();
		ports.ledger.exemptions = [exemption(ADA, ago({ hours: -1 }))];
		expect((await why()).exemption).not.toBeNull();
	});
});

describe('entitlementReason', () => {
	beforeEach(() => {
		ports.ledger.rows = [row({ discordId: ADA, stripeCustomerId: 'cus_1' })];
	});

	it.each([
		['active', 'price_knight', 'pays'],
		['trialing', 'price_lord', 'pays'],
		['canceled', 'price_knight', 'gives-nothing'],
		['paused', 'price_knight', 'gives-nothing'],
		['active', 'price_tshirt', 'buys-nothing'],
		['active', 'price_mug', 'unknown-price'],
		['frozen', 'price_knight', 'unknown-status']
	])('explains %s with %s as %s', async (status, price, kind) => {
		ports.billing.put(subscription({ status, prices: [price] }));
		expect(await reasons()).toEqual([['sub_1', kind]]);
	});

	it.each([
		[0, 'grace'],
		[48, 'grace'],
		[48 + 1, 'debtor'],
		[48 + 30 * 24, 'debtor'],
		[48 + 30 * 24 + 1, 'too-long']
	])('explains a payment overdue for %i h as %s', async (hours, kind) => {
		ports.billing.put(subscription({ status: 'past_due', unpaidSince: ago({ hours }) }));
		expect(await reasons()).toEqual([['sub_1', kind]]);
	});

	it('gives start and end of the grace period, and neither for an undated failure', () => {
		const due = {
			subscription: subscription({ status: 'unpaid' }),
			seat: null,
			unpaidSince: ago({ hours: 50 }),
			unknown: [],
			unlisted: []
		};
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
