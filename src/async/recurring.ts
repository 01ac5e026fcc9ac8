/** Work that is done again and again, one at a time. */
export interface Recurring {
	/** Does the work in `ms`, or sooner if it is scheduled sooner. While it is being done: again after it. */
	wake(ms?: number): void;
	/** Does it no more, and waits for what is in progress. */
	stop(): Promise<void>;
}

/** Longer delays overflow Node's timers. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/**
 * @param work - must not reject. Resolves to the milliseconds until it is to be done again; null: not until {@link Recurring.wake}
 */
export function createRecurring(work: () => Promise<number | null>): Recurring {
	let timer: NodeJS.Timeout | undefined;
	let dueAt = Number.POSITIVE_INFINITY;
	let running: Promise<void> | null = null;
	let stopped = false;
	const start = () => {
		dueAt = Number.POSITIVE_INFINITY;
		running = work().then((ms) => {
			running = null;
			if (ms !== null) wake(ms);
			else setTimer();
		});
	};
	const setTimer = () => {
		clearTimeout(timer);
		if (stopped || running !== null || dueAt === Number.POSITIVE_INFINITY) return;
		timer = setTimeout(start, Math.min(MAX_DELAY_MS, Math.max(0, dueAt - performance.now())));
		timer.unref();
	};
	const wake = (ms = 0) => {
		dueAt = Math.min(dueAt, performance.now() + ms);
		setTimer();
	};
	return {
		wake,
		stop: async () => {
			stopped = true;
			clearTimeout(timer);
			await running;
		}
	};
}
