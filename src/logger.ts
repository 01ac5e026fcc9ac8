import { LogLevel } from '@sapphire/framework';
import { Logger } from '@sapphire/plugin-logger';

const LEVELS = { trace: LogLevel.Trace, debug: LogLevel.Debug, info: LogLevel.Info, warn: LogLevel.Warn, error: LogLevel.Error };

export type LogLevelName = keyof typeof LEVELS;

/** How deep objects are printed: enough for an error and its cause. */
const DEPTH = 4;

/** A logger through which no secret passes, whoever put it into an error or an object. */
export class MaskingLogger extends Logger {
	public constructor(
		level: LogLevelName,
		private readonly secrets: readonly string[]
	) {
		super({ level: LEVELS[level], depth: DEPTH });
	}

	protected override preprocess(values: readonly unknown[]): string {
		return mask(super.preprocess(values), this.secrets);
	}
}

/** Replaces every secret in a text. */
export function mask(text: string, secrets: readonly string[]): string {
	return secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}
