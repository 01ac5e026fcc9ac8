import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SourceError } from '../../src/reconciliation/domain/ports.js';
import type { PageBoundaryCache } from '../../src/stripe/lists/page-boundaries.js';
import { NOW_SECONDS, newestFirst, type PageQuery, type Reading, readSimulated, serveList, type Thing } from './simulated-list.js';

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

const DAY = 86_400;
/** Ranges of a first reading that are empty when every object is older than the initial splits. */
const EMPTY_RANGES = 3;

/** @param ageSeconds - age of each object, by its share (0 to 1) of the list and its index */
function listOf(count: number, ageSeconds: (share: number, index: number) => number): Thing[] {
	return newestFirst(
		Array.from({ length: count }, (_, index) => ({
			id: `thing_${String(index).padStart(7, '0')}`,
			created: NOW_SECONDS - Math.floor(ageSeconds(index / count, index))
		}))
	);
}

/** Ways in which a community may have grown. */
const HISTORIES: readonly [string, (share: number, index: number) => number][] = [
	['grew evenly until four months ago', (share) => (120 + 780 * share) * DAY],
	['grew within two months', (share) => 60 * share * DAY],
	['grew faster and faster', (share) => 1_500 * DAY * (1 - Math.sqrt(1 - share))],
	['grew slower and slower', (share) => 1_500 * DAY * Math.sqrt(share)],
	['ended years ago', (share) => (2_000 + 1_000 * share) * DAY],
	['was imported a year ago at 20 objects a second', (_, index) => 365 * DAY + index / 20]
];

describe.each(HISTORIES)('readParallelList, a list that %s', (_, age) => {
	test.each([0, 1, 100, 101, 1_000, 10_000])(
		'reads each of %i objects once, with at most 10 % + 15 more requests than pages',
		async (count) => {
			const list = listOf(count, age);
			for (const latencyMs of [0, 50, 400]) {
				const { items, requests } = await readSimulated(serveList(list), { latencyMs });
				expect(newestFirst(items)).toEqual(list);
				expect(requests).toBeLessThanOrEqual(Math.ceil(count / 100) * 1.1 + 15);
			}
		}
	);

	test('takes at most 30 % longer than the rate limit requires', async () => {
		const list = listOf(30_000, age);
		for (const latencyMs of [50, 200, 400]) {
			const { ms } = await readSimulated(serveList(list), { latencyMs });
			expect(ms).toBeLessThanOrEqual(1.3 * (list.length / 100 / 20) * 1_000);
		}
	});
});

test('readParallelList hardly splits when responses are fast enough to fill the rate limit one by one', async () => {
	const list = listOf(5_000, (share) => 300 * share * DAY);
	const { requests } = await readSimulated(serveList(list), { latencyMs: 1 });
	expect(requests).toBeLessThanOrEqual(50 * 1.1 + 5);
});

test('readParallelList sends exactly one request per page, all at once, when the page boundaries are cached', async () => {
	for (const [, age] of HISTORIES.slice(0, -1)) {
		const list = listOf(1_800, age);
		const cache: PageBoundaryCache = { boundaries: null };
		await readSimulated(serveList(list), { latencyMs: 400, cache });
		const newer = Array.from({ length: 70 }, (_, index) => ({ id: `thing_new${index}`, created: NOW_SECONDS - 10 * index }));
		const { items, requests, ms } = await readSimulated(serveList(newestFirst([...newer, ...list])), { latencyMs: 400, cache });
		expect(items).toHaveLength(1_870);
		expect(requests).toBe(19);
		expect(ms).toBe(400);
	}
});

test('readParallelList reads a list completely when the cached boundaries are outdated', async () => {
	const list = listOf(1_000, (share) => (10 + 300 * share) * DAY);
	const cache: PageBoundaryCache = { boundaries: null };
	for (const now of [
		list,
		newestFirst([...list, ...listOf(3_000, (share) => 9 * share * DAY).map(({ id, created }) => ({ id: `new_${id}`, created }))]),
		[]
	]) {
		const { items } = await readSimulated(serveList(now), { latencyMs: 200, cache });
		expect(newestFirst(items)).toEqual(now);
	}
});

test('readParallelList reads objects created in the same second page by page', async () => {
	const list = listOf(2_000, () => 300 * DAY);
	const { items, requests } = await readSimulated(serveList(list), { latencyMs: 400 });
	expect(newestFirst(items)).toEqual(list);
	expect(requests).toBe(20 + EMPTY_RANGES);
});

