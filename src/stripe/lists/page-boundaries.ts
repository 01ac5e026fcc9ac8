import { doubled } from '../../reconciliation/snapshot/columns.js';
import { PAGE_SIZE } from './paginate.js';

/** One less than a page: the page shows, then, that there is no more in its part of the list. */
const OBJECTS = PAGE_SIZE - 1;
const INITIAL_CAPACITY = 1_024;

/** What is remembered of a list from one reading to the next. */
export interface PageBoundaryCache {
	/** Null before it was read whole for the first time. */
	boundaries: PageBoundaries | null;
}

/** Moments that cut a list into parts of a page each: when its objects were created does not change. Epoch seconds. */
export class PageBoundaries {
	/** @param times - the newest first */
	public constructor(private readonly times: readonly number[]) {}

	/** Infinitely far away where there is none. */
	public get newest(): number {
		return this.times[0] ?? Number.NEGATIVE_INFINITY;
	}

	/** How many lie between two moments, neither of which counts. */
	public countBetween(newer: number, older: number): number {
		return Math.max(0, this.firstUpTo(older) - this.firstBefore(newer));
	}

	/** So many of those between two moments, with as many between each two of them; the newest first. */
	public pick(newer: number, older: number, most: number): number[] {
		const first = this.firstBefore(newer);
		const parts = this.countBetween(newer, older) + 1;
		const chosen = Math.min(most, parts - 1);
		return Array.from({ length: chosen }, (_, index) => this.times[first + Math.floor(((index + 1) * parts) / (chosen + 1)) - 1] as number);
	}

	/** The place of the newest that is older than a moment. */
	private firstBefore(moment: number): number {
		return this.place((time) => time < moment);
	}

	private firstUpTo(moment: number): number {
		return this.place((time) => time <= moment);
	}

	private place(isBeyond: (time: number) => boolean): number {
		let [low, high] = [0, this.times.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (isBeyond(this.times[middle] as number)) high = middle;
			else low = middle + 1;
		}
		return low;
	}
}

/** When the objects of a list were created, in any order: eight bytes for each. */
export class CreationTimes {
	private times = new Float64Array(INITIAL_CAPACITY);
	private count = 0;

	public add(created: number): void {
		if (this.count === this.times.length) this.times = doubled(this.times);
		this.times[this.count] = created;
		this.count += 1;
	}

	/** Counted from the oldest, so that new objects do not move them. What was created in one second is not cut. */
	public marks(): PageBoundaries {
		const times = this.times.subarray(0, this.count).sort();
		const marks: number[] = [];
		let begin = 0;
		for (let end = OBJECTS; end < times.length; end = begin + OBJECTS) {
			while (end > begin && times[end] === times[end - 1]) end -= 1;
			if (end === begin) while (end < times.length && times[end] === times[begin]) end += 1;
			if (end < times.length) marks.push(times[end - 1] as number);
			begin = end;
		}
		return new PageBoundaries(marks.reverse());
	}
}
