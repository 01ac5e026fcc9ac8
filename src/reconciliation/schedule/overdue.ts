import type { RunStore } from '../domain/ports.js';
import { type Configured, channels, type OutboxStore, overdueSubject } from '../outbox/outbox.js';
import type { PauseStore } from './pause.js';

/** One day plus two hours for a run that is late. */
const ALERT_AFTER_MS = 26 * 3_600_000;

/** A run that has just begun may end the outage, and the operators are notified of its result. One that takes longer may hang. */
const WAIT_FOR_RUN_MS = 3_600_000;

/**
 * Since when no run has succeeded: the latest of the last success, the installation and the end of a pause. A moment in the future comes
 * from a clock that was wrong, and does not count.
 * @returns null if that is less than {@link ALERT_AFTER_MS} ago, or the schedule is paused
 */
export function overdueSince(
	now: Date,
	moments: { readonly lastSuccess: Date | null; readonly installed: Date; readonly pauseEnd: Date | null; readonly paused: boolean }
): Date | null {
	if (moments.paused) return null;
	const starts = [moments.lastSuccess, moments.installed, moments.pauseEnd].flatMap((moment) =>
		moment === null || moment > now ? [] : moment.getTime()
	);
	const since = new Date(Math.max(0, ...starts));
	return now.getTime() - since.getTime() > ALERT_AFTER_MS ? since : null;
}

/** Queues one notification if no run has succeeded for too long. */
export async function alertIfOverdue(
	store: Pick<OutboxStore, 'addMessages' | 'lastSuccessAt' | 'runningSince'> &
		Pick<PauseStore, 'currentPause' | 'lastPauseEnd'> &
		Pick<RunStore, 'installedAt'>,
	now: Date,
	{ paused, sends }: { readonly paused: boolean; readonly sends: Configured }
): Promise<void> {
	const running = await store.runningSince();
	if (running !== null && Math.abs(now.getTime() - running.getTime()) < WAIT_FOR_RUN_MS) return;
	const since = overdueSince(now, {
		lastSuccess: await store.lastSuccessAt(),
		installed: await store.installedAt(now),
		pauseEnd: await store.lastPauseEnd(now),
		paused: paused || (await store.currentPause(now)) !== null
	});
	if (since !== null) await store.addMessages(overdueSubject(since), channels(sends), now);
}
