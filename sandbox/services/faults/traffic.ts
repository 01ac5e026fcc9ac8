/**
 * What goes over the wires, for all servers of the sandbox: the log of every request the product made, and the faults
 * that are to befall the next ones.
 */

export type Target = 'stripe' | 'discord' | 'gateway' | 'smtp';

/** One request the product made, or one payload it sent over the gateway (`method` is the opcode's name, `body` is `{op, d}`). */
export interface LoggedRequest {
	readonly n: number;
	readonly at: string;
	readonly target: Target;
	readonly method: string;
	readonly path: string;
	readonly query: Record<string, string | string[]>;
	readonly body: unknown;
	/** HTTP status; 0 where the connection was dropped; null while it is under way, and for gateway payloads. */
	status: number | null;
	ms: number | null;
	/** `X-Audit-Log-Reason`, decoded. */
	readonly reason?: string;
}

/** A request that was made long ago is of no interest any more. */
const KEPT_REQUESTS = 100_000;

/** The newest requests. What was answered is not kept. */
export class RequestLog {
	private entries: LoggedRequest[] = [];
	private next = 1;

	public add(entry: Omit<LoggedRequest, 'n' | 'at' | 'status' | 'ms'>): LoggedRequest {
		const logged: LoggedRequest = { n: this.next++, at: new Date().toISOString(), ...entry, status: null, ms: null };
		this.entries.push(logged);
		if (this.entries.length > 2 * KEPT_REQUESTS) this.entries = this.entries.slice(-KEPT_REQUESTS);
		return logged;
	}

	public list(): readonly LoggedRequest[] {
		return this.entries;
	}

	public clear(): void {
		this.entries = [];
		this.next = 1;
	}
}

/** Something that is to go wrong. */
export interface Fault {
	readonly id: string;
	readonly target: Target;
	/**
	 * HTTP: `latency` (ms), `hold` (stands still until the faults are cleared, then goes its way), `429`, `500`, `status` (any status), `timeout` (never answered), `drop` (socket destroyed before the
	 * effect), `drop-after` (the effect happens, the answer is lost), `ignore` (Discord: 204, and nothing happens), `truncate` (a list
	 * is cut short and says there is no more), `repeat` (Stripe: a page repeats the one before), `empty` (an empty list).
	 * Gateway: `drop`, `unavailable`, `missing-chunk`, `rate-limited`, `reconnect`, `invalid-session`. SMTP: `refuse`, `reject`, `drop`, `latency`,
	 * `hold` (no greeting until the faults are cleared).
	 */
	readonly kind: string;
	/** A part of the path or of `METHOD path`, `*` matching anything; all requests of the target when absent. */
	readonly match?: string;
	/** How many requests it befalls; every one when absent. */
	readonly times?: number;
	/** How many matching requests pass before. */
	readonly after?: number;
	/** Milliseconds, for `latency`; seconds in `Retry-After` for `429` are `retryAfter`. */
	readonly ms?: number;
	readonly retryAfter?: number;
	readonly status?: number;
	readonly body?: unknown;
}

interface Entry {
	readonly fault: Fault;
	passed: number;
	used: number;
	/** Resolves when it is no longer in force. */
	readonly lifted: Promise<void>;
	readonly lift: () => void;
}

export class Faults {
	private entries: Entry[] = [];
	private next = 1;
	private readonly listeners = new Set<(fault: Fault) => void>();

	public add(fault: Omit<Fault, 'id'>): Fault {
		const added = { ...fault, id: `fault_${this.next++}` };
		let lift = () => {};
		const lifted = new Promise<void>((resolve) => {
			lift = resolve;
		});
		this.entries.push({ fault: added, passed: 0, used: 0, lifted, lift });
		for (const listener of this.listeners) listener(added);
		return added;
	}

	public list(): readonly Fault[] {
		return this.entries.map((entry) => entry.fault);
	}

	public clear(): void {
		const entries = this.entries;
		this.entries = [];
		for (const { lift } of entries) lift();
	}

	/** Waits while one of these faults holds. */
	public async held(faults: readonly Fault[]): Promise<void> {
		const holding = this.entries.filter(({ fault }) => fault.kind === 'hold' && faults.includes(fault));
		await Promise.all(holding.map(({ lifted }) => lifted));
	}

	/** For what happens by itself rather than to a request: a dropped socket, an outage. */
	public onAdd(listener: (fault: Fault) => void): void {
		this.listeners.add(listener);
	}

	/**
	 * The faults that befall this request, used up as they are taken.
	 * @param what - `METHOD path`
	 */
	public take(target: Target, what: string): readonly Fault[] {
		const taken: Fault[] = [];
		for (const entry of this.entries) {
			const { fault } = entry;
			if (fault.target !== target || (fault.match !== undefined && !pattern(fault.match).test(what))) continue;
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

function pattern(match: string): RegExp {
	return new RegExp(
		match
			.split('*')
			.map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
			.join('.*')
	);
}
