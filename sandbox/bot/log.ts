import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface LogLine {
	readonly at: string;
	/** `sandbox` for the sandbox's own remarks about the process. */
	readonly stream: 'stdout' | 'stderr' | 'sandbox';
	readonly text: string;
}

const MAX_LINES = 2_000;

/** The latest lines the bot printed. */
export class BotLog {
	private lines: LogLine[] = [];
	private added = 0;

	public list(): readonly LogLine[] {
		return this.lines;
	}

	/** Lines printed so far, those no longer kept included. */
	public get count(): number {
		return this.added;
	}

	public add(stream: LogLine['stream'], text: string): void {
		this.added += 1;
		this.lines.push({ at: new Date().toISOString(), stream, text });
		if (this.lines.length > 2 * MAX_LINES) this.lines = this.lines.slice(-MAX_LINES);
	}

	public follow(stream: 'stdout' | 'stderr', source: Readable): void {
		createInterface({ input: source }).on('line', (text) => this.add(stream, text));
	}

	public clear(): void {
		this.lines = [];
	}

	/** The last `count` lines, joined by newlines. */
	public tail(count: number): string {
		return this.lines
			.slice(-count)
			.map(({ text }) => text)
			.join('\n');
	}
}
