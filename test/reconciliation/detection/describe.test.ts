import { describe, expect, it } from 'vitest';
import { describeDatabase, describeDrift, describePrices, describeStripe } from '../../../src/reconciliation/detection/describe.js';
import type { LinkedPerson } from '../../../src/reconciliation/detection/link-index.js';
import type { EvaluatedSource } from '../../../src/reconciliation/policy/entitlement.js';
import { ADA, ago, itemsOf, row, subscription, team } from '../builders.js';

const person = (given: Partial<LinkedPerson> = {}): LinkedPerson => ({
	discordId: ADA,
	rows: [],
	customerIds: ['cus_1'],
	shared: [],
	seats: [],
	doubts: [],
	...given
});

function source(id: string, given: Partial<EvaluatedSource> = {}, status = 'active'): EvaluatedSource {
	return {
		subscription: subscription({ id, status }),
		seat: null,
		unpaidSince: ago({ days: 3 }),
		entitlement: { kind: 'none' },
		unknown: [],
		unlisted: [],
		...given
	};
}

describe('describeStripe', () => {
	it('says that no customer is linked to an unknown person', () => {
		expect(describeStripe(undefined, [source('sub_1')])).toBe('no customer is linked to this person');
	});

	it('says that a linked person has no subscription', () => {
		expect(describeStripe(person(), [])).toBe('no subscription');
	});

	it('names status, price and ID of a subscription', () => {
		expect(describeStripe(person(), [source('sub_1')])).toBe('active: price_knight (sub_1)');
	});

	it.each(['past_due', 'unpaid'])('dates a subscription that is %s', (status) => {
		expect(describeStripe(person(), [source('sub_1', {}, status)])).toBe(`${status} since 2026-02-07: price_knight (sub_1)`);
	});

	it('marks a subscription of the team', () => {
		expect(describeStripe(person(), [source('sub_1', { seat: 'OWNER' })])).toBe('active (their team): price_knight (sub_1)');
	});

	it('describes three subscriptions and counts the rest', () => {
		const ids = ['sub_1', 'sub_2', 'sub_3', 'sub_4', 'sub_5'];
		const described = (count: number) =>
			describeStripe(
				person(),
				ids.slice(0, count).map((id) => source(id))
			);
		const three = 'active: price_knight (sub_1); active: price_knight (sub_2); active: price_knight (sub_3)';
		expect([described(3), described(4), described(5)]).toEqual([three, `${three}; and 1 more`, `${three}; and 2 more`]);
	});
});

describe('describeDatabase', () => {
	it.each([
		['an unknown person', undefined, 'not known'],
		['a link by metadata alone', person({ customerIds: ['cus_1', 'cus_2'] }), 'linked through Stripe metadata on cus_1, cus_2'],
		['customers of rows', person({ rows: [row()], customerIds: ['cus_1', 'cus_2'] }), 'customer cus_1, cus_2'],
		['a row without customer or team', person({ rows: [row()], customerIds: [] }), 'known, but not linked to anyone who pays']
	] as const)('describes %s', (_, known, text) => {
		expect(describeDatabase(known)).toBe(text);
	});

	it('describes seats before customers', () => {
		const seat = row({ seatTier: 'TEAM_MEMBER' });
		const seats = [{ row: seat, team: team({ name: 'Acme' }) }];
		expect(describeDatabase(person({ rows: [seat], seats }))).toBe('TEAM_MEMBER seat in Acme; customer cus_1');
		expect(describeDatabase(person({ rows: [seat], seats, customerIds: [] }))).toBe('TEAM_MEMBER seat in Acme');
	});
});

describe('describeDrift', () => {
	it.each([
		['MISSING_ACCESS', [], ['Lord'], true, 'Pays for Lord and has no role.'],
		['ROLE_MISMATCH', ['Knight', 'Lord'], ['Lord'], true, 'Pays for Lord and has Knight and Lord.'],
		['DEBTOR_MISMATCH', ['Debtor'], ['Lord'], true, 'Pays for Lord and has Debtor.'],
		['DEBTOR_MISMATCH', ['Lord'], ['Debtor'], true, 'Is overdue beyond the grace period and has Lord: should have Debtor alone.'],
		['DEBTOR_MISMATCH', [], ['Debtor'], true, 'Is overdue beyond the grace period and has no role: should have Debtor alone.'],
		['DEBTOR_MISMATCH', ['Debtor'], [], true, 'Still marked Debtor, but no longer owes anything.'],
		['UNAUTHORIZED_ACCESS', ['Debtor', 'Lord'], [], true, 'Has Debtor and Lord and pays for nothing.'],
		['UNAUTHORIZED_ACCESS', ['Debtor'], [], false, 'Has Debtor and is not linked to any customer: Reeve cannot know whether they pay.'],
		['UNAUTHORIZED_ACCESS', ['Lord'], [], false, 'Has Lord and is not linked to any customer: Reeve cannot know whether they pay.']
	] as const)('describes %s of a member with %j who should have %j (linked: %s)', (type, held, expected, linked, text) => {
		expect(describeDrift(type, held, expected, linked, [])).toBe(text);
	});

	it('names the prices that someone pays for, if these give no role', () => {
		const tshirt = source('sub_1', { subscription: subscription({ prices: ['price_tshirt'] }) });
		const over = source('sub_2', {}, 'canceled');
		expect(describeDrift('UNAUTHORIZED_ACCESS', ['Knight'], [], true, [tshirt, over])).toBe(
			'Has Knight, but only pays for price_tshirt, which gives no role.'
		);
	});
});

describe('describePrices', () => {
	it('lists prices, or says that there is none', () => {
		expect(describePrices({ items: itemsOf('price_a', 'price_b', 'price_a') })).toBe('price_a, price_b');
		expect(describePrices({ items: [] })).toBe('no price');
	});
});
