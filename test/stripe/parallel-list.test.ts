import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SourceError } from '../../src/reconciliation/domain/ports.js';
import type { PageBoundaryCache } from '../../src/stripe/lists/page-boundaries.js';
import { type Asked, answerFrom, inOrder, NOW_SECONDS, type Reading, readSimulated, type Thing } from './simulated-list.js';

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

const DAY = 86_400;
/** Where a first reading cuts, and finds nothing newer than the oldest of these moments. */
const VAIN_CUTS = 3;

/** So many things, each so old. */
function listOf(count: number, ageSeconds: (share: number, index: number) => number): Thing[] {
	return inOrder(
		Array.from({ length: count }, (_, index) => ({
			id: `thing_${String(index).padStart(7, '0')}`,
			created: NOW_SECONDS - Math.floor(ageSeconds(index / count, index))
		}))
	);
}

/** How communities come about. */
const HISTORIES: readonly [string, (share: number, index: number) => number][] = [
	['evenly, until four months ago', (share) => (120 + 780 * share) * DAY],
	['in two months', (share) => 60 * share * DAY],
	['ever faster', (share) => 1_500 * DAY * (1 - Math.sqrt(1 - share))],
	['slower and slower', (share) => 1_500 * DAY * Math.sqrt(share)],
	['long ago', (share) => (2_000 + 1_000 * share) * DAY],
	['by an import of twenty a second, a year ago', (_, index) => 365 * DAY + index / 20]
];

const READ_WHOLE = 'every object, once';

describe.each(HISTORIES)('a list that came about %s', (_, age) => {
	test.each([0, 1, 100, 101, 1_000, 10_000])(`of %i gives ${READ_WHOLE}, for few more requests than it has pages`, async (count) => {
		const list = listOf(count, age);
		for (const latencyMs of [0, 50, 400]) {
			const { items, requests } = await readSimulated(answerFrom(list), { latencyMs });
			expect(inOrder(items)).toEqual(list);
			expect(requests).toBeLessThanOrEqual(Math.ceil(count / 100) * 1.1 + 15);
		}
	});

	test('takes little longer than its requests at the pace', async () => {
		const list = listOf(30_000, age);
		for (const latencyMs of [50, 200, 400]) {
			const { ms } = await readSimulated(answerFrom(list), { latencyMs });
			expect(ms).toBeLessThanOrEqual(1.3 * (list.length / 100 / 20) * 1_000);
		}
	});
});

test('where an answer is quick, one page after another keeps the pace: little is cut', async () => {
	const list = listOf(5_000, (share) => 300 * share * DAY);
	const { requests } = await readSimulated(answerFrom(list), { latencyMs: 1 });
	expect(requests).toBeLessThanOrEqual(50 * 1.1 + 5);
});

test('from the second time on it is known how the pages begin: no request is in vain, and those that may are made at once', async () => {
	for (const [, age] of HISTORIES.slice(0, -1)) {
		const list = listOf(1_800, age);
		const memory: PageBoundaryCache = { boundaries: null };
		await readSimulated(answerFrom(list), { latencyMs: 400, memory });
		const newer = Array.from({ length: 70 }, (_, index) => ({ id: `thing_new${index}`, created: NOW_SECONDS - 10 * index }));
		const { items, requests, ms } = await readSimulated(answerFrom(inOrder([...newer, ...list])), { latencyMs: 400, memory });
		expect(items).toHaveLength(1_870);
		expect(requests).toBe(19);
		expect(ms).toBe(400);
	}
});

test('what is remembered may be wrong by now: many are new, or all are gone, and what is there is read whole', async () => {
	const list = listOf(1_000, (share) => (10 + 300 * share) * DAY);
	const memory: PageBoundaryCache = { boundaries: null };
	for (const now of [
		list,
		inOrder([...list, ...listOf(3_000, (share) => 9 * share * DAY).map(({ id, created }) => ({ id: `new_${id}`, created }))]),
		[]
	]) {
		const { items } = await readSimulated(answerFrom(now), { latencyMs: 200, memory });
		expect(inOrder(items)).toEqual(now);
	}
});

