import type { BillingEvents, EventCursor } from './event-cursor.js';
import type { ChangeStore } from './store.js';

export interface PollDeps {
	readonly events: BillingEvents;
	readonly store: Pick<ChangeStore, 'eventCursor' | 'recordEvents' | 'restartEvents' | 'acquireEventLease'>;
	readonly settleMs: number;
	readonly now: () => Date;
	/** Checked before each page after the first. */
	readonly shouldContinue: () => boolean;
	/** Identifies this process. */
	readonly holder: string;
	/** For how long no other process reads, unless this one reads again. */
	readonly leaseSeconds: number;
}

/** Stripe keeps events for 30 days. */
const MAX_CURSOR_AGE_MS = 29 * 86_400_000;

/**
 * Reads the events since the last time, page by page, oldest first, and queues what they concern. Each page is stored before the next one is
 * read. Without a usable cursor it begins at the newest event, with a comparison of everyone.
 * @returns whether this process read them: one of several does
 * @throws {SourceError} and errors of the database
 */
export async function pollEvents(deps: PollDeps): Promise<boolean> {
	const { events, store, settleMs, now, shouldContinue, holder, leaseSeconds } = deps;
	for (;;) {
		if (!(await store.acquireEventLease(holder, leaseSeconds))) return false;
		const cursor = await store.eventCursor();
		const page = isUsable(cursor, now()) ? await events.readEvents(cursor.eventId) : null;
		if (page === null || cursor === null) {
			await store.restartEvents(await events.newestEvent(), { settleMs, now: now() });
			return true;
		}
		const recorded = await store.recordEvents(cursor, page, { settleMs, now: now() });
		if (!recorded || !page.hasMore || !shouldContinue()) return true;
	}
}

function isUsable(cursor: EventCursor | null, now: Date): cursor is EventCursor {
	return cursor !== null && now.getTime() - cursor.readAt.getTime() <= MAX_CURSOR_AGE_MS;
}
