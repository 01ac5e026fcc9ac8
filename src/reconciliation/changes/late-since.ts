import type { ChangeStatus } from './store.js';

/** Missed readings of Stripe's events after which something is wrong. */
const MISSED_READINGS = 5;
const MIN_DELAY_MS = 120_000;

/** Since when Stripe's events could not be read; null if they are read as often as the settings say, or have not been read yet. */
export function lateSince({ readAt, pollMs }: Pick<ChangeStatus, 'readAt' | 'pollMs'>, now: Date): Date | null {
	if (readAt === null) return null;
	return now.getTime() - readAt.getTime() > Math.max(MIN_DELAY_MS, MISSED_READINGS * pollMs) ? readAt : null;
}
