import { PassThrough, Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { pollUntil } from '../../sandbox/services/core/poll.js';
import { Prompts } from '../../src/cli/setup/prompts.js';

/** Keys as a terminal sends them. */
export const ENTER = '\r';
export const CTRL_C = '\u0003';

const TIMEOUT_MS = 60_000;

/** A terminal whose keyboard is a test. */
export class ScriptedTerminal {
	private readonly input = new PassThrough();
	private shown = '';
	/** What was read so far. */
	private position = 0;
	public readonly prompts: Prompts;

	public constructor() {
		const write = (text: unknown) => {
			this.shown += String(text);
		};
		const output = new Writable({
			write(chunk, _, done) {
				write(chunk);
				done();
			}
		});
		this.prompts = new Prompts({ input: this.input, output });
	}

	/** Everything shown so far, without colours and cursor movements. */
	public get text(): string {
		return stripVTControlCharacters(this.shown);
	}

	/** Waits until this is shown, after what was waited for before. A line that the terminal wraps counts as one. */
	public async sees(text: string): Promise<void> {
		await this.seesFirst(text);
	}

	/** @returns which of these texts is shown first, after what was waited for before */
	public async seesFirst(...texts: readonly string[]): Promise<string> {
		const find = () =>
			texts
				.map((text) => ({ text, index: this.unread().indexOf(text) }))
				.filter(({ index }) => index !== -1)
				.sort((a, b) => a.index - b.index)[0];
		const found = await pollUntil(find, TIMEOUT_MS).catch(() => {
			throw new Error(`The terminal does not show "${texts.join('" or "')}", but: ${this.unread()}`);
		});
		this.position += found.index + found.text.length;
		return found.text;
	}

	public press(keys: string): void {
		this.input.write(keys);
	}

	/** Waits for a question, then types. */
	public async answer(question: string, keys: string): Promise<void> {
		await this.sees(question);
		this.press(keys);
	}

	private unread(): string {
		return this.text.replace(/\s*\n[│\s]*/g, ' ').slice(this.position);
	}
}
