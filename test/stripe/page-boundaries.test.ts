import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CreationTimes, PageBoundaries } from '../../src/stripe/lists/page-boundaries.js';

const PAGE = 100;
const epoch = fc.integer({ min: 1_600_000_000, max: 1_600_002_000 });

function boundariesOf(created: readonly number[]): PageBoundaries {
	const times = new CreationTimes();
	for (const each of created) times.add(each);
	return times.pageBoundaries();
}

/** Newest first. */
const timesOf = (boundaries: PageBoundaries) =>
	boundaries.pick(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);

test('CreationTimes: every part is smaller than a page, unless all its objects were created in the same second', () => {
	fc.assert(
		fc.property(fc.array(epoch, { maxLength: 3_000 }), (created) => {
			const ends = [Number.POSITIVE_INFINITY, ...timesOf(boundariesOf(created)), Number.NEGATIVE_INFINITY];
			const parts = ends.slice(1).map((lower, index) => created.filter((each) => each > lower && each <= (ends[index] as number)));
			expect(parts.reduce((sum, part) => sum + part.length, 0)).toBe(created.length);
			for (const part of parts) expect(part.length < PAGE || new Set(part).size === 1).toBe(true);
		})
	);
});

test('CreationTimes: newer objects do not shift the boundaries', () => {
	fc.assert(
		fc.property(fc.array(epoch, { maxLength: 1_000 }), fc.array(epoch, { maxLength: 500 }), (before, meanwhile) => {
			const later = meanwhile.map((each) => each + 10_000);
			expect(timesOf(boundariesOf([...before, ...later])).slice(-timesOf(boundariesOf(before)).length || Infinity)).toEqual(
				timesOf(boundariesOf(before))
			);
		})
	);
});

test('PageBoundaries: picks up to the requested number, evenly spaced', () => {
	const boundaries = new PageBoundaries([90, 80, 70, 60, 50, 40, 30, 20, 10]);
	expect(boundaries.pick(Number.POSITIVE_INFINITY, 0, 1)).toEqual([50]);
	expect(boundaries.pick(Number.POSITIVE_INFINITY, 0, 4)).toEqual([80, 60, 40, 20]);
	expect(boundaries.pick(90, 60, 9)).toEqual([80, 70]);
	expect(boundaries.countBetween(90, 60)).toBe(2);
	expect(boundaries.countBetween(60, 60)).toBe(0);
	expect(boundaries.countBetween(5, Number.NEGATIVE_INFINITY)).toBe(0);
	expect(new PageBoundaries([]).newest).toBe(Number.NEGATIVE_INFINITY);
});
