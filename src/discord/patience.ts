import { setTimeout as sleep } from 'node:timers/promises';
import { DefaultRestOptions, type RESTOptions } from 'discord.js';

/**
 * discord.js repeats a request that Discord could not answer (5xx, no answer, a lost connection) at once, which is when it is
 * least likely to succeed. This puts a pause before each repetition.
 */

/** Repetitions of one request, as discord.js counts them. */
export const RETRIES = 4;

const FIRST_PAUSE_MS = 300;

/** Time and chance, so that tests can hold them still. */
interface Pauses {
	readonly pause: (ms: number) => Promise<unknown>;
	/** From 0 up to 1. */
	readonly random: () => number;
}

/**
 * Makes requests as `request` does; after a failure, the answer is held back for a while that doubles each time. Half of it is
 * chance, so that requests that failed together do not come back together.
 */
export function createPatientRequest(
	request: RESTOptions['makeRequest'] = DefaultRestOptions.makeRequest,
	{ pause, random }: Pauses = { pause: sleep, random: Math.random }
): RESTOptions['makeRequest'] {
	/** Request → how often it has failed in a row. */
	const failures = new Map<string, number>();
	const failed = async (name: string) => {
		const before = failures.get(name) ?? 0;
		// Nobody repeats it after the last time.
		if (before === RETRIES) failures.delete(name);
		else {
			failures.set(name, before + 1);
			await pause(FIRST_PAUSE_MS * 2 ** before * (0.5 + random() / 2));
		}
	};
	return async (url, init) => {
		const name = `${init.method} ${url}`;
		try {
			const answer = await request(url, init);
			if (answer.status >= 500) await failed(name);
			else failures.delete(name);
			return answer;
		} catch (error) {
			await failed(name);
			throw error;
		}
	};
}
