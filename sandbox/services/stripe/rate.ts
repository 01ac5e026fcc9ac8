/** A token bucket per endpoint that holds one second's worth of requests. */
export class Rate {
	private readonly buckets = new Map<string, { left: number; at: number }>();

	/** @param perSecond - undefined for no limit */
	public constructor(
		private perSecond: number | undefined,
		private readonly clock: () => number = () => performance.now()
	) {}

	/** Changes the limit and refills the buckets. */
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
