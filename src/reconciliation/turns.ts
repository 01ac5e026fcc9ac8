import { setImmediate } from 'node:timers/promises';
import type { InPortions } from './portions.js';

/** Does work with a turn of the event loop after every portion: a command that comes meanwhile waits for a portion, not for the whole. */
export async function inTurns<Result>(work: InPortions<Result>): Promise<Result> {
	for (;;) {
		const { done, value } = work.next();
		if (done) return value;
		await setImmediate();
	}
}
