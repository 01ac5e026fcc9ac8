import type { Change, ChangeSettings, QueuedChange } from './change.js';
import type { BillingEvent, EventCursor, EventPage } from './event-cursor.js';

/** How current the comparison is. */
export interface ChangeCounts {
	/** Subjects with changes that have not been compared. */
	readonly queued: number;
	/** When the oldest of these changes happened; null if there is none. */
	readonly oldestAt: Date | null;
	/** When Stripe's events were last read; null before the first time. */
	readonly readAt: Date | null;
	/** Time of the newest of them; null if there was none. */
	readonly newestEventAt: Date | null;
}

/** How current it is, and how current the settings want it to be. */
export interface ChangeStatus extends ChangeCounts, ChangeSettings {}

/** The queue of changes, and the position in Stripe's events. Each method is one transaction. */
export interface ChangeStore {
	/** Queues changes. The same change a second time delays nothing. */
	queueChanges(changes: readonly Change[], when: { readonly settleMs: number; readonly now: Date }): Promise<void>;
	/** Those due, oldest first. */
	dueChanges(now: Date): Promise<readonly QueuedChange[]>;
	/** When the next is due; null if there is none. */
	nextChangeDueAt(): Promise<Date | null>;
	/** Removes changes that were compared. Those that have changed since they were taken stay. */
	removeChanges(taken: readonly Pick<QueuedChange, 'subject' | 'version'>[]): Promise<void>;
	countChanges(): Promise<ChangeCounts>;

	/** Null before the events were first read. */
	eventCursor(): Promise<EventCursor | null>;
	/**
	 * Queues the changes of the events of a page that are not known yet, and moves the cursor.
	 * @param from - the cursor that the page was read with
	 * @returns false if another process has moved it meanwhile: nothing is stored
	 */
	recordEvents(from: EventCursor, page: EventPage, when: { readonly settleMs: number; readonly now: Date }): Promise<boolean>;
	/** Begins anew at an event after a gap, and queues a comparison of everyone. @param newest - null if there is no event */
	restartEvents(newest: BillingEvent | null, when: { readonly settleMs: number; readonly now: Date }): Promise<void>;
	/** Queues the changes of an event that arrived by itself. @returns false if it is known */
	recordEvent(event: BillingEvent, when: { readonly settleMs: number; readonly now: Date }): Promise<boolean>;
	/** Acquires or renews the lease to read events. False if another process has it. */
	acquireEventLease(holder: string, seconds: number): Promise<boolean>;
	releaseEventLease(holder: string): Promise<void>;
}
