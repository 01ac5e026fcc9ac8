/** Resolves like `promise`, or to `fallback` after `ms`. Rejects if `promise` rejects in time; a later rejection is ignored. */
export async function raceTimeout<Value, Fallback>(ms: number, promise: Promise<Value>, fallback: Fallback): Promise<Value | Fallback> {
	let timer: NodeJS.Timeout | undefined;
	const timeout = new Promise<Fallback>((resolve) => {
		timer = setTimeout(() => resolve(fallback), ms);
	});
	try {
		return await Promise.race([promise, timeout]);
	} finally {
		clearTimeout(timer);
	}
}

/** Resolves or rejects like `work`, or rejects with the error of `onExpiry` after `ms`. A later outcome is ignored. */
export async function withDeadline<Value>(ms: number, work: Promise<Value>, onExpiry: () => Error): Promise<Value> {
	let timer: NodeJS.Timeout | undefined;
	const deadline = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(onExpiry()), ms);
	});
	try {
		return await Promise.race([work, deadline]);
	} finally {
		clearTimeout(timer);
	}
}

/** Waits until `promise` settles, but at most `ms`. Rejects if it rejects in time; a later outcome is ignored. */
export async function settleWithin(ms: number, promise: Promise<unknown>): Promise<void> {
	await raceTimeout(ms, promise, undefined);
}
