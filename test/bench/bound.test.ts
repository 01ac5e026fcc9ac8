import { describe, expect, it } from 'vitest';
import { bucketBound, readingBound, scaled } from '../../bench/lib/bound.js';

describe('readingBound', () => {
	const at = (requestMs: number, isFirst = true) => ({ perSecond: 20, requestMs, isFirst });

	it('follows the rate limit when there are many pages', () => {
		expect(readingBound(1_000_000, at(400))).toEqual({ requests: 10_000, ms: 500_000 });
		expect(readingBound(10_001, at(100))).toEqual({ requests: 101, ms: 5_050 });
	});

	it('follows the chain of dependent requests when there are few pages', () => {
		expect(readingBound(100, at(400))).toEqual({ requests: 1, ms: 1_200 });
		expect(readingBound(101, at(400))).toEqual({ requests: 2, ms: 1_600 });
		expect(readingBound(101, at(400, false))).toEqual({ requests: 2, ms: 1_200 });
	});

	it('counts the one page of an empty list', () => {
		expect(readingBound(0, at(0))).toEqual({ requests: 1, ms: 50 });
	});
});

describe('bucketBound', () => {
	it.each([
		[0, 0],
		[10, 0],
		[11, 5_000],
		[20, 5_000],
		[21, 10_000]
	])('bounds %d requests by %d ms', (requests, ms) => {
		expect(bucketBound(requests, { limit: 10, seconds: 5 })).toBe(ms);
	});
});

it('scaled scales a time linearly with the size', () => {
	expect(scaled(500, 50, 5_000)).toBe(50_000);
});
