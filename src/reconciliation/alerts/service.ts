import { setTimeout as sleep } from 'node:timers/promises';
import { backoffDelay } from '../../async/backoff.js';
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

/** Who moves roles often puts them right within seconds. */
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
	let stopped = new AbortController();
	/** A further check is wanted. */
	let isDue = false;
	let working: Promise<void> | null = null;
	let stopWatching = () => {};
	/** As the newest check found it. */
	let isInTrouble = false;

	/** One check after the other, each some time after the change that asked for it. Never rejects. */
	const work = async (signal: AbortSignal) => {
		let failures = 0;
		while (isDue && !signal.aborted) {
			isDue = false;
			try {
				await sleep(DEBOUNCE_MS, undefined, { signal });
				isInTrouble = await track(() => checkServer(deps));
				failures = 0;
			} catch (error) {
				if (signal.aborted) return;
				failures += 1;
				if (failures > MAX_RETRIES) {
					logger.warn('Could not check whether the server keeps Reeve from working. The next change in it starts another check:', error);
					return;
				}
				isDue = true;
				await sleep(backoffDelay(INITIAL_BACKOFF_MS, failures - 1, Math.random), undefined, { signal }).catch(() => {});
			}
		}
	};
	const schedule = (): void => {
		isDue = true;
		working ??= work(stopped.signal).finally(() => {
			working = null;
			if (isDue && !stopped.signal.aborted) schedule();
		});
	};
	return {
		start: () => {
			if (!enabled) return;
			stopped = new AbortController();
			const unsubscribe = server.watch(schedule);
			const recheck = setInterval(() => isInTrouble && schedule(), RECHECK_MS).unref();
			stopWatching = () => {
				unsubscribe();
				clearInterval(recheck);
			};
			schedule();
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
			stopped.abort();
			await working;
		}
	};
}
