import { describe, expect, it } from 'vitest';
import { forEachConcurrent, settleAll } from '../../src/async/concurrency.js';

/** Work that ends when the test says so. */
function controlledWork() {
	const started: number[] = [];
	const ends = new Map<number, { readonly resolve: () => void; readonly reject: (error: Error) => void }>();
	const work = (item: number) => {
		started.push(item);
		return new Promise<void>((resolve, reject) => {
			ends.set(item, { resolve, reject });
		});
	};
	return {
		started,
		work,
		end: (item: number) => ends.get(item)?.resolve(),
		fail: (item: number, error: Error) => ends.get(item)?.reject(error)
	};
}

/** Lets every promise that can settle do so. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('forEachConcurrent', () => {
	it('calls work once for each item, with its index', async () => {
		const calls: [string, number][] = [];
		await forEachConcurrent(new Set(['a', 'b', 'c']), async (item, index) => void calls.push([item, index]), { concurrency: 2 });
		expect(calls).toEqual([
			['a', 0],
			['b', 1],
			['c', 2]
		]);
	});

	it('resolves without items', async () => {
		await expect(forEachConcurrent([], () => Promise.reject(new Error('no')))).resolves.toBeUndefined();
	});

	it('keeps `concurrency` items in flight and starts them in their order', async () => {
		const { started, work, end } = controlledWork();
		const all = forEachConcurrent([1, 2, 3, 4], work, { concurrency: 2 });
		await settled();
		expect(started).toEqual([1, 2]);
		end(2);
		await settled();
		expect(started).toEqual([1, 2, 3]);
		end(1);
		end(3);
		await settled();
		expect(started).toEqual([1, 2, 3, 4]);
		end(4);
		await all;
	});

	it('keeps 8 items in flight by default', async () => {
		const { started, work, end } = controlledWork();
		const items = Array.from({ length: 10 }, (_, index) => index);
		const all = forEachConcurrent(items, work);
		await settled();
		expect(started).toHaveLength(8);
		for (const item of started) end(item);
		await settled();
		for (const item of started) end(item);
		await all;
		expect(started).toEqual(items);
	});

	it('starts nothing after a failure, and rejects once the work in flight has ended', async () => {
		const { started, work, end, fail } = controlledWork();
		let rejection: unknown = null;
		const all = forEachConcurrent([1, 2, 3, 4], work, { concurrency: 2 }).catch((error: unknown) => {
			rejection = error;
		});
		await settled();
		fail(1, new Error('failed'));
		await settled();
		expect(rejection).toBeNull();
		end(2);
		await all;
		expect(rejection).toEqual(new Error('failed'));
		expect(started).toEqual([1, 2]);
	});

	it('starts nothing after shouldContinue returns false, and resolves once the work in flight has ended', async () => {
		const { started, work, end } = controlledWork();
		let shouldContinue = true;
		let resolved = false;
		const all = forEachConcurrent([1, 2, 3, 4], work, { concurrency: 2, shouldContinue: async () => shouldContinue }).then(() => {
			resolved = true;
		});
		await settled();
		shouldContinue = false;
		end(1);
		await settled();
		expect(resolved).toBe(false);
		end(2);
		await all;
		expect(started).toEqual([1, 2]);
	});

	it('rejects when shouldContinue fails, without starting anything', async () => {
		const { started, work } = controlledWork();
		const shouldContinue = () => Promise.reject(new Error('lease lost'));
		await expect(forEachConcurrent([1, 2], work, { shouldContinue })).rejects.toThrow('lease lost');
		expect(started).toEqual([]);
	});
});

describe('settleAll', () => {
	it('resolves to the values in their order', async () => {
		await expect(settleAll([Promise.resolve(1), Promise.resolve('two')])).resolves.toEqual([1, 'two']);
	});

	it('rejects only after every promise has settled', async () => {
		let finish = () => {};
		const slow = new Promise<void>((resolve) => {
			finish = resolve;
		});
		let rejection: unknown = null;
		const all = settleAll([Promise.reject(new Error('failed')), slow]).catch((error: unknown) => {
			rejection = error;
		});
		await settled();
		expect(rejection).toBeNull();
		finish();
		await all;
		expect(rejection).toEqual(new Error('failed'));
	});
});
