import { inspect } from 'node:util';
import { LogLevel } from '@sapphire/framework';
import { Logger } from '@sapphire/plugin-logger';
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
		const texts = values.map((value) => (typeof value === 'string' ? value : inspect(value, { depth: INSPECT_DEPTH })));
		return redactInteractionTokens(this.redact(texts.map(escapeControlCharacters).join(' ')));
	}
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
