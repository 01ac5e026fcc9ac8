const INITIAL_BYTES = 4_096;
const INITIAL_CAPACITY = 1_024;
/** UTF-8 takes at most so many bytes for a unit of a JavaScript string. */
const BYTES_PER_UNIT = 3;

type Column = Int32Array | Uint32Array | Float64Array | BigUint64Array;

/** The column with twice the room. */
export function doubled<Numbers extends Column>(column: Numbers): Numbers {
	const copy = new (column.constructor as new (length: number) => Numbers)(column.length * 2);
	// Both are of one kind, which the compiler cannot see.
	(copy as Uint32Array).set(column as Uint32Array);
	return copy;
}

/** Short texts one after another in one buffer: for four bytes each and those of the text. An empty text is none. */
export class StringColumn {
	private bytes = Buffer.alloc(INITIAL_BYTES);
	/** Where each text ends; it begins where the one before ends. */
	private ends = new Uint32Array(INITIAL_CAPACITY);
	private count = 0;

	/** @returns its place: 0, 1, 2 … */
	public add(text: string | null): number {
		if (this.count === this.ends.length) this.ends = doubled(this.ends);
		const place = this.count;
		const start = this.startOf(place);
		this.count += 1;
		this.ends[place] = text === null ? start : start + this.write(text, start);
		return place;
	}

	public at(place: number): string | null {
		const start = this.startOf(place);
		const end = this.ends[place] ?? start;
		return start === end ? null : this.bytes.toString('utf8', start, end);
	}

	private startOf(place: number): number {
		return place === 0 ? 0 : (this.ends[place - 1] ?? 0);
	}

	/** @returns how many bytes */
	private write(text: string, start: number): number {
		const most = start + text.length * BYTES_PER_UNIT;
		if (most > this.bytes.length) {
			const bytes = Buffer.alloc(Math.max(this.bytes.length * 2, most));
			this.bytes.copy(bytes, 0, 0, start);
			this.bytes = bytes;
		}
		return this.bytes.write(text, start);
	}
}
