import type { Schedule } from '../domain/ports.js';

/**
 * Starts the daily schedule: the driver that wakes the tasks from now on, and once whatever was slept through.
 * @param catchUp - does what is due now; its failure must not keep the schedule from starting
 * @returns how to stop it
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
