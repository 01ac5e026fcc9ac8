import type { Touched } from '../domain/run.js';

/** What happened that may concern a member or a customer, and when it is compared. */

/** `member:<Discord ID>`, `customer:<Stripe ID>`, or everyone. */
export type Subject = `member:${string}` | `customer:${string}` | 'all';

export interface Change {
	readonly subject: Subject;
	/** When it happened; not in the future. */
	readonly at: Date;
	/** It is compared without settle time: no other bot has work to do. */
	readonly urgent: boolean;
}

/** A subject with changes that have not been compared yet. */
export interface QueuedChange {
	readonly subject: Subject;
	/** Differs after every further change: what was taken is removed only in the version that was taken. */
	readonly version: string;
	readonly firstAt: Date;
	/** When the newest change was queued. */
	readonly queuedAt: Date;
	readonly dueAt: Date;
	readonly urgent: boolean;
}

/** When changes are read and compared. */
export interface ChangeSettings {
	/** Between two readings of Stripe's events. */
	readonly pollMs: number;
	readonly settleMs: number;
}

/** Changes are collected for so long, so that one run compares what happens at once. */
export const COLLECT_MS = 2_000;

/** With steady changes, a subject waits at most so many times as long as with one. */
const MAX_WAITS = 2;

/**
 * When a subject with a further change is due. A change is due after the time for collecting and the settle time; a further one restarts
 * both, at most to twice as long after the first. An urgent change is due after the time for collecting, and later ones do not delay it.
 * The same change a second time delays nothing.
 * @param queued - the subject as it is in the queue
 */
export function debounce(
	queued: Pick<QueuedChange, 'firstAt' | 'dueAt' | 'urgent'> | null,
	{ at, urgent }: Omit<Change, 'subject'>,
	settleMs: number
): Pick<QueuedChange, 'firstAt' | 'dueAt' | 'urgent'> {
	const waitMs = COLLECT_MS + settleMs;
	const ownDueMs = at.getTime() + (urgent ? COLLECT_MS : waitMs);
	if (queued === null) return { firstAt: at, dueAt: new Date(ownDueMs), urgent };
	const firstMs = Math.min(queued.firstAt.getTime(), at.getTime());
	const queuedDueMs = queued.dueAt.getTime();
	const dueMs =
		urgent || queued.urgent ? Math.min(queuedDueMs, ownDueMs) : Math.min(Math.max(queuedDueMs, ownDueMs), firstMs + MAX_WAITS * waitMs);
	return { firstAt: new Date(firstMs), dueAt: new Date(dueMs), urgent: urgent || queued.urgent };
}

/** @returns null if everyone is to be compared */
export function touchedBy(changes: readonly Pick<QueuedChange, 'subject'>[]): Touched | null {
	const subjects = changes.map(({ subject }) => subject);
	if (subjects.includes('all')) return null;
	const idsOf = (kind: string) => subjects.filter((subject) => subject.startsWith(kind)).map((subject) => subject.slice(kind.length));
	return { discordIds: idsOf('member:'), customerIds: idsOf('customer:') };
}
