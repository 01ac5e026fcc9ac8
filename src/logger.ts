import { inspect } from 'node:util';
import { LogLevel } from '@sapphire/framework';
import { Logger } from '@sapphire/plugin-logger';
import { REDACTED, type Redactor } from './redaction/redactor.js';

const LEVELS = { trace: LogLevel.Trace, debug: LogLevel.Debug, info: LogLevel.Info, warn: LogLevel.Warn, error: LogLevel.Error };

export type LogLevelName = keyof typeof LEVELS;

/** How deep objects are printed: enough for an error and its cause. */
const DEPTH = 4;

/** A logger through which no secret passes, whoever put it into an error or an object. */
export class RedactingLogger extends Logger {
	public constructor(
		level: LogLevelName,
		private readonly mask: Redactor
	) {
		super({ level: LEVELS[level], depth: DEPTH });
	}

	protected override preprocess(values: readonly unknown[]): string {
		const said = values.map((value) => (typeof value === 'string' ? value : inspect(value, { depth: DEPTH })));
		return redactResponses(this.mask(said.map(visible).join(' ')));
	}
}

/** What steers a terminal, or turns the reading direction, is written out: a name that somebody chose must not rewrite the log. */
function visible(text: string): string {
	return text.replace(/[^\P{Cc}\n\t]|[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu, (character) => {
		return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
	});
}

/** Whoever has the token of an interaction can answer in Reeve's name for a quarter of an hour, and errors quote its address. */
function redactResponses(text: string): string {
	return text.replace(/(\/(?:webhooks|interactions)\/\d+\/)[\w.-]{16,}/g, `$1${REDACTED}`);
}
