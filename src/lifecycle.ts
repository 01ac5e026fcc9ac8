import { setImmediate } from 'node:timers/promises';
import { settleWithin } from './async/timeout.js';

/** Reeve is on its way down. */
export class ShuttingDownError extends Error {
	public constructor(message = 'Reeve is being restarted. Nothing was changed; try again in a minute.') {
		super(message);
		this.name = 'StoppingError';
	}
}

/** To whoever waits for what did not become ready in time. */
const INTERRUPTED_BY_SHUTDOWN =
	'Reeve is being restarted, and could not finish this. As soon as it is back, it settles what was begun: look in a minute, and ask again if you need to.';

/** How long the way down waits, in milliseconds. */
export interface ShutdownTimeouts {
	/** For what is under way. */
	readonly workMs: number;
	/** After that, for the last words to those who asked. */
	readonly repliesMs: number;
}

/** What is being done right now, and who is being answered, so that the way down can wait for it. */
export class InFlightWork {
	/** Each with what tells whoever waits for it that it is given up. */
	private readonly running = new Map<Promise<unknown>, () => void>();
	private readonly replies = new Set<Promise<unknown>>();
	public shuttingDown = false;

	/** @throws {ShuttingDownError} once the way down has begun, and if the work is not done by its end */
	public track<T>(work: () => Promise<T>): Promise<T> {
		if (this.shuttingDown) return Promise.reject(new ShuttingDownError());
		return new Promise<T>((resolve, reject) => {
			const promise = work();
			this.running.set(promise, () => reject(new ShuttingDownError(INTERRUPTED_BY_SHUTDOWN)));
			promise.then(resolve, reject).finally(() => this.running.delete(promise));
		});
	}

	/** Somebody is being answered, whatever else that takes: the way down waits until they have heard what there is to say. */
	public async trackReply<T>(answer: () => Promise<T>): Promise<T> {
		const promise = answer();
		this.replies.add(promise);
		try {
			return await promise;
		} finally {
			this.replies.delete(promise);
		}
	}

	/** Takes on nothing new, waits for what is under way, and tells those who wait for the rest that it is given up. */
	public async shutdown({ workMs, repliesMs }: ShutdownTimeouts): Promise<void> {
		this.shuttingDown = true;
		await settleWithin(workMs, this.idle());
		for (const giveUp of this.running.values()) giveUp();
		this.running.clear();
		await settleWithin(repliesMs, this.idle());
	}

	/** Resolves when nothing is being done and nobody is being answered. */
	private async idle(): Promise<void> {
		do {
			await Promise.allSettled([...this.running.keys(), ...this.replies]);
			// An error is answered by somebody else than whoever met it.
			await setImmediate();
		} while (this.running.size + this.replies.size > 0);
	}
}
