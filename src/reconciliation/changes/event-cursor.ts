import type { Subject } from './change.js';

/** Stripe's events are read from a stored position on. */

/** An event that may concern members: what Reeve needs of it. */
export interface BillingEvent {
	readonly id: string;
	readonly at: Date;
	readonly subjects: readonly Subject[];
}

/** How far the events have been read. */
export interface EventCursor {
	/** ID of the newest event before which all are read; null if there was none. */
	readonly eventId: string | null;
	/** IDs of newer events whose changes are queued already. */
	readonly seen: readonly string[];
	/** When the events were last read. */
	readonly readAt: Date;
	/** Time of the newest event that was read; null if there was none. */
	readonly newestAt: Date | null;
}

/** The events after a cursor, newest first. */
export interface EventPage {
	/** The oldest of the events after the cursor. */
	readonly events: readonly BillingEvent[];
	/** Whether there are newer ones. */
	readonly hasMore: boolean;
}

/** Stripe's events, read only. */
export interface BillingEvents {
	/** @returns null if Stripe no longer has the event at the cursor, or too many without one @throws {SourceError} */
	readEvents(after: string | null): Promise<EventPage | null>;
	/** The newest event; null if there is none. @throws {SourceError} */
	newestEvent(): Promise<BillingEvent | null>;
}

/** Stripe lists an event a little after its time: one that is older than the newest may appear later. */
const LATE_MS = 60_000;

/** Events that a webhook delivered and that never appear in the list. */
const MAX_SEEN = 500;

/**
 * The cursor after a page, and the events of the page that were not known. The cursor follows the newest event at a distance, so that those
 * that Stripe lists late are not missed; with more than a page of newer events it goes on at once, so that an idle poll stays one request.
 */
export function advance(
	cursor: EventCursor,
	{ events, hasMore }: EventPage,
	now: Date
): { readonly cursor: EventCursor; readonly unknown: readonly BillingEvent[] } {
	const known = new Set(cursor.seen);
	const unknown = events.filter(({ id }) => !known.has(id));
	const passed = hasMore ? 0 : events.findIndex(({ at }) => at.getTime() <= now.getTime() - LATE_MS);
	const listed = new Set(events.map(({ id }) => id));
	const ahead = passed === -1 ? events : events.slice(0, passed);
	const seen = [...cursor.seen.filter((id) => !listed.has(id)).slice(-MAX_SEEN), ...ahead.map(({ id }) => id)];
	const newestAt = [cursor.newestAt, ...events.map(({ at }) => at)].reduce(
		(newest, at) => (newest === null || (at !== null && at > newest) ? at : newest),
		null
	);
	return { cursor: { eventId: events[passed]?.id ?? cursor.eventId, seen, readAt: now, newestAt }, unknown };
}
