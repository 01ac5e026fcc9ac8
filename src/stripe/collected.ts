import { isInDebt } from '../reconciliation/policy.js';
import type { BillingSnapshot, Customer, Subscription } from '../reconciliation/types.js';
import { toCustomer, toSubscription } from './convert.js';
import type { CustomerReading } from './customers.js';
import type { Debts } from './debts.js';
import type { WholeSubscription } from './list-subscriptions.js';

/** What has been read so far, as the heart wants it: what it does not need is let go at once. */
export class Collected {
	private readonly customers = new Map<string, Customer>();
	private readonly subscriptions: Subscription[] = [];
	private livemode: boolean | null = null;

	public constructor(private readonly discordIdKey: string) {}

	public add({ subscription, customer, items }: WholeSubscription): void {
		this.customers.set(customer.id, toCustomer(customer, this.discordIdKey));
		this.subscriptions.push(toSubscription(subscription, items, this.discordIdKey));
		this.livemode ??= subscription.livemode;
	}

	/** Customers without any subscription. */
	public addOthers(others: CustomerReading['others']): void {
		for (const customer of others) {
			this.customers.set(customer.id, toCustomer(customer, this.discordIdKey));
			this.livemode ??= customer.livemode;
		}
	}

	/** @param isLiveKey - says the mode where no object does */
	public snapshot(debts: Debts, isLiveKey: boolean): BillingSnapshot {
		return {
			customers: this.customers,
			subscriptions: this.subscriptions.map((subscription) =>
				isInDebt(subscription.status) ? { ...subscription, unpaidSince: debts.get(subscription.id) ?? null } : subscription
			),
			livemode: this.livemode ?? isLiveKey,
			changedCustomers: new Set(),
			changedPeople: new Set()
		};
	}
}
