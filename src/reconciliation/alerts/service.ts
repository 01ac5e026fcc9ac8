import { backoffDelay } from '../../async/backoff.js';
import { createRecurring } from '../../async/recurring.js';
import type { Track } from '../domain/ports.js';
import { type CheckDeps, checkServer } from './check.js';

/** Alerts operators at once when a change in the server keeps Reeve from working. */
export interface AlertService {
	/** Checks, and watches from then on. Does nothing if alerts are off. */
	start(): void;
	/** Checks at once. @returns the messages of the problems that operators are alerted to; none if that fails or alerts are off */
	checkNow(): Promise<ReadonlySet<string>>;
	/** Watches no more, and waits for a check in progress. */
	stop(): Promise<void>;
}

/** Roles that were moved by mistake are often moved back within seconds. */
const DEBOUNCE_MS = 2_000;
/** Of a check that failed. */
const INITIAL_BACKOFF_MS = 5_000;
const MAX_RETRIES = 6;
/** While something is wrong: not every change that ends it is an event. */
const RECHECK_MS = 60_000;

export interface AlertDeps extends CheckDeps {
	readonly enabled: boolean;
	readonly track: Track;
	readonly logger: { warn(...values: readonly unknown[]): void };
}

export function createAlertService(deps: AlertDeps): AlertService {
	const { enabled, server, track, logger } = deps;
	/** Consecutive. */
	let failures = 0;
	/** As the newest check found it. */
	let isInTrouble = false;
	let stopWatching = () => {};

	const check = async (): Promise<number | null> => {
		try {
			isInTrouble = await track(() => checkServer(deps));
			failures = 0;
		} catch (error) {
			failures += 1;
			if (failures <= MAX_RETRIES) return backoffDelay(INITIAL_BACKOFF_MS, failures - 1, Math.random);
			failures = 0;
			logger.warn('Could not check whether the server keeps Reeve from working. The next change in it starts another check:', error);
		}
		return isInTrouble ? RECHECK_MS : null;
	};
	const checks = createRecurring(check);
	return {
		start: () => {
			if (!enabled) return;
			stopWatching = server.watch(() => checks.wake(DEBOUNCE_MS));
			checks.wake(DEBOUNCE_MS);
		},
		checkNow: async () => {
			if (!enabled) return new Set();
			try {
				await track(() => checkServer(deps));
				return new Set((await deps.store.openProblems()).map(({ message }) => message));
			} catch {
				// The check that the start schedules tries again, and says so.
				return new Set();
			}
		},
		stop: async () => {
			stopWatching();
			await checks.stop();
		}
	};
}
