import type Stripe from 'stripe';
import type { Subject } from '../reconciliation/changes/change.js';
import type { BillingEvent, EventPage } from '../reconciliation/changes/event-cursor.js';
import { discordIdsIn } from '../reconciliation/domain/discord-id.js';
import { SourceError } from '../reconciliation/domain/ports.js';
import { MissingObjectError } from './api/errors.js';
import type { StripeRequest } from './api/request.js';
import { idOf } from './convert.js';
import { metadataValue } from './inspect.js';
import { checkedPage, PAGE_SIZE, readList } from './lists/paginate.js';

/** What changed in Stripe, by its events: while everything was read, or since a run. */

/** Events that may change which member a customer pays for. */
const LINK_EVENTS = ['customer.created', 'customer.updated', 'customer.subscription.created', 'customer.subscription.updated'];

/** Events that may change anything that Reeve reads. Stripe allows 20 types per request. */
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

/** 100,000 events: a month of changes in a large account. */
const MAX_EVENT_PAGES = 1_000;

/** ID of the newest event before a reading started; null if there was none. */
type Baseline = string | null;

interface Changes {
	/** Customer ID → the Discord ID values in its metadata and that of its subscriptions, before and after each change. */
	readonly customers: ReadonlyMap<string, ReadonlySet<string>>;
	/** Customers with a new subscription and no event of their own: their unchanged metadata may name a member, and is in no event. */
	readonly newlySubscribed: readonly string[];
}

/** The fields used of an event's object: a customer, a subscription or an invoice, in the API version of the event's time. */
interface ChangedObject {
	readonly object: string;
	readonly id: string;
	readonly customer?: string | { readonly id: string } | null;
	readonly metadata?: Readonly<Record<string, string | null>> | null;
}

/** To be called before anything is read. @throws {SourceError} */
export async function readBaseline(request: StripeRequest): Promise<Baseline> {
	const newest = await request('Events', (stripe) => stripe.events.list({ limit: 1, types: EVENTS }));
	return newest.data[0]?.id ?? null;
}

/**
 * Reads the changes since the baseline. Without one, every event is newer.
 * @throws {SourceError}
 */
export async function readChangesSince(request: StripeRequest, baseline: Baseline, discordIdKey: string): Promise<Changes> {
	const events = await readList<Stripe.Event>(request, {
		resource: 'Events',
		listPage: (stripe, page) => stripe.events.list({ ...page, types: EVENTS }),
		newerThan: baseline ?? undefined,
		maxPages: MAX_EVENT_PAGES
	});
	return changesIn(events, discordIdKey);
}

/** Tolerated difference between this machine's clock and Stripe's. */
const CLOCK_SKEW_SECONDS = 300;
/** Stripe keeps events for 30 days. */
const MAX_EVENT_AGE_MS = 29 * 86_400_000;

/**
 * Reads the changes of links since a time, or after an event if it is given.
 * @param from.newest - ID of the newest event known; null to read everything since `since`
 * @returns also the ID of the newest event read; null if there was none
 * @throws {SourceError} also if Stripe no longer has events that old
 */
export async function readLinkChanges(
	request: StripeRequest,
	{ since, newest }: { readonly since: Date; readonly newest: string | null },
	discordIdKey: string
): Promise<{ readonly changes: Changes; readonly newest: string | null }> {
	if (newest === null && Date.now() - since.getTime() > MAX_EVENT_AGE_MS)
		throw new SourceError('stripe', 'Stripe keeps changes for 30 days only, and this was found before that. Run a reconciliation first.');
	const created = { gte: Math.floor(since.getTime() / 1000) - CLOCK_SKEW_SECONDS };
	let newestRead: string | null = null;
	const events = await readList<Stripe.Event>(request, {
		resource: 'Events',
		listPage: async (stripe, page) => {
			const list = await stripe.events.list({ ...page, types: LINK_EVENTS, ...(newest === null ? { created } : {}) });
			// A page lists the newest first. With `newest`, pages come oldest first, otherwise newest first.
			if (newest !== null || newestRead === null) newestRead = list.data[0]?.id ?? newestRead;
			return list;
		},
		newerThan: newest ?? undefined,
		maxPages: MAX_EVENT_PAGES
	});
	return { changes: changesIn(events, discordIdKey), newest: newestRead };
}

