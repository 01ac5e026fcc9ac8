import Stripe from 'stripe';
import { SortedIndex } from './records/sorted-index.js';

/** What happened, as Stripe tells it: the whole object as it was then, and what it was before. */

export type EventType =
	| 'customer.created'
	| 'customer.updated'
	| 'customer.deleted'
	| 'customer.subscription.created'
	| 'customer.subscription.updated'
	| 'customer.subscription.deleted'
	| 'customer.subscription.paused'
	| 'customer.subscription.resumed'
	| 'invoice.created'
	| 'invoice.finalized'
	| 'invoice.payment_failed'
	| 'invoice.paid'
	| 'invoice.payment_succeeded'
	| 'invoice.voided';

type EventOf<T extends EventType> = Extract<Stripe.Event, { type: T }>;

export class Events {
	public readonly index = new SortedIndex<Stripe.Event>();
	private readonly byId = new Map<string, Stripe.Event>();

	public get(id: string): Stripe.Event | undefined {
		return this.byId.get(id);
	}

	/** @param before - the object before the change, for an event that tells what changed */
	public add<T extends EventType>(
		type: T,
		object: EventOf<T>['data']['object'] & object,
		{ created, livemode, before }: { created: number; livemode: boolean; before?: object }
	): void {
		// Padded, so that events of one second stay in the order in which they happened.
		const id = `evt_${String(this.byId.size + 1).padStart(10, '0')}`;
		const event = {
			id,
			object: 'event',
			api_version: Stripe.API_VERSION,
			created,
			// A snapshot: what is built from records may share parts with them.
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

/** `*` stands for the rest of a name, or for a part of it. */
export function matchesType(type: string, pattern: string): boolean {
	return new RegExp(
		`^${pattern
			.split('*')
			.map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
			.join('.*')}$`
	).test(type);
}

/** The old values of what is different now; of metadata, those keys alone, and null for those that are new. */
function changed(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, unknown> {
	const previous: Record<string, unknown> = {};
	for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
		const [was, is] = [before[key], after[key]];
		if (JSON.stringify(was) === JSON.stringify(is)) continue;
		previous[key] = key === 'metadata' && isRecord(was) && isRecord(is) ? changed(was, is) : (was ?? null);
	}
	return previous;
}

/** As it goes over the wire, where decimals are text. */
function wire(object: object): Record<string, unknown> {
	const parsed: unknown = JSON.parse(JSON.stringify(object));
	return isRecord(parsed) ? parsed : {};
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
