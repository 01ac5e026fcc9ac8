import { doubled } from '../../reconciliation/snapshot/columns.js';
import { PAGE_SIZE } from './paginate.js';

/** One less than a page, so that one response shows that the part has no more. */
const OBJECTS_PER_PART = PAGE_SIZE - 1;
const INITIAL_CAPACITY = 1_024;

/** What is kept of a list from one reading to the next. */
export interface PageBoundaryCache {
	/** Null before the first complete reading. */
	boundaries: PageBoundaries | null;
}

/** Times that divide a list into parts of one page each. Creation times never change, so they stay valid. Epoch seconds. */
export class PageBoundaries {
	/** @param times - newest first */
	public constructor(private readonly times: readonly number[]) {}

	/** -Infinity if there is none. */
	public get newest(): number {
		return this.times[0] ?? Number.NEGATIVE_INFINITY;
	}

	/** Number of boundaries between two times, both exclusive. */
	public countBetween(newer: number, older: number): number {
		return Math.max(0, this.firstUpTo(older) - this.firstBefore(newer));
	}

	/** Picks up to `count` boundaries between two times, evenly spaced; newest first. */
	public pick(newer: number, older: number, count: number): number[] {
		const first = this.firstBefore(newer);
		const parts = this.countBetween(newer, older) + 1;
		const picked = Math.min(count, parts - 1);
		return Array.from({ length: picked }, (_, index) => this.times[first + Math.floor(((index + 1) * parts) / (picked + 1)) - 1] as number);
	}

	/** Index of the newest boundary older than a time. */
	private firstBefore(time: number): number {
		return this.firstIndex((boundary) => boundary < time);
	}

	private firstUpTo(time: number): number {
		return this.firstIndex((boundary) => boundary <= time);
	}

	/** Binary search. */
	private firstIndex(matches: (boundary: number) => boolean): number {
		let [low, high] = [0, this.times.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (matches(this.times[middle] as number)) high = middle;
			else low = middle + 1;
		}
		return low;
	}
}

/** Collects the creation times of a list, in any order, at eight bytes each. */
export class CreationTimes {
	private times = new Float64Array(INITIAL_CAPACITY);
	private count = 0;

	public add(created: number): void {
		if (this.count === this.times.length) this.times = doubled(this.times);
		this.times[this.count] = created;
		this.count += 1;
	}

	/** Counts from the oldest, so that new objects do not shift the boundaries. Objects created in the same second stay together. */
	public pageBoundaries(): PageBoundaries {
		const times = this.times.subarray(0, this.count).sort();
		const boundaries: number[] = [];
		let start = 0;
		for (let end = OBJECTS_PER_PART; end < times.length; end = start + OBJECTS_PER_PART) {
			while (end > start && times[end] === times[end - 1]) end -= 1;
			if (end === start) while (end < times.length && times[end] === times[start]) end += 1;
			if (end < times.length) boundaries.push(times[end - 1] as number);
			start = end;
		}
		return new PageBoundaries(boundaries.reverse());
	}
}