test('readParallelList reads each object once for any creation times and latencies', async () => {
	const age = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 3_000 * DAY }), fc.constant(100 * DAY));
	await fc.assert(
		fc.asyncProperty(
			fc.array(age, { maxLength: 900 }),
			fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1 }),
			fc.integer({ min: 1, max: 20 }),
			async (ages, latencies, perSecond) => {
				const list = listOf(ages.length, (_, index) => ages[index] ?? 0);
				let asked = 0;
				const latencyMs = () => latencies[asked++ % latencies.length] ?? 0;
				const cache: PageBoundaryCache = { boundaries: null };
				const { items } = await readSimulated(serveList(list), { latencyMs, perSecond, cache });
				expect(newestFirst(items)).toEqual(list);
				const later = newestFirst([...list, { id: 'thing_new', created: NOW_SECONDS }]);
				const again = await readSimulated(serveList(later), { latencyMs, perSecond, cache });
				expect(newestFirst(again.items)).toEqual(later);
			}
		),
		{ numRuns: 200 }
	);
}, 60_000);

describe('readParallelList, a list that does not end', () => {
	/** Every page is full and has more; its objects get older by `ageSeconds` each. */
	const madeUp = (ageSeconds: number) => {
		let made = 0;
		return ({ limit, created, starting_after: after }: PageQuery) => {
			const newest = after === undefined ? (created?.lte ?? NOW_SECONDS) : Number(after.split('_')[2]);
			const data = Array.from({ length: limit }, (_, index) => {
				const at = newest - Math.ceil((index + 1) * ageSeconds);
				made += 1;
				return { id: `made_${made}_${at}`, created: at };
			});
			return { object: 'list' as const, data, has_more: true, url: '/v1/things' };
		};
	};

	test('stops after a number of pages when its objects get older and older', async () => {
		await expect(readSimulated(madeUp(1), { latencyMs: 50, maxPages: 300 })).rejects.toThrow('does not end');
	});

	test('stops when its objects stay in the same second', async () => {
		let requests = 0;
		const page = madeUp(0);
		const counted = (query: PageQuery) => {
			requests += 1;
			return page(query);
		};
		await expect(readSimulated(counted, { latencyMs: 50 })).rejects.toThrow('does not end');
		expect(requests).toBeLessThan(1_000);
	});
});

describe('readParallelList, incomplete lists', () => {
	const list = listOf(1_500, (share) => (30 + 700 * share) * DAY);
	const oldestId = list.at(-1)?.id ?? '';

	/** Falsifies one response, or all from it on, for every position; expects that none goes unnoticed. */
	async function expectRejected(falsify: (page: ReturnType<ReturnType<typeof serveList>>, query: PageQuery) => object, reason: RegExp) {
		const serve = serveList(list);
		let rejections = 0;
		for (const [lasting, known] of [false, true].flatMap((lasting) => [false, true].map((known) => [lasting, known] as const))) {
			for (let at = 0; ; at++) {
				const cache: PageBoundaryCache = { boundaries: null };
				if (known) await readSimulated(serve, { latencyMs: 300, cache });
				let asked = -1;
				let falsified = false;
				const reading = readSimulated(
					(page) => {
						asked += 1;
						const honest = serve(page);
						if (asked < at || (asked > at && !lasting)) return honest;
						const lie = falsify(honest, page);
						falsified ||= lie !== honest;
						return { ...honest, ...lie };
					},
					{ latencyMs: 300, cache }
				);
				const result = await reading.catch((error: unknown) => error);
				if (asked < at) break;
				// Missing at the old end: the caller notices, as it requests what is older than the oldest.
				const missesOldest = 'oldest' in (result as object) && !(result as Reading).oldest?.ids.has(oldestId);
				// Another range has read the missing objects as well.
				const complete = 'items' in (result as object) && (result as Reading).items.length === list.length;
				if (!falsified || missesOldest || complete) continue;
				expect(result).toBeInstanceOf(SourceError);
				expect((result as SourceError).message).toMatch(reason);
				rejections += 1;
			}
		}
		expect(rejections).toBeGreaterThan(20);
	}

	test('rejects a truncated page that says it is the last, at any position', async () => {
		await expectRejected((page) => ({ data: page.data.slice(0, page.data.length >> 1), has_more: false }), /was said to be complete/);
	});

	test('rejects a page that repeats the previous one', async () => {
		const before = new Map<string, Thing[]>();
		await expectRejected((page, { starting_after: after }) => {
			const last = page.data.at(-1);
			if (last !== undefined) before.set(last.id, page.data);
			return after === undefined ? page : { data: before.get(after) ?? page.data, has_more: true };
		}, /repeated thing_|out of order/);
	});

	test('rejects a page out of order', async () => {
		await expectRejected((page) => (page.data.length < 2 ? page : { data: page.data.toReversed() }), /out of order/);
	});

	test('rejects an empty page with has_more', async () => {
		await expectRejected(() => ({ data: [], has_more: true }), /a page was empty/);
	});

	test('rejects a response that is not a list', async () => {
		await expectRejected(() => ({ data: null }), /not a list/);
	});
});
