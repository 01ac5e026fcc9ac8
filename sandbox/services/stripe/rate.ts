/** How many requests each endpoint takes in a second: a bucket that holds one second's worth and fills as time passes. */
export class Rate {
	private readonly buckets = new Map<string, { left: number; at: number }>();

	/** @param perSecond - without limit when undefined */
	public constructor(
		private perSecond: number | undefined,
		private readonly clock: () => number = () => performance.now()
	) {}

	/** Another limit from now on, with full buckets. */
	public set(perSecond: number | undefined): void {
		this.perSecond = perSecond;
		this.buckets.clear();
	}

	public take(endpoint: string): boolean {
		if (this.perSecond === undefined) return true;
		const at = this.clock();
		const bucket = this.buckets.get(endpoint) ?? { left: this.perSecond, at };
		bucket.left = Math.min(this.perSecond, bucket.left + ((at - bucket.at) / 1000) * this.perSecond);
		bucket.at = at;
		this.buckets.set(endpoint, bucket);
		if (bucket.left < 1) return false;
		bucket.left -= 1;
		return true;
	}
}
