import { setImmediate } from 'node:timers/promises';
import { raceTimeout, settleWithin } from './async/timeout.js';

/** Thrown to callers while Reeve shuts down. */
export class ShuttingDownError extends Error {
	public constructor(message = 'Reeve is being restarted. Nothing was changed; try again in a minute.') {
		super(message);
		this.name = 'ShuttingDownError';
	}
}

/** Thrown to callers while Reeve does not run. `message`: why, for operators. */
export class NotRunningError extends Error {
	public override readonly name = 'NotRunningError';
}

const INTERRUPTED_BY_SHUTDOWN =
	'Reeve is restarting and could not finish this. It will complete or roll back what it started once it is back; check again in a minute.';

/** How long a graceful shutdown waits, in milliseconds. */
export interface ShutdownTimeouts {
	/** For work in progress. */
	readonly workMs: number;
	/** After that, for the replies to operators. */
	readonly repliesMs: number;
}

/**
 * Runs the steps of a shutdown one after the other. Never rejects: a step that fails is passed to `onFailure`, and the next one runs.
 * @param steps - may be added to meanwhile; later steps close what earlier ones use
 * @param maxMs - for all together: a step that hangs must not keep the process alive
 * @returns whether all steps ended in time
 */
export async function runShutdownSteps(
	steps: readonly (() => Promise<unknown>)[],
	maxMs: number,
	onFailure: (error: unknown) => void
): Promise<boolean> {
	const runAll = async () => {
		for (const step of [...steps]) {
			try {
				await step();
			} catch (error) {
				onFailure(error);
			}
		}
		return true;
	};
	return raceTimeout(maxMs, runAll(), false);
}

/** Tracks in-flight work and replies so that shutdown can wait for them. */
export class InFlightWork {
	/** Each with a callback that rejects its caller's promise. */
	private readonly running = new Map<Promise<unknown>, () => void>();
	private readonly replies = new Set<Promise<unknown>>();
	public shuttingDown = false;

	/** Runs work. @throws {ShuttingDownError} once shutdown has begun, and if the work is not done when it ends */
	public track<T>(work: () => Promise<T>): Promise<T> {
		if (this.shuttingDown) return Promise.reject(new ShuttingDownError());
		return new Promise<T>((resolve, reject) => {
			const promise = work();
			this.running.set(promise, () => reject(new ShuttingDownError(INTERRUPTED_BY_SHUTDOWN)));
			promise.then(resolve, reject).finally(() => this.running.delete(promise));
		});
	}

	/** Runs a reply. Unlike work, replies are still accepted during shutdown. */
	public async trackReply<T>(reply: () => Promise<T>): Promise<T> {
		const promise = reply();
		this.replies.add(promise);
		try {
			return await promise;
		} finally {
			this.replies.delete(promise);
		}
	}

	/** Refuses new work, waits for work in progress, rejects what is left, then waits for the replies. */
	public async shutdown({ workMs, repliesMs }: ShutdownTimeouts): Promise<void> {
		this.shuttingDown = true;
		await settleWithin(workMs, this.idle());
		for (const abandon of this.running.values()) abandon();
		this.running.clear();
		await settleWithin(repliesMs, this.idle());
	}

	/** Resolves when nothing is running and no reply is pending. */
	private async idle(): Promise<void> {
		do {
			await Promise.allSettled([...this.running.keys(), ...this.replies]);
			// Error listeners reply on a later tick.
			await setImmediate();
		} while (this.running.size + this.replies.size > 0);
	}
}
