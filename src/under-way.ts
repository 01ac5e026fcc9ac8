/** Reeve is on its way down. */
export class StoppingError extends Error {
	public constructor() {
		super('Reeve is being restarted. Nothing was changed; try again in a minute.');
		this.name = 'StoppingError';
	}
}

/** What is being done right now, so that the way down can wait for it. */
export class UnderWay {
	private readonly works = new Set<Promise<unknown>>();
	public stopping = false;

	/** @throws {StoppingError} once the way down has begun */
	public async undertake<T>(work: () => Promise<T>): Promise<T> {
		if (this.stopping) throw new StoppingError();
		const promise = work();
		this.works.add(promise);
		try {
			return await promise;
		} finally {
			this.works.delete(promise);
		}
	}

	/** Takes on nothing new, and waits for what is under way, at most so many milliseconds. */
	public async stop(withinMs: number): Promise<void> {
		this.stopping = true;
		let timer: NodeJS.Timeout | undefined;
		const limit = new Promise((resolve) => {
			timer = setTimeout(resolve, withinMs);
		});
		await Promise.race([Promise.allSettled(this.works), limit]);
		clearTimeout(timer);
	}
}
