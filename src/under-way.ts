import { setImmediate } from 'node:timers/promises';

/** Reeve is on its way down. */
export class StoppingError extends Error {
	public constructor(message = 'Reeve is being restarted. Nothing was changed; try again in a minute.') {
		super(message);
		this.name = 'StoppingError';
	}
}

/** To whoever waits for what did not become ready in time. */
const CUT_SHORT =
	'Reeve is being restarted, and could not finish this. As soon as it is back, it settles what was begun: look in a minute, and ask again if you need to.';

/** How long the way down waits, in milliseconds. */
export interface StopWithin {
	/** For what is under way. */
	readonly work: number;
	/** After that, for the last words to those who asked. */
	readonly words: number;
}

/** What is being done right now, and who is being answered, so that the way down can wait for it. */
export class UnderWay {
	/** Each with what tells whoever waits for it that it is given up. */
	private readonly works = new Map<Promise<unknown>, () => void>();
	private readonly answers = new Set<Promise<unknown>>();
	public stopping = false;

	/** @throws {StoppingError} once the way down has begun, and if the work is not done by its end */
	public undertake<T>(work: () => Promise<T>): Promise<T> {
		if (this.stopping) return Promise.reject(new StoppingError());
		return new Promise<T>((resolve, reject) => {
			const promise = work();
			this.works.set(promise, () => reject(new StoppingError(CUT_SHORT)));
			promise.then(resolve, reject).finally(() => this.works.delete(promise));
		});
	}

	/** Somebody is being answered, whatever else that takes: the way down waits until they have heard what there is to say. */
	public async attend<T>(answer: () => Promise<T>): Promise<T> {
		const promise = answer();
		this.answers.add(promise);
		try {
			return await promise;
		} finally {
			this.answers.delete(promise);
		}
	}

	/** Takes on nothing new, waits for what is under way, and tells those who wait for the rest that it is given up. */
	public async stop({ work, words }: StopWithin): Promise<void> {
		this.stopping = true;
		await within(work, this.quiet());
		for (const giveUp of this.works.values()) giveUp();
		this.works.clear();
		await within(words, this.quiet());
	}

	/** Resolves when nothing is being done and nobody is being answered. */
	private async quiet(): Promise<void> {
		do {
			await Promise.allSettled([...this.works.keys(), ...this.answers]);
			// An error is answered by somebody else than whoever met it.
			await setImmediate();
		} while (this.works.size + this.answers.size > 0);
	}
}

/** Waits for something, at most so many milliseconds; what becomes of it after that is nobody's concern. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const limit = new Promise((resolve) => {
		timer = setTimeout(resolve, ms);
	});
	try {
		await Promise.race([work, limit]);
	} finally {
		clearTimeout(timer);
	}
}
