import { describe, expect, it } from 'vitest';
import type { FoundSubscription } from '../../../sandbox/page/client/api.js';
import { choosePayer } from '../../../sandbox/page/guide/payer.js';

const ADA = { id: '1', username: 'ada', roles: ['Operator', 'Knight'] };

function subscription(over: Partial<FoundSubscription> = {}): FoundSubscription {
	return {
		id: 'sub_1',
		status: 'active',
		items: [{ price: 'price_knight', quantity: 1 }],
		periodEnd: 0,
		cancelAtPeriodEnd: false,
		failedAt: null,
		endedAt: null,
		customer: { id: 'cus_1', email: null, name: null },
		people: [{ id: '1', username: 'ada' }],
		...over
	};
}

describe('choosePayer', () => {
	it('takes a member with one active subscription and its role alone', () => {
		expect(choosePayer([subscription()], [{ id: '2', username: 'bob', roles: ['Knight'] }, ADA])).toEqual({
			subscription: 'sub_1',
			member: '1',
			name: 'ada',
			role: 'Knight'
		});
	});

	it.each([
		['the role is another', [subscription()], { ...ADA, roles: ['Lord'] }],
		['there is a second role', [subscription()], { ...ADA, roles: ['Knight', 'Debtor'] }],
		['the payment failed', [subscription({ status: 'past_due' })], ADA],
		['there is a second subscription', [subscription(), subscription({ id: 'sub_2' })], ADA],
		[
			'several people have a seat',
			[
				subscription({
					people: [
						{ id: '1', username: 'ada' },
						{ id: '2', username: 'bob' }
					]
				})
			],
			ADA
		],
		['the price buys no role', [subscription({ items: [{ price: 'price_x', quantity: 1 }] })], ADA]
	])('takes no one if %s', (_, subscriptions, member) => {
		expect(choosePayer(subscriptions, [member])).toBeNull();
	});
});