test('objects that all came about in one second are read one page after another', async () => {
	const list = listOf(2_000, () => 300 * DAY);
	const { items, requests } = await readSimulated(answerFrom(list), { latencyMs: 400 });
	expect(inOrder(items)).toEqual(list);
	expect(requests).toBe(20 + VAIN_CUTS);
});

test(`whatever the history, and however long answers take: ${READ_WHOLE}`, async () => {
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
				const memory: PageBoundaryCache = { boundaries: null };
				const { items } = await readSimulated(answerFrom(list), { latencyMs, perSecond, memory });
				expect(inOrder(items)).toEqual(list);
				const later = inOrder([...list, { id: 'thing_new', created: NOW_SECONDS }]);
				const again = await readSimulated(answerFrom(later), { latencyMs, perSecond, memory });
				expect(inOrder(again.items)).toEqual(later);
			}
		),
		{ numRuns: 200 }
	);
}, 60_000);

describe('half a list is refused:', () => {
	const list = listOf(1_500, (share) => (30 + 700 * share) * DAY);
	const oldestId = list.at(-1)?.id ?? '';

	/** Falsifies one answer, or all from then on. @returns whether there was such an answer */
	async function expectRefused(falsify: (page: ReturnType<ReturnType<typeof answerFrom>>, asked: Asked) => object, why: RegExp) {
		const answer = answerFrom(list);
		let refused = 0;
		for (const [lasting, known] of [false, true].flatMap((lasting) => [false, true].map((known) => [lasting, known] as const))) {
			for (let at = 0; ; at++) {
				const memory: PageBoundaryCache = { boundaries: null };
				if (known) await readSimulated(answer, { latencyMs: 300, memory });
				let asked = -1;
				let falsified = false;
				const reading = readSimulated(
					(page) => {
						asked += 1;
						const honest = answer(page);
						if (asked < at || (asked > at && !lasting)) return honest;
						const lie = falsify(honest, page);
						falsified ||= lie !== honest;
						return { ...honest, ...lie };
					},
					{ latencyMs: 300, memory }
				);
				const result = await reading.catch((error: unknown) => error);
				if (asked < at) break;
				// What is missing at the old end is for the caller to see, who asks for what is older than the oldest.
				const short = 'oldest' in (result as object) && !(result as Reading).oldest?.ids.has(oldestId);
				// Of what another slice has read as well, nothing is lost.
				const whole = 'items' in (result as object) && (result as Reading).items.length === list.length;
				if (!falsified || short || whole) continue;
				expect(result).toBeInstanceOf(SourceError);
				expect((result as SourceError).message).toMatch(why);
				refused += 1;
			}
		}
		expect(refused).toBeGreaterThan(20);
	}

	test('a page that is cut short and said to be the last, wherever it is', async () => {
		await expectRefused((page) => ({ data: page.data.slice(0, page.data.length >> 1), has_more: false }), /was said to be whole/);
	});

	test('a page that repeats the one before', async () => {
		const before = new Map<string, Thing[]>();
		await expectRefused((page, { starting_after: after }) => {
			const last = page.data.at(-1);
			if (last !== undefined) before.set(last.id, page.data);
			return after === undefined ? page : { data: before.get(after) ?? page.data, has_more: true };
		}, /repeated thing_|out of order/);
	});

	test('a page out of order', async () => {
		await expectRefused((page) => (page.data.length < 2 ? page : { data: page.data.toReversed() }), /out of order/);
	});

	test('an empty page that promises more', async () => {
		await expectRefused(() => ({ data: [], has_more: true }), /a page was empty/);
	});

	test('what is no list', async () => {
		await expectRefused(() => ({ data: null }), /no list/);
	});
});
