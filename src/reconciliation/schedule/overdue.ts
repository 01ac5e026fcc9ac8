import type { Ledger } from '../domain/ports.js';
import { type OutboxStore, overdueSubject } from '../outbox/outbox.js';
import type { PauseStore } from './pause.js';

/** A day, and two hours in which a late run may still come. */
const ALARM_AFTER_MS = 26 * 3_600_000;

/**
 * Since when no run has succeeded, if that is too long ago: the last success, or the installation or the end of a pause after it.
 * @returns null if it is not, or the schedule is paused
 */
export function overdueSince(
	now: Date,
	moments: { readonly lastSuccess: Date | null; readonly installed: Date; readonly pauseEnd: Date | null; readonly paused: boolean }
): Date | null {
	if (moments.paused) return null;
	const began = [moments.lastSuccess, moments.installed, moments.pauseEnd].flatMap((moment) => (moment === null ? [] : moment.getTime()));
	const since = new Date(Math.max(...began));
	return now.getTime() - since.getTime() > ALARM_AFTER_MS ? since : null;
}

/** Has the operators told, once, if no run has succeeded for too long. */
export async function alertIfOverdue(
	book: Pick<OutboxStore, 'addMessages' | 'lastSuccessAt' | 'isRunning'> &
		Pick<PauseStore, 'currentPause' | 'lastPauseEnd'> &
		Pick<Ledger, 'installedAt'>,
	now: Date,
	{ paused, mails }: { readonly paused: boolean; readonly mails: boolean }
): Promise<void> {
	// What it will come to is news enough.
	if (await book.isRunning()) return;
	const since = overdueSince(now, {
		lastSuccess: await book.lastSuccessAt(),
		installed: await book.installedAt(now),
		pauseEnd: await book.lastPauseEnd(now),
		paused: paused || (await book.currentPause(now)) !== null
	});
	if (since !== null) await book.addMessages(overdueSubject(since), mails ? ['report', 'mail'] : ['report'], now);
}
