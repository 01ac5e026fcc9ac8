import type { Schedule } from '../domain/ports.js';

/**
 * Starts the driver that wakes the tasks, then catches up once on what fell due while Reeve was stopped.
 * @param catchUp - does what is due now; if it fails, the schedule runs anyway
 * @param onError - receives its error
 * @returns stops the schedule
 */
export async function startReconciliationScheduler(
	schedule: Schedule,
	catchUp: () => Promise<unknown>,
	onError: (error: unknown) => void
): Promise<() => Promise<void>> {
	await schedule.start();
	await catchUp().catch(onError);
	return () => schedule.stop();
}
