import type { Target } from './request-log.js';

/** A failure to inject into matching requests. */
export interface Fault {
	readonly id: string;
	readonly target: Target;
	/**
	 * HTTP:
	 * - `latency`: delays by `ms`
	 * - `hold`: blocks the request until the faults are cleared, then handles it
	 * - `429`, `500`, `status`: answers with that status (`status`: any)
	 * - `429-untimed`: Discord answers 429 without `Retry-After` and without JSON, as Cloudflare does in its place
	 * - `timeout`: never answers
	 * - `drop`: destroys the socket before the effect; `drop-after`: after it, so only the answer is lost
	 * - `ignore`: Discord answers 204 without the effect
	 * - `missing-permission`: Discord answers 403, code 50013
	 * - `truncate`: cuts a list short and claims there is no more
	 * - `repeat`: Stripe sends the previous page again
	 * - `empty`: an empty list
	 * - `endless`: Stripe says that every page has more, and invents objects to fill it
	 * - `slow`: sends the response one byte every `ms` (4,000)
	 * - `clock`: the response's `Date` header is `offsetSeconds` off
	 *
	 * Gateway: `drop`, `close` (with the code `status`), `unavailable`, `missing-chunk`, `rate-limited`, `reconnect`, `invalid-session`, `latency`.
	 *
	 * SMTP: `refuse`, `reject`, `drop`, `latency`, `hold` (no greeting until the faults are cleared), `refuse-recipient` (550 for addresses
	 * that contain `match`, until the faults are cleared).
	 */
	readonly kind: string;
	/** Part of the path or of `METHOD path`; `*` matches anything. Absent: every request of the target. */
	readonly match?: string;
	/** Number of requests to affect. Absent: all. */
	readonly times?: number;
	/** Number of matching requests to let through first. */
	readonly after?: number;
	/** Milliseconds, for `latency` and `slow`. */
	readonly ms?: number;
	/** Seconds in `Retry-After`, for `429` and `rate-limited`. */
	readonly retryAfter?: number;
	/** For `clock`: positive for a clock that is fast. */
	readonly offsetSeconds?: number;
	readonly status?: number;
	readonly body?: unknown;
}

interface Entry {
	readonly fault: Fault;
	passed: number;
	used: number;
	readonly cleared: Promise<void>;
	readonly clear: () => void;
}

/** The active faults. Services take the matching ones for each request. */
export class Faults {
	private entries: Entry[] = [];
	private next = 1;
	private readonly listeners = new Set<(fault: Fault) => void>();

	public add(fault: Omit<Fault, 'id'>): Fault {
		const added = { ...fault, id: `fault_${this.next++}` };
		let clear = () => {};
		const cleared = new Promise<void>((resolve) => {
			clear = resolve;
		});
		this.entries.push({ fault: added, passed: 0, used: 0, cleared, clear });
		for (const listener of this.listeners) listener(added);
		return added;
	}

	public list(): readonly Fault[] {
		return this.entries.map((entry) => entry.fault);
	}

	/** @returns whether there was a fault with this ID */
	public remove(id: string): boolean {
		const removed = this.entries.find(({ fault }) => fault.id === id);
		this.entries = this.entries.filter((entry) => entry !== removed);
		removed?.clear();
		return removed !== undefined;
	}

	public clear(): void {
		const entries = this.entries;
		this.entries = [];
		for (const { clear } of entries) clear();
	}

	/** Waits until every `hold` among these faults is cleared. */
	public async waitForHolds(faults: readonly Fault[]): Promise<void> {
		const holds = this.entries.filter(({ fault }) => fault.kind === 'hold' && faults.includes(fault));
		await Promise.all(holds.map(({ cleared }) => cleared));
	}

	/** For faults that take effect at once instead of on a request, such as a dropped gateway socket. */
	public onAdd(listener: (fault: Fault) => void): void {
		this.listeners.add(listener);
	}

	/**
	 * Returns the faults for this request and counts them as used.
	 * @param request - `METHOD path`
	 */
	public take(target: Target, request: string): readonly Fault[] {
		const taken: Fault[] = [];
		for (const entry of this.entries) {
			const { fault } = entry;
			if (fault.target !== target || (fault.match !== undefined && !toPattern(fault.match).test(request))) continue;
			if (fault.times !== undefined && entry.used >= fault.times) continue;
			if (entry.passed < (fault.after ?? 0)) {
				entry.passed += 1;
				continue;
			}
			entry.used += 1;
			taken.push(fault);
		}
		return taken;
	}
}

function toPattern(match: string): RegExp {
	return new RegExp(
		match
			.split('*')
			.map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
			.join('.*')
	);
}
