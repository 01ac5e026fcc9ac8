const INITIAL_BYTES = 4_096;
const INITIAL_CAPACITY = 1_024;
/** UTF-8 needs at most this many bytes for one UTF-16 code unit. */
const MAX_BYTES_PER_UNIT = 3;

type Column = Int32Array | Uint32Array | Float64Array | BigUint64Array;

/** A copy of the column with twice the capacity. */
export function doubled<Numbers extends Column>(column: Numbers): Numbers {
	const copy = new (column.constructor as new (length: number) => Numbers)(column.length * 2);
	// Both have the same type, which the compiler cannot infer.
	(copy as Uint32Array).set(column as Uint32Array);
	return copy;
}

/** Append-only strings in one buffer: four bytes each besides their UTF-8. An empty string reads back as null. */
export class StringColumn {
	private bytes = Buffer.alloc(INITIAL_BYTES);
	/** End offset of each string; it starts where the one before ends. */
	private ends = new Uint32Array(INITIAL_CAPACITY);
	private count = 0;

	/** @returns its index: 0, 1, 2 … */
	public add(text: string | null): number {
		if (this.count === this.ends.length) this.ends = doubled(this.ends);
		const index = this.count;
		const start = this.startOf(index);
		this.count += 1;
		this.ends[index] = text === null ? start : start + this.write(text, start);
		return index;
	}

	public at(index: number): string | null {
		const start = this.startOf(index);
		const end = this.ends[index] ?? start;
		return start === end ? null : this.bytes.toString('utf8', start, end);
	}

	private startOf(index: number): number {
		return index === 0 ? 0 : (this.ends[index - 1] ?? 0);
	}

	/** @returns the number of bytes written */
	private write(text: string, start: number): number {
		const maxEnd = start + text.length * MAX_BYTES_PER_UNIT;
		if (maxEnd > this.bytes.length) {
			const bytes = Buffer.alloc(Math.max(this.bytes.length * 2, maxEnd));
			this.bytes.copy(bytes, 0, 0, start);
			this.bytes = bytes;
		}
		return this.bytes.write(text, start);
	}
}
