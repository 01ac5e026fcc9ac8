import type { Readable, Writable } from 'node:stream';
import * as clack from '@clack/prompts';
import { clean } from '../../messages/format/text.js';
import type { CheckResult } from '../../reconciliation/health/doctor.js';
import { createRedactor, type Redactor } from '../../redaction/redactor.js';

/** Questions in a terminal. */

/** Ctrl-C or Escape at a question. */
export class CancelledError extends Error {
	public override readonly name = 'CancelledError';
}

export interface Choice<Value> {
	readonly value: Value;
	/** Plain text in one line. */
	readonly label: string;
	/** Shown beside the choice that the cursor is on. */
	readonly hint?: string;
}

/** More choices than this can be searched by typing. */
const MAX_LISTED = 12;

/** @returns what is wrong with an answer; undefined if nothing */
type CheckAnswer = (answer: string) => string | undefined;

export class Prompts {
	private readonly secrets: string[] = [];

	public constructor(private readonly streams: { readonly input: Readable; readonly output: Writable }) {}

	/** Removes the secrets that were typed so far. */
	public readonly redact: Redactor = (text) => createRedactor(this.secrets)(text);

	/** From now on, removes these texts from what is printed. */
	public hide(secrets: readonly string[]): void {
		this.secrets.push(...secrets);
	}

	public title(text: string): void {
		clack.intro(text, this.streams);
	}

	public say(text: string): void {
		clack.log.message(this.redact(text), this.streams);
	}

	public success(text: string): void {
		clack.log.success(this.redact(text), this.streams);
	}

	public warn(text: string): void {
		clack.log.warn(this.redact(text), this.streams);
	}

	public error(text: string): void {
		clack.log.error(this.redact(text), this.streams);
	}

	public end(text: string): void {
		clack.outro(this.redact(text), this.streams);
	}

	/** Prints the results of checks. @returns whether none of them is an error */
	public report(results: readonly CheckResult[]): boolean {
		for (const { verdict, message } of results) {
			// It may quote the name of a channel.
			const line = clean(message);
			if (verdict === 'ok') this.success(line);
			else if (verdict === 'warning') this.warn(line);
			else this.error(line);
		}
		return results.every(({ verdict }) => verdict === 'ok' || verdict === 'warning');
	}

	/** @param initial - what Enter alone answers; empty if nothing @throws {CancelledError} */
	public async text(message: string, initial: string, check: CheckAnswer = () => undefined): Promise<string> {
		const answerOf = (typed: string | undefined) => typed?.trim() || initial;
		const validate = (typed: string | undefined) => check(answerOf(typed));
		const shown = initial === '' ? {} : { placeholder: initial, defaultValue: initial };
		return answerOf(completed(await clack.text({ ...this.streams, message, ...shown, validate })));
	}

	/** Shows no character of the answer. @returns it, empty if nothing was typed @throws {CancelledError} */
	public async secret(message: string, check: CheckAnswer = () => undefined): Promise<string> {
		const validate = (answer: string | undefined) => check((answer ?? '').trim());
		const answer = (completed(await clack.password({ ...this.streams, message, validate, clearOnError: true })) ?? '').trim();
		if (answer !== '') this.hide([answer]);
		return answer;
	}

	/** @throws {CancelledError} */
	public async confirm(message: string, initial: boolean): Promise<boolean> {
		return completed(await clack.confirm({ ...this.streams, message, initialValue: initial }));
	}

	/** @throws {CancelledError} */
	public async choose<Value extends string>(message: string, choices: readonly Choice<Value>[], initial?: Value): Promise<Value> {
		const options = choices.map(toOption<Value>);
		const start = initial !== undefined && choices.some(({ value }) => value === initial) ? { initialValue: initial } : {};
		const asked = { ...this.streams, message, options, maxItems: MAX_LISTED, ...start };
		if (choices.length <= MAX_LISTED) return completed(await clack.select<Value>(asked));
		return completed(await clack.autocomplete<Value>({ ...asked, placeholder: 'Type to search' }));
	}

	/** None of the choices is an answer too. @throws {CancelledError} */
	public async chooseMany<Value extends string>(
		message: string,
		choices: readonly Choice<Value>[],
		initial: readonly Value[]
	): Promise<readonly Value[]> {
		const options = choices.map(toOption<Value>);
		const initialValues = initial.filter((each) => choices.some(({ value }) => value === each));
		const asked = { ...this.streams, message, options, maxItems: MAX_LISTED, initialValues, required: false };
		if (choices.length <= MAX_LISTED) return completed(await clack.multiselect<Value>(asked));
		return completed(await clack.autocompleteMultiselect<Value>({ ...asked, placeholder: 'Type to search' }));
	}
}

function toOption<Value extends string>({ value, label, hint }: Choice<Value>): clack.Option<Value> {
	return { value, label, ...(hint !== undefined && { hint }) } as clack.Option<Value>;
}

function completed<Answer>(answer: Answer | typeof clack.CANCEL_SYMBOL): Answer {
	if (clack.isCancel(answer)) throw new CancelledError('Setup was cancelled. Nothing was written.');
	return answer as Answer;
}
