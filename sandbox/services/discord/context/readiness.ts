/**
 * The bot is ready once it has a session that received the guild, and its commands are registered. A starting bot requests `/gateway/bot`
 * exactly once: commands that an earlier process registered no longer count from then on. A bot that was not invited cannot register any.
 */

/** Wait after the last command request, in case the bot registers more. */
const QUIET_MS = 150;

export class Readiness {
	private registered = false;
	private lastRequestAt = 0;
	private quiet: NodeJS.Timeout | null = null;
	private readonly waiting = new Set<() => void>();

	public constructor(
		private readonly connected: () => boolean,
		private readonly invited: () => boolean
	) {}

	public get ready(): boolean {
		return (this.registered || !this.invited()) && this.connected();
	}

	/** When the bot last read or wrote its commands, by `performance.now()`; 0 if it never has. */
	public get lastCommandRequestAt(): number {
		return this.lastRequestAt;
	}

	/** The bot process starts, or is about to. */
	public restart(): void {
		if (this.quiet) clearTimeout(this.quiet);
		this.quiet = null;
		this.registered = false;
	}

	/**
	 * Called when the bot read or wrote its commands.
	 * @param count - commands registered now; a bot that found none will still create them
	 * @param final - whether the bot wrote the whole list, so no more requests follow
	 */
	public commands(count: number, final: boolean): void {
		if (this.registered || (count === 0 && !final)) return;
		this.lastRequestAt = performance.now();
		if (this.quiet) clearTimeout(this.quiet);
		this.quiet = null;
		if (final) this.settle();
		else this.quiet = setTimeout(() => this.settle(), QUIET_MS).unref();
	}

	/** Resolves the waiting callers if the bot is ready. */
	public check(): void {
		if (!this.ready) return;
		for (const resolve of this.waiting) resolve();
		this.waiting.clear();
	}

	public when(signal?: AbortSignal): Promise<void> {
		if (this.ready) return Promise.resolve();
		return new Promise((resolve, reject) => {
			const done = () => {
				signal?.removeEventListener('abort', abort);
				resolve();
			};
			const abort = () => {
				this.waiting.delete(done);
				reject(signal?.reason);
			};
			if (signal?.aborted) return abort();
			signal?.addEventListener('abort', abort, { once: true });
			this.waiting.add(done);
		});
	}

	private settle(): void {
		this.quiet = null;
		this.registered = true;
		this.check();
	}
}
