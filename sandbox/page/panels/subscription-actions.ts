import { api, type FoundSubscription } from '../client/api.js';

/** What can happen to a subscription: by the operator in Stripe's dashboard, by the customer, by their bank, or by time. */

export interface SubscriptionAction {
	readonly label: string;
	/** What it does in Stripe. What Reeve does then is for the operator to see. */
	readonly does: string;
	isPossible(subscription: FoundSubscription): boolean;
	run(id: string): Promise<unknown>;
}

const ENDED = ['canceled', 'incomplete_expired'];
const OVERDUE = ['past_due', 'unpaid'];

const isRunning = ({ status }: FoundSubscription) => !ENDED.includes(status);
const isOverdue = ({ status }: FoundSubscription) => OVERDUE.includes(status);

export const SUBSCRIPTION_ACTIONS: readonly { readonly title: string; readonly actions: readonly SubscriptionAction[] }[] = [
	{
		title: 'Payment',
		actions: [
			{
				label: 'Fail a payment',
				does: 'The card is declined: the subscription becomes past_due.',
				isPossible: ({ status }) => ['active', 'trialing', 'past_due'].includes(status),
				run: (id) => api.subscriptionAction(id, 'fail-payment')
			},
			{
				label: 'Give up collecting',
				does: 'Stripe’s last attempt has failed: the subscription becomes unpaid.',
				isPossible: ({ status }) => status === 'past_due',
				run: (id) => api.changeSubscription(id, { status: 'unpaid' })
			},
			{
				label: 'Pay',
				does: 'The open invoices are paid: the subscription becomes active.',
				isPossible: isOverdue,
				run: (id) => api.changeSubscription(id, { status: 'active' })
			},
			{
				label: 'Refund',
				does: 'The newest payment goes back to the customer. The subscription stays.',
				isPossible: () => true,
				run: (id) => api.subscriptionAction(id, 'refund')
			},
			{
				label: 'Dispute',
				does: 'The customer’s bank reclaims the newest payment.',
				isPossible: () => true,
				run: (id) => api.subscriptionAction(id, 'dispute')
			}
		]
	},
	{
		title: 'End',
		actions: [
			{
				label: 'Cancel now',
				does: 'It ends at once.',
				isPossible: isRunning,
				run: (id) => api.cancelSubscription(id)
			},
			{
				label: 'Cancel at period end',
				does: 'It is paid until then, and does not renew.',
				isPossible: (each) => isRunning(each) && !each.cancelAtPeriodEnd,
				run: (id) => api.changeSubscription(id, { cancel_at_period_end: true })
			},
			{
				label: 'Do not cancel',
				does: 'It renews after all.',
				isPossible: (each) => isRunning(each) && each.cancelAtPeriodEnd,
				run: (id) => api.changeSubscription(id, { cancel_at_period_end: false })
			}
		]
	},
	{
		title: 'Time',
		actions: [
			{
				label: 'Let the period end',
				does: 'As if it had begun earlier: it renews, ends, or its payment fails.',
				isPossible: isRunning,
				run: (id) => api.subscriptionAction(id, 'advance')
			}
		]
	}
];
