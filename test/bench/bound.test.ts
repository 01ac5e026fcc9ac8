import { describe, expect, it } from 'vitest';
import { bucketBound, readingBound, scaled } from '../../bench/lib/bound.js';

describe('the bound of reading Stripe', () => {
	const at = (requestMs: number, isFirst = true) => ({ perSecond: 20, requestMs, isFirst });

	it('is the rate where there are many pages', () => {
		expect(readingBound(1_000_000, at(400))).toEqual({ requests: 10_000, ms: 500_000 });
		expect(readingBound(10_001, at(100))).toEqual({ requests: 101, ms: 5_050 });
	});

	it('is what rests on each other where there are few', () => {
		expect(readingBound(100, at(400))).toEqual({ requests: 1, ms: 1_200 });
		expect(readingBound(101, at(400))).toEqual({ requests: 2, ms: 1_600 });
		expect(readingBound(101, at(400, false))).toEqual({ requests: 2, ms: 1_200 });
	});

	it('counts the page that says that there is nothing', () => {
		expect(readingBound(0, at(0))).toEqual({ requests: 1, ms: 50 });
	});
});

describe('the bound of a bucket', () => {
	it.each([
		[0, 0],
		[10, 0],
		[11, 5_000],
		[20, 5_000],
		[21, 10_000]
	])('for %d requests is %d ms', (requests, ms) => {
		expect(bucketBound(requests, { limit: 10, seconds: 5 })).toBe(ms);
	});
});

it('computes a time from that of a smaller size', () => {
	expect(scaled(500, 50, 5_000)).toBe(50_000);
});
