import { describe, expect, it } from 'vitest';
import { BillingStats } from '../../../src/reconciliation/detection/notices.js';
import { PaymentFailures } from '../../../src/reconciliation/policy/payment-failure.js';
import { ago, customer, MAPPED, NOW, row, subscription, team } from '../builders.js';

const OVERDUE = subscription({ status: 'past_due' });
const LONG_AGO = ago({ days: 10 });

/** The stats after one account of cus_1 with an overdue subscription, which without a date is within the grace period. */
function statsOf({ members = [row()], teams = [team()] }, claimed = false): BillingStats {
	const links = { members, teams, exemptions: [], firstSeenUnpaid: new Map() };
	const stats = new BillingStats(links, new PaymentFailures(links, NOW), MAPPED, NOW);
	stats.add({ customer: customer(), subscriptions: [OVERDUE] }, claimed);
	return stats;
}

describe('BillingStats', () => {
	it('counts a customer within the grace period as paying and unclaimed', () => {
		expect(statsOf({})).toMatchObject({ paying: 1, unclaimed: [{ customerId: 'cus_1' }] });
	});

	it('counts a claimed customer as paying only', () => {
		expect(statsOf({}, true)).toMatchObject({ paying: 1, unclaimed: [] });
	});

	it('dates the payment failure by the member row of the customer', () => {
		expect(statsOf({ members: [row({ stripeCustomerId: 'cus_1', paymentFailedAt: LONG_AGO })] })).toMatchObject({
			paying: 0,
			unclaimed: []
		});
	});

	it('dates the payment failure by the team row of the customer', () => {
		expect(statsOf({ teams: [team({ stripeCustomerId: 'cus_1', paymentFailedAt: LONG_AGO })] })).toMatchObject({ paying: 0 });
	});

	it('uses the latest date of several rows', () => {
		const rows = [LONG_AGO, ago({ hours: 2 }), LONG_AGO].map((paymentFailedAt) => row({ stripeCustomerId: 'cus_1', paymentFailedAt }));
		for (const members of [rows, rows.toReversed(), rows.slice(0, 2), rows.slice(1)])
			expect(statsOf({ members })).toMatchObject({ paying: 1 });
	});

	it.each([
		['another customer', row({ stripeCustomerId: 'cus_2', paymentFailedAt: LONG_AGO })],
		['no customer', row({ paymentFailedAt: LONG_AGO })],
		['no date', row({ stripeCustomerId: 'cus_1' })]
	])('ignores a row with %s', (_, member) => {
		expect(statsOf({ members: [member] })).toMatchObject({ paying: 1 });
	});

	it('ignores a row without a date beside one that has a date', () => {
		const members = [row({ stripeCustomerId: 'cus_1', paymentFailedAt: LONG_AGO }), row({ id: 'm_2', stripeCustomerId: 'cus_1' })];
		expect(statsOf({ members })).toMatchObject({ paying: 0 });
	});
});
