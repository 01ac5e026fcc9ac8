import { describe, expect, test } from 'vitest';
import { InFlightWork, ShuttingDownError } from '../src/lifecycle.js';

const NEVER = new Promise<never>(() => {});
const soon = { workMs: 20, repliesMs: 20 };
const patient = { workMs: 60_000, repliesMs: 60_000 };

/** Something that is done when it is told to be. */
function work() {
	let done = () => {};
	const promise = new Promise<string>((resolve) => {
		done = () => resolve('done');
	});
	return { promise, done: () => done() };
}

describe('the way down', () => {
	test('waits for what is under way, and for the answer to whoever asked', async () => {
		const underWay = new InFlightWork();
		const { promise, done } = work();
		const said: string[] = [];
		void underWay.trackReply(async () => {
			said.push(await underWay.track(() => promise));
			await new Promise(setImmediate);
			said.push('told');
		});
		const stopped = underWay.shutdown(patient);
		done();
		await stopped;
		expect(said).toEqual(['done', 'told']);
	});

	test('takes on nothing new, and says so', async () => {
		const underWay = new InFlightWork();
		await underWay.shutdown(patient);
		await expect(underWay.track(async () => 'done')).rejects.toThrow('Nothing was changed; try again in a minute.');
	});

	test('tells whoever waits for what does not end, and waits until they are answered', async () => {
		const underWay = new InFlightWork();
		const said: unknown[] = [];
		underWay.trackReply(() => underWay.track(() => NEVER)).catch((error: unknown) => underWay.trackReply(async () => said.push(error)));
		await underWay.shutdown({ workMs: 20, repliesMs: 60_000 });
		expect(said).toEqual([expect.any(ShuttingDownError)]);
		expect(said).toMatchObject([{ message: expect.stringContaining('could not finish this') }]);
	});

	test('waits for no answer that never comes', async () => {
		const underWay = new InFlightWork();
		void underWay.trackReply(() => NEVER);
		await expect(underWay.shutdown(soon)).resolves.toBeUndefined();
	});

	test('an error of the work is an error of whoever asked for it, and is waited for as well', async () => {
		const underWay = new InFlightWork();
		const failed = underWay.track(() => Promise.reject(new Error('no')));
		await expect(failed).rejects.toThrow('no');
		await underWay.shutdown(patient);
	});
});
