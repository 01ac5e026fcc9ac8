import type { Ledger } from '../domain/ports.js';
import { flushOutbox, type OutboxDeps } from '../outbox/outbox.js';
import { alertIfOverdue } from '../schedule/overdue.js';
import type { PauseStore } from '../schedule/pause.js';

export interface MaintenanceStore {
	/** Deletes snapshots of runs that are older than the settings keep, and keeps the files of an embedded database small. */
	maintain(now: Date): Promise<void>;
}

export interface HousekeepingDeps {
	readonly store: OutboxDeps['outbox'] & PauseStore & MaintenanceStore & Pick<Ledger, 'installedAt'>;
	readonly outbox: OutboxDeps;
	/** Recovers what a stopped process left half-done. */
	readonly recover: () => Promise<void>;
	readonly pausedBySettings: boolean;
}

/**
 * Alerts if no run has succeeded for too long, recovers what a stopped process left, delivers pending notifications, and maintains the
 * database.
 * @param options.atStart - only delivers: the start recovers by itself, and runs a missed day before an alert about it would be right
 */
export async function housekeep(
	{ store, outbox, recover, pausedBySettings }: HousekeepingDeps,
	{ atStart }: { readonly atStart: boolean }
): Promise<void> {
	if (!atStart) {
		// First: recovery asks Discord, and no trouble there may keep the alert from being queued.
		await alertIfOverdue(store, outbox.now(), { paused: pausedBySettings, sends: outbox.messenger });
		// A claim or lease of a crashed process may not have expired yet at the last start.
		await recover();
	}
	await flushOutbox(outbox, atStart);
	if (!atStart) await store.maintain(outbox.now());
}
