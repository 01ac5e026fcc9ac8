import type { Schedule } from '../domain/ports.js';

/**
 * Starts the driver that wakes the tasks, then catches up once on what fell due while Reeve was stopped.
 * @param catchUp - does what is due now; if it fails, the schedule runs anyway
 * @param onError - receives its error
 * @returns stops the schedule
 */
export async function startSchedule(
	schedule: Schedule,
	catchUp: () => Promise<unknown>,
	onError: (error: unknown) => void
): Promise<() => Promise<void>> {
	await schedule.start();
	await catchUp().catch(onError);
	return () => schedule.stop();
}

/** Waits for the schedule of the mounted Reeve. @returns stops it */
type Scheduled = () => Promise<() => Promise<void>>;

let mounted: Scheduled | null = null;

/** Makes {@link startReconciliationScheduler} work. Called where Reeve is mounted. */
export function mountScheduler(scheduled: Scheduled): void {
	mounted = scheduled;
}

/**
 * The schedule of the Reeve that is mounted in this process. It starts with the login of the bot; this waits until it runs, and starts no
 * second one. Before the login it does not wait.
 * @returns stops the schedule
 * @throws if Reeve is not mounted, or is disabled: with the reason
 */
export async function startReconciliationScheduler(): Promise<() => Promise<void>> {
	if (mounted === null)
		throw new Error(
			'Reeve is not mounted, so there is no schedule to start: import \'reeve/register\' before the client is created, and give the client the option "reeve".'
		);
	return mounted();
}