/**
 * Reads the oldest events after this one.
 * @param after - null: there was none
 * @returns null if Stripe no longer has that event, or if there is more than a page without one to begin at
 * @throws {SourceError}
 */
export async function readEventPage(request: StripeRequest, after: string | null, discordIdKey: string): Promise<EventPage | null> {
	const cursor = after === null ? {} : { ending_before: after };
	try {
		const list = await request('Events', (stripe) => stripe.events.list({ ...cursor, limit: PAGE_SIZE, types: EVENTS }));
		const { data, has_more: hasMore } = checkedPage('Events', list, false);
		if (after === null && hasMore) return null;
		return { events: data.map((event) => toBillingEvent(event, discordIdKey)), hasMore };
	} catch (error) {
		if (error instanceof MissingObjectError) return null;
		throw error;
	}
}

/** The newest event; null if there is none. @throws {SourceError} */
export async function readNewestEvent(request: StripeRequest, discordIdKey: string): Promise<BillingEvent | null> {
	const { data } = await request('Events', (stripe) => stripe.events.list({ limit: 1, types: EVENTS }));
	return data[0] === undefined ? null : toBillingEvent(data[0], discordIdKey);
}

/** Whether an event of this type may change anything that Reeve reads. */
export function concernsMembers(type: string): boolean {
	return (EVENTS as readonly string[]).includes(type);
}

/** The customer that an event is about, and the members whom its metadata names before and after. */
export function toBillingEvent(event: Stripe.Event, discordIdKey: string): BillingEvent {
	const change = changeIn(event, discordIdKey);
	const members = (change?.discordIds ?? []).flatMap(discordIdsIn).map((id): Subject => `member:${id}`);
	return {
		id: event.id,
		at: new Date(event.created * 1000),
		subjects: change === null ? [] : [`customer:${change.customerId}`, ...members]
	};
}

/** What an event says about links. Null for an odd event, which changes nothing: a fix reads its customers again. */
function changeIn(event: Stripe.Event, discordIdKey: string) {
	const changed = event.data?.object as unknown as ChangedObject | null | undefined;
	if (!changed) return null;
	const isCustomer = changed.object === 'customer';
	const customerId = isCustomer ? changed.id : changed.customer && idOf(changed.customer);
	if (typeof customerId !== 'string' || customerId === '') return null;
	// An invoice has metadata too, but it links no member.
	const links = isCustomer || changed.object === 'subscription';
	const before = event.data.previous_attributes as Pick<ChangedObject, 'metadata'> | undefined;
	const values = links ? [metadataValue(changed, discordIdKey), metadataValue(before, discordIdKey)] : [];
	return { customerId, isCustomer, discordIds: values.flatMap((value) => value || []) };
}

/** Collects both the Discord IDs before and after each change: the links of either member have changed. */
function changesIn(events: readonly Stripe.Event[], discordIdKey: string): Changes {
	const customers = new Map<string, Set<string>>();
	const withOwnEvent = new Set<string>();
	const subscribed = new Set<string>();
	for (const event of events) {
		const change = changeIn(event, discordIdKey);
		if (change === null) continue;
		const { customerId, isCustomer, discordIds } = change;
		const known = customers.get(customerId) ?? new Set();
		customers.set(customerId, known);
		if (isCustomer) withOwnEvent.add(customerId);
		if (event.type === 'customer.subscription.created') subscribed.add(customerId);
		for (const discordId of discordIds) known.add(discordId);
	}
	return { customers, newlySubscribed: [...subscribed].filter((id) => !withOwnEvent.has(id)) };
}
