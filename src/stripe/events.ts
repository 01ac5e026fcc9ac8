import type Stripe from 'stripe';
import { SourceError } from '../reconciliation/domain/ports.js';
import type { StripeRequest } from './api/request.js';
import { idOf } from './convert.js';
import { readList } from './lists/paginate.js';

/** What changes whom a customer pays for. */
const LINK_EVENTS = ['customer.created', 'customer.updated', 'customer.subscription.created', 'customer.subscription.updated'];

/** What changes anything that a reading of Stripe rests on. Stripe allows 20. */
const EVENTS = [
	...LINK_EVENTS,
	'customer.deleted',
	'customer.subscription.deleted',
	'customer.subscription.paused',
	'customer.subscription.resumed',
	'customer.subscription.pending_update_applied',
	'customer.subscription.pending_update_expired',
	'invoice.finalized',
	'invoice.marked_uncollectible',
	'invoice.overdue',
	'invoice.paid',
	'invoice.payment_failed',
	'invoice.voided'
];

/** The newest event before a reading began; null where there was none. */
type Baseline = string | null;

/** Whom some events are about. */
interface Changes {
	/** Customer → the Discord ID values that it, or a subscription of it, names or has named meanwhile. */
	readonly customers: ReadonlyMap<string, ReadonlySet<string>>;
	/** Customers with a new subscription whose own metadata no event shows: they may name somebody since long ago. */
	readonly newlySubscribed: readonly string[];
}

/** What is looked at in an event's object: a customer, a subscription or an invoice, as of the API version of its time. */
interface Changed {
	readonly object: string;
	readonly id: string;
	readonly customer?: string | { readonly id: string } | null;
	readonly metadata?: Readonly<Record<string, string | null>> | null;
}

/** Remembers where the events stand. To be called before anything is read. @throws {SourceError} */
export async function readBaseline(ask: StripeRequest): Promise<Baseline> {
	const newest = await ask('Events', (stripe) => stripe.events.list({ limit: 1, types: EVENTS }));
	return newest.data[0]?.id ?? null;
}

/**
 * Reads what has changed since the baseline. Where there was no event at all, every event is newer.
 * @throws {SourceError}
 */
export async function readChangesSince(ask: StripeRequest, baseline: Baseline, discordIdKey: string): Promise<Changes> {
	const events = await readList<Stripe.Event>(ask, {
		resource: 'Events',
		request: (stripe, cursor) => stripe.events.list({ ...cursor, types: EVENTS }),
		newerThan: baseline ?? undefined
	});
	return changesIn(events, discordIdKey);
}

/** How far this machine's clock may be from Stripe's. */
const CLOCK_SKEW_SECONDS = 300;
/** Stripe forgets events after 30 days. */
const BASELINE_TTL_MS = 29 * 86_400_000;

/**
 * Reads what has changed since that moment about who pays for whom.
 * @throws {SourceError} also where Stripe does not remember that long
 */
export async function readLinkChangesAfter(ask: StripeRequest, since: Date, now: Date, discordIdKey: string): Promise<Changes> {
	if (now.getTime() - since.getTime() > BASELINE_TTL_MS)
		throw new SourceError(
			'stripe',
			'Stripe remembers changes for 30 days only, and this was found before that. Run a reconciliation first.'
		);
	const from = Math.floor(since.getTime() / 1000) - CLOCK_SKEW_SECONDS;
	const events = await readList<Stripe.Event>(ask, {
		resource: 'Events',
		request: (stripe, cursor) => stripe.events.list({ ...cursor, types: LINK_EVENTS, created: { gte: from } })
	});
	return changesIn(events, discordIdKey);
}

/** Sums up events. Who is named now and who was named before both count: the link of either has changed. */
function changesIn(events: readonly Stripe.Event[], discordIdKey: string): Changes {
	const customers = new Map<string, Set<string>>();
	const shown = new Set<string>();
	const subscribed = new Set<string>();
	for (const event of events) {
		const changed = event.data.object as unknown as Changed;
		const isCustomer = changed.object === 'customer';
		const customerId = isCustomer ? changed.id : changed.customer && idOf(changed.customer);
		if (!customerId) continue;
		const named = customers.get(customerId) ?? new Set();
		customers.set(customerId, named);
		if (isCustomer) shown.add(customerId);
		if (event.type === 'customer.subscription.created') subscribed.add(customerId);
		// An invoice has metadata of its own, which links nobody.
		if (!isCustomer && changed.object !== 'subscription') continue;
		const before = event.data.previous_attributes as Pick<Changed, 'metadata'> | undefined;
		for (const value of [changed.metadata?.[discordIdKey], before?.metadata?.[discordIdKey]]) if (value) named.add(value);
	}
	return { customers, newlySubscribed: [...subscribed].filter((id) => !shown.has(id)) };
}
