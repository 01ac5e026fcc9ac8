/**
 * When the bot can be talked to: it has a session that was sent the guild, and its commands are known. A bot that starts
 * asks for `/gateway/bot` first, and only then: from there on, what an earlier process registered does not count.
 */

/** After the last request about commands, in case it registers another one. */
const QUIET_MS = 150;

export class Readiness {
	private registered = false;
	private quiet: NodeJS.Timeout | null = null;
	private readonly waiting = new Set<() => void>();

	public constructor(private readonly connected: () => boolean) {}

	public get ready(): boolean {
		return this.registered && this.connected();
	}

	/** A process begins, or is about to. */
	public restart(): void {
		if (this.quiet) clearTimeout(this.quiet);
		this.quiet = null;
		this.registered = false;
	}

	/**
	 * The bot read or wrote its commands.
	 * @param count - how many there are now; a bot that found none is still going to make them
	 * @param final - whether it wrote the whole list, so that no more is to come
	 */
	public commands(count: number, final: boolean): void {
		if (this.registered || (count === 0 && !final)) return;
		if (this.quiet) clearTimeout(this.quiet);
		this.quiet = null;
		if (final) this.settle();
		else this.quiet = setTimeout(() => this.settle(), QUIET_MS).unref();
	}

	/** Looks again whether those who wait may go on. */
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
