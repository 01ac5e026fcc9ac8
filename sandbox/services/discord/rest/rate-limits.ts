import { createHash } from 'node:crypto';
import type { Limit, Limits } from '../core/options.js';

/** The limit that applies to a route. */
export type LimitName = 'memberRoles' | 'messages' | 'others';

interface Bucket {
	used: number;
	/** Real time: with a frozen clock the bucket would never reset. */
	resetsAt: number;
}

export interface Allowance {
	headers: Record<string, string>;
	/** Set if the request exceeds a limit. */
	exceeded: { retryAfter: number; scope: 'user' | 'global' } | null;
}

/** Discord's rate-limit buckets: one per route and major parameter, and a global one. */
export class RateLimits {
	private readonly buckets = new Map<string, Bucket>();
	private readonly global: Bucket = { used: 0, resetsAt: 0 };

	public constructor(private readonly limits: Limits) {}

	/**
	 * @param bucket - requests with the same value share one bucket, such as `PUT /guilds/:guild/members/:user/roles/:role`
	 * @param major - the guild, channel or webhook ID; each has its own bucket
	 * @param counted - whether the request counts towards the global limit
	 */
	public take(name: LimitName, bucket: string, major: string, counted: boolean): Allowance {
		const now = Date.now();
		const limit = this.limits[name];
		const key = `${bucket} ${major}`;
		const state = current(this.buckets.get(key) ?? { used: 0, resetsAt: 0 }, limit, now);
		this.buckets.set(key, state);
		const over = counted && !spend(current(this.global, this.limits.global, now), this.limits.global);
		const exceeded = !over && !spend(state, limit);
		const after = (state.resetsAt - now) / 1_000;
		const headers: Record<string, string> = {
			'X-RateLimit-Limit': String(limit.limit),
			'X-RateLimit-Remaining': String(Math.max(0, limit.limit - state.used)),
			'X-RateLimit-Reset': (state.resetsAt / 1_000).toFixed(3),
			'X-RateLimit-Reset-After': after.toFixed(3),
			'X-RateLimit-Bucket': createHash('md5').update(bucket).digest('hex')
		};
		if (over) return { headers, exceeded: { retryAfter: (this.global.resetsAt - now) / 1_000, scope: 'global' } };
		return { headers, exceeded: exceeded ? { retryAfter: after, scope: 'user' } : null };
	}
}

function current(bucket: Bucket, limit: Limit, now: number): Bucket {
	if (now >= bucket.resetsAt) {
		bucket.used = 0;
		bucket.resetsAt = now + limit.seconds * 1_000;
	}
	return bucket;
}

function spend(bucket: Bucket, limit: Limit): boolean {
	if (bucket.used >= limit.limit) return false;
	bucket.used += 1;
	return true;
}
