import { describe, expect, test } from 'vitest';
import { StoppingError, UnderWay, within } from '../src/under-way.js';

const NEVER = new Promise<never>(() => {});
const soon = { work: 20, words: 20 };
const patient = { work: 60_000, words: 60_000 };

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
		const underWay = new UnderWay();
		const { promise, done } = work();
		const said: string[] = [];
		void underWay.attend(async () => {
			said.push(await underWay.undertake(() => promise));
			await new Promise(setImmediate);
			said.push('told');
		});
		const stopped = underWay.stop(patient);
		done();
		await stopped;
		expect(said).toEqual(['done', 'told']);
	});

	test('takes on nothing new, and says so', async () => {
		const underWay = new UnderWay();
		await underWay.stop(patient);
		await expect(underWay.undertake(async () => 'done')).rejects.toThrow('Nothing was changed; try again in a minute.');
	});

	test('tells whoever waits for what does not end, and waits until they are answered', async () => {
		const underWay = new UnderWay();
		const said: unknown[] = [];
		underWay.attend(() => underWay.undertake(() => NEVER)).catch((error: unknown) => underWay.attend(async () => said.push(error)));
		await underWay.stop({ work: 20, words: 60_000 });
		expect(said).toEqual([expect.any(StoppingError)]);
		expect(said).toMatchObject([{ message: expect.stringContaining('could not finish this') }]);
	});

	test('waits for no answer that never comes', async () => {
		const underWay = new UnderWay();
		void underWay.attend(() => NEVER);
		await expect(underWay.stop(soon)).resolves.toBeUndefined();
	});

	test('an error of the work is an error of whoever asked for it, and is waited for as well', async () => {
		const underWay = new UnderWay();
		const failed = underWay.undertake(() => Promise.reject(new Error('no')));
		await expect(failed).rejects.toThrow('no');
		await underWay.stop(patient);
	});
});

describe('what is closed on the way down', () => {
	test('is not waited for for ever', async () => {
		await expect(within(20, NEVER)).resolves.toBeUndefined();
	});

	test('is waited for, and its error is heard', async () => {
		const { promise, done } = work();
		const closed = within(60_000, promise);
		done();
		await closed;
		await expect(within(60_000, Promise.reject(new Error('no')))).rejects.toThrow('no');
	});
});
