export const TARGETS = ['stripe', 'discord', 'gateway', 'smtp'] as const;

export type Target = (typeof TARGETS)[number];

/** One request from the bot, or one gateway payload from it (`method` is the opcode's name, `body` is `{op, d}`). */
export interface LoggedRequest {
	readonly n: number;
	readonly at: string;
	readonly target: Target;
	readonly method: string;
	readonly path: string;
	readonly query: Record<string, string | string[]>;
	readonly body: unknown;
	/** HTTP status; 0 if the connection was dropped; null while in flight, and for gateway payloads. */
	status: number | null;
	ms: number | null;
	/** `X-Audit-Log-Reason`, decoded. */
	readonly reason?: string;
}

const MAX_REQUESTS = 100_000;

/** The latest requests, without response bodies. Older ones are dropped. */
export class RequestLog {
	private entries: LoggedRequest[] = [];
	private next = 1;

	public add(entry: Omit<LoggedRequest, 'n' | 'at' | 'status' | 'ms'>): LoggedRequest {
		const logged: LoggedRequest = { n: this.next++, at: new Date().toISOString(), ...entry, status: null, ms: null };
		this.entries.push(logged);
		if (this.entries.length > 2 * MAX_REQUESTS) this.entries = this.entries.slice(-MAX_REQUESTS);
		return logged;
	}

	public list(): readonly LoggedRequest[] {
		return this.entries;
	}

	/** @param filter.text - in the method, the path or the status, whatever its case */
	public find({
		target,
		text = ''
	}: {
		readonly target?: Target | undefined;
		readonly text?: string | undefined;
	}): readonly LoggedRequest[] {
		const wanted = text.toLowerCase();
		return this.entries.filter(
			(each) =>
				(target === undefined || each.target === target) && `${each.method} ${each.path} ${each.status}`.toLowerCase().includes(wanted)
		);
	}

	public clear(): void {
		this.entries = [];
		this.next = 1;
	}
}
