/** Deterministic random numbers (mulberry32): the same seed gives the same sequence. Not for secrets. */
export class Random {
	private state: number;

	public constructor(seed: number) {
		this.state = seed >>> 0;
	}

	/** In [0, 1). */
	public next(): number {
		this.state = (this.state + 0x6d2b79f5) >>> 0;
		let t = this.state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
	}

	/** An integer from `low` to `high`, inclusive. */
	public int(low: number, high: number): number {
		return low + Math.floor(this.next() * (high - low + 1));
	}

	public chance(probability: number): boolean {
		return this.next() < probability;
	}

	public pick<T>(list: readonly T[]): T {
		const picked = list[Math.floor(this.next() * list.length)];
		if (picked === undefined) throw new RangeError('nothing to pick from');
		return picked;
	}

	/** Shuffles in place (Fisher-Yates). */
	public shuffle(list: unknown[]): void {
		for (let i = list.length - 1; i > 0; i -= 1) {
			const j = Math.floor(this.next() * (i + 1));
			[list[i], list[j]] = [list[j], list[i]];
		}
	}
}
