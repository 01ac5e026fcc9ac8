import { inspect } from 'node:util';
import { type ILogger, LogLevel } from '@sapphire/framework';
import { Logger } from '@sapphire/plugin-logger';
import { LogEntry, type TakesEntries } from './log-entry.js';
import { REDACTED, type Redactor } from './redaction/redactor.js';

const LEVELS = { trace: LogLevel.Trace, debug: LogLevel.Debug, info: LogLevel.Info, warn: LogLevel.Warn, error: LogLevel.Error };

export type LogLevelName = keyof typeof LEVELS;

/** Depth to which objects are printed: enough for an error and its cause. */
const INSPECT_DEPTH = 4;

/** Redacts secrets in every message, including those within errors and objects. */
export class RedactingLogger extends Logger {
	public constructor(
		level: LogLevelName,
		private readonly redact: Redactor
	) {
		super({ level: LEVELS[level], depth: INSPECT_DEPTH });
	}

	protected override preprocess(values: readonly unknown[]): string {
		return this.clean(values.map(textOf).join(' '));
	}

	protected clean(text: string): string {
		return redactInteractionTokens(this.redact(escapeControlCharacters(text)));
	}
}

/**
 * Writes one JSON object per line: `time`, `level`, `message`, the fields of a {@link LogEntry}, and `error` for errors and other objects,
 * with their stack. Warnings and errors go to the standard error, as in the text.
 */
export class JsonLogger extends RedactingLogger implements TakesEntries {
	public readonly takesEntries = true;

	public override write(level: LogLevel, ...values: readonly unknown[]): void {
		if (!this.has(level)) return;
		const entry = values.find((value) => value instanceof LogEntry);
		const objects = values.filter((value) => typeof value === 'object' && value !== null && value !== entry);
		const texts = values.filter((value) => value !== entry && !objects.includes(value)).map(textOf);
		const line = {
			time: new Date().toISOString(),
			level: LogLevel[level].toLowerCase(),
			message: [...texts, ...(entry === undefined ? [] : [entry.message])].join(' '),
			...entry?.fields,
			...(objects.length > 0 && { error: objects.map(textOf).join('\n') })
		};
		const text = JSON.stringify(line, (_, value: unknown) => (typeof value === 'string' ? this.clean(value) : value));
		(level >= LogLevel.Warn ? this.console.error : this.console.log)(text);
	}
}

/** The logger of the standalone bot. */
export function createLogger(format: 'text' | 'json', level: LogLevelName, redact: Redactor): ILogger {
	return format === 'json' ? new JsonLogger(level, redact) : new RedactingLogger(level, redact);
}

function textOf(value: unknown): string {
	return typeof value === 'string' ? value : inspect(value, { depth: INSPECT_DEPTH });
}

/** Escapes characters that control a terminal or the text direction: a user-chosen name must not be able to forge log lines. */
function escapeControlCharacters(text: string): string {
	return text.replace(/[^\P{Cc}\n\t]|[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu, (character) => {
		return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
	});
}

/** Errors quote URLs with interaction tokens. Such a token lets its holder reply as Reeve for 15 minutes. */
function redactInteractionTokens(text: string): string {
	return text.replace(/(\/(?:webhooks|interactions)\/\d+\/)[\w.-]{16,}/g, `$1${REDACTED}`);
}
