/** Permissions of a restricted key. It can never write: an attempt is rejected, and visible in the request log. */

/** The API's resources by the first part of their path, and Stripe's name for the permission. */
const PERMISSIONS = {
	subscriptions: 'subscription',
	subscription_items: 'subscription',
	customers: 'customer',
	invoices: 'invoice',
	invoice_payments: 'invoice',
	events: 'event',
	prices: 'plan',
	products: 'product',
	coupons: 'coupon',
	charges: 'charge',
	refunds: 'charge',
	disputes: 'dispute',
	test_clocks: 'billing_clock',
	balance: 'balance',
	account: 'accounts_kyc_basic'
} as const;

export type Resource = keyof typeof PERMISSIONS;

export const isResource = (name: string): name is Resource => Object.hasOwn(PERMISSIONS, name);

export class Permissions {
	private readonly denied = new Set<string>();

	public set(resource: Resource, allowed: boolean): void {
		if (allowed) this.denied.delete(PERMISSIONS[resource]);
		else this.denied.add(PERMISSIONS[resource]);
	}

	/** Whether the key may read each resource. */
	public list(): Record<Resource, boolean> {
		const entries = Object.entries(PERMISSIONS).map(([resource, permission]) => [resource, !this.denied.has(permission)]);
		return Object.fromEntries(entries) as Record<Resource, boolean>;
	}

	/** The missing permission, as Stripe's error message names it; undefined if none. */
	public missing(resource: Resource, write = false): string | undefined {
		const permission = PERMISSIONS[resource];
		if (write) return `rak_${permission}_write`;
		return this.denied.has(permission) ? `rak_${permission}_read` : undefined;
	}
}
