import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Accounts, Subscription } from '../../../src/reconciliation/domain/billing.js';
import { accountsOf, accountsWith, CompactAccounts } from '../../../src/reconciliation/snapshot/accounts.js';
import { StringColumn } from '../../../src/reconciliation/snapshot/columns.js';
import { ADA, ago, BOB, customer, itemsOf, subscription } from '../builders.js';

/** As plain objects in a fixed order. */
function plain(accounts: Accounts) {
	return [...accounts.values()]
		.map(({ customer: { id, metadataDiscordId }, subscriptions }) => ({
			id,
			metadataDiscordId,
			subscriptions: subscriptions
				.map((each) => ({
					id: each.id,
					customerId: each.customerId,
					status: each.status,
					items: each.items,
					createdAt: each.createdAt,
					endedAt: each.endedAt,
					unpaidSince: each.unpaidSince,
					lastPaidAt: each.lastPaidAt,
					unreadable: each.unreadable,
					isLinkLost: each.isLinkLost,
					metadataDiscordId: each.metadataDiscordId,
					cancelAtPeriodEnd: each.cancelAtPeriodEnd,
					cancelAt: each.cancelAt,
					collectionPaused: each.collectionPaused,
					monthlyPrice: each.monthlyPrice
				}))
				.sort((a, b) => (a.id < b.id ? -1 : 1))
		}))
		.sort((a, b) => (a.id < b.id ? -1 : 1));
}

const text = fc.oneof(fc.constant(null), fc.string({ minLength: 1, unit: 'binary' }), fc.constantFrom(ADA, BOB));
const given: fc.Arbitrary<Subscription> = fc.record({
	id: fc.uuid(),
	customerId: fc.integer({ min: 0, max: 30 }).map((number) => `cus_${number}`),
	status: fc.constantFrom('active', 'past_due', 'canceled', 'suspended'),
	items: fc.subarray(itemsOf('price_knight', 'price_lord', 'gold-monthly')),
	createdAt: fc.date({ noInvalidDate: true }),
	endedAt: fc.option(fc.integer({ min: 1, max: 2 ** 32 - 1 }).map((seconds) => new Date(seconds * 1000))),
	unpaidSince: fc.constant(null),
	lastPaidAt: fc.constant(null),
	unreadable: fc.constantFrom(null, 'has no items'),
	isLinkLost: fc.boolean(),
	metadataDiscordId: text,
	cancelAtPeriodEnd: fc.boolean(),
	cancelAt: fc.option(fc.integer({ min: 1, max: 2 ** 32 - 1 }).map((seconds) => new Date(seconds * 1000))),
	collectionPaused: fc.boolean(),
	monthlyPrice: fc.option(fc.record({ currency: fc.constantFrom('usd', 'jpy'), amount: fc.maxSafeNat(), isMinimum: fc.boolean() }))
});

describe('CompactAccounts', () => {
	it('reads back the same accounts as a Map', () => {
		fc.assert(
			fc.property(
				fc.uniqueArray(given, { selector: ({ id }) => id, maxLength: 200 }),
				fc.array(text, { minLength: 31, maxLength: 31 }),
				(subscriptions, claims) => {
					const metadataDiscordId = (id: string) => claims[Number(id.slice(4))]?.toWellFormed() ?? null;
					const wellFormed = subscriptions.map((each) => ({ ...each, metadataDiscordId: each.metadataDiscordId?.toWellFormed() ?? null }));
					const compact = new CompactAccounts();
					for (const each of wellFormed) compact.add({ id: each.customerId, metadataDiscordId: metadataDiscordId(each.customerId) }, each);
					const customers = [...new Set(wellFormed.map(({ customerId }) => customerId))].map((id) =>
						customer({ id, metadataDiscordId: metadataDiscordId(id) })
					);
					const inMap = accountsOf(customers, wellFormed);
					expect(plain(compact)).toEqual(plain(inMap));
					expect([compact.size, compact.subscriptionCount]).toEqual([inMap.size, wellFormed.length]);
					for (const { id } of customers) expect(plain(new Map([[id, compact.get(id) ?? never()]]))).toHaveLength(1);
					expect(compact.get('cus_missing')).toBeUndefined();
				}
			)
		);
	});

	it('grows beyond its initial capacity', () => {
		const compact = new CompactAccounts();
		for (let i = 0; i < 5_000; i += 1) {
			const customerId = `cus_${i % 2_500}`;
			compact.add({ id: customerId, metadataDiscordId: i % 3 === 0 ? null : `${ADA}${i}` }, subscription({ id: `sub_${i}`, customerId }));
		}
		expect([compact.size, compact.subscriptionCount]).toEqual([2_500, 5_000]);
		expect(compact.get('cus_2499')?.subscriptions.map(({ id }) => id)).toEqual(['sub_4999', 'sub_2499']);
	});

	it('has the dates of a debt only for past-due subscriptions', () => {
		const compact = new CompactAccounts();
		const since = ago({ days: 3 });
		compact.add(customer(), subscription({ id: 'sub_1', status: 'past_due' }));
		compact.add(customer(), subscription({ id: 'sub_2', status: 'active' }));
		const debt = { unpaidSince: since, lastPaidAt: ago({ days: 40 }), unreadable: 'has an odd invoice' };
		compact.setDebts(
			new Map([
				['sub_1', debt],
				['sub_2', debt]
			])
		);
		const [active, due] = compact.get('cus_1')?.subscriptions ?? [];
		expect(active).toMatchObject({ unpaidSince: null, lastPaidAt: null, unreadable: null });
		expect(due).toMatchObject(debt);
	});
});

test('accountsWith adds customers, and keeps accounts that already exist', () => {
	const accounts = accountsOf([customer({ metadataDiscordId: ADA })], [subscription()]);
	const all = accountsWith(accounts, [customer({ metadataDiscordId: BOB }), customer({ id: 'cus_2', metadataDiscordId: BOB })]);
	expect(all.size).toBe(2);
	expect(all.get('cus_1')?.customer.metadataDiscordId).toBe(ADA);
	expect(all.get('cus_2')).toEqual({ customer: customer({ id: 'cus_2', metadataDiscordId: BOB }), subscriptions: [] });
	expect([...all.values()].map(({ customer: { id } }) => id)).toEqual(['cus_1', 'cus_2']);
});

test('StringColumn reads back any well-formed text', () => {
	fc.assert(
		fc.property(fc.array(fc.oneof(fc.constant(null), fc.string({ unit: 'grapheme' })), { maxLength: 3_000, size: 'max' }), (texts) => {
			const column = new StringColumn();
			for (const [index, text] of texts.entries()) expect(column.add(text)).toBe(index);
			expect(texts.map((_, index) => column.at(index))).toEqual(texts.map((text) => (text === '' ? null : text)));
		}),
		{ numRuns: 30 }
	);
});

function never(): never {
	throw new Error('account is missing');
}
