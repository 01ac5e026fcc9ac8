import { inspect } from 'node:util';
import type { ILogger } from '@sapphire/framework';
import { LogEntry } from '../log-entry.js';
import type { Redactor } from '../redaction/redactor.js';

/**
 * Reeve's use of the bot's logger: removes Reeve's secrets. An error or object that contains one is logged as text, any other as it is. Lines
 * with fields are text, except for Reeve's own logger, which redacts the fields itself.
 */
export function createRedactingLogger(logger: ILogger, redact: Redactor): Pick<ILogger, 'debug' | 'info' | 'warn' | 'error'> {
	const takesEntries = 'takesEntries' in logger;
	const clean = (value: unknown): unknown => {
		if (value instanceof LogEntry) return takesEntries ? value : redact(String(value));
		const text = typeof value === 'string' ? value : inspect(value);
		const redacted = redact(text);
		return redacted === text ? value : redacted;
	};
	const cleanAll = (values: readonly unknown[]) => values.map(clean);
	return {
		debug: (...values) => logger.debug(...cleanAll(values)),
		info: (...values) => logger.info(...cleanAll(values)),
		warn: (...values) => logger.warn(...cleanAll(values)),
		error: (...values) => logger.error(...cleanAll(values))
	};
}
