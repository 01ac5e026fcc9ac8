import Stripe from 'stripe';
import { SortedIndex } from '../records/sorted-index.js';

/** Stripe's events: a snapshot of the object, and its previous values. */

export type EventType =
	| 'customer.created'
	| 'customer.updated'
	| 'customer.deleted'
	| 'customer.subscription.created'
	| 'customer.subscription.updated'
	| 'customer.subscription.deleted'
	| 'customer.subscription.paused'
	| 'customer.subscription.resumed'
	| 'customer.subscription.trial_will_end'
	| 'invoice.created'
	| 'invoice.finalized'
	| 'invoice.payment_failed'
	| 'invoice.paid'
	| 'invoice.payment_succeeded'
	| 'invoice.voided'
	| 'invoice.marked_uncollectible'
	| 'charge.succeeded'
	| 'charge.failed'
	| 'charge.refunded'
	| 'charge.dispute.created'
	| 'charge.dispute.funds_withdrawn'
	| 'charge.dispute.funds_reinstated'
	| 'charge.dispute.closed'
	| 'refund.created'
	| 'test_helpers.test_clock.created'
	| 'test_helpers.test_clock.advancing'
	| 'test_helpers.test_clock.ready'
	| 'test_helpers.test_clock.deleted';

type EventOf<T extends EventType> = Extract<Stripe.Event, { type: T }>;

export class Events {
	public readonly index = new SortedIndex<Stripe.Event>();
	private readonly byId = new Map<string, Stripe.Event>();

	public get(id: string): Stripe.Event | undefined {
		return this.byId.get(id);
	}

	/** @param before - the object before the change, for `*.updated` events */
	public add<T extends EventType>(
		type: T,
		object: EventOf<T>['data']['object'] & object,
		{ created, livemode, before }: { created: number; livemode: boolean; before?: object }
	): void {
		// Padded, so that events of the same second sort in order of creation.
		const id = `evt_${String(this.byId.size + 1).padStart(10, '0')}`;
		const event = {
			id,
			object: 'event',
			api_version: Stripe.API_VERSION,
			created,
			// Copied, since objects may share parts with the records.
			data: { object: wire(object), ...(before ? { previous_attributes: changed(wire(before), wire(object)) } : {}) },
			livemode,
			pending_webhooks: 0,
			request: { id: null, idempotency_key: null },
			type
		} as unknown as Stripe.Event;
		this.byId.set(id, event);
		this.index.insert(event);
	}
}

/** `*` matches any part of a name. */
export function matchesType(type: string, pattern: string): boolean {
	return new RegExp(
		`^${pattern
			.split('*')
			.map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
			.join('.*')}$`
	).test(type);
}

/** The old values of changed fields; null for new ones. Of metadata, the changed keys only. */
function changed(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, unknown> {
	const previous: Record<string, unknown> = {};
	for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
		const [was, is] = [before[key], after[key]];
		if (JSON.stringify(was) === JSON.stringify(is)) continue;
		previous[key] = key === 'metadata' && isRecord(was) && isRecord(is) ? changed(was, is) : (was ?? null);
	}
	return previous;
}

/** The object as JSON, in which decimals are text. */
function wire(object: object): Record<string, unknown> {
	const parsed: unknown = JSON.parse(JSON.stringify(object));
	return isRecord(parsed) ? parsed : {};
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
