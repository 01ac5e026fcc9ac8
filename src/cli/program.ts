import { existsSync } from 'node:fs';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { secretsOf } from '../config/derived.js';
import { DOTENV, parseSettings, type Settings, SettingsError } from '../config/env.js';
import { loginFailure } from '../discord/login.js';
import { SourceError } from '../reconciliation/domain/ports.js';
import { createRedactor, type Redactor } from '../redaction/redactor.js';
import { DatabaseError } from '../store/connection/errors.js';

/** What the command-line tools have in common: `.env`, arguments, redacted output, readable errors, exit codes. */

/** The command line is wrong, or asks for what cannot be done. `message`: why, and what to do. */
export class UsageError extends Error {
	public override readonly name = 'UsageError';
}

/** Errors whose message says why, for operators. Any other is a bug and printed with its stack. */
const READABLE = [SettingsError, UsageError, SourceError, DatabaseError];

/** No redaction before the settings are parsed; errors that early contain no values. */
let redact: Redactor = (text) => text;

/** Prints to the standard output, without the secrets of the settings. */
export function print(line: string): void {
	console.log(redact(line));
}

/** Prints to the standard error, without the secrets of the settings: warnings and progress do not mix with a result on the standard output. */
export function printError(line: string): void {
	console.error(redact(line));
}

/** From now on, removes the secrets of these settings from what is printed. */
export function redactSecretsOf(...all: readonly Settings[]): Redactor {
	redact = createRedactor(all.flatMap(secretsOf));
	return redact;
}

/** The settings of the environment, which `.env` completes. What is printed from then on does not contain their secrets. @throws {SettingsError} */
export function loadSettings(): { readonly settings: Settings; readonly warnings: readonly string[]; readonly redact: Redactor } {
	if (existsSync(DOTENV)) process.loadEnvFile(DOTENV);
	const { settings, warnings } = parseSettings(process.env);
	return { settings, warnings, redact: redactSecretsOf(settings) };
}

/**
 * The options on the command line. A script of `package.json` that has options ends with `--`: it keeps Node.js from reading those as its own.
 * @throws {UsageError} that quotes the usage
 */
export function readArguments<const Options extends NonNullable<ParseArgsConfig['options']>>(
	options: Options,
	usage: string,
	maxPositionals = 0
): ReturnType<typeof parseArgs<{ readonly options: Options; readonly allowPositionals: true }>> {
	const args = process.argv.slice(2).filter((argument) => argument !== '--');
	let parsed: ReturnType<typeof readArguments<Options>>;
	try {
		parsed = parseArgs({ args, options, allowPositionals: true });
	} catch (error) {
		const { message } = error as Error;
		const [, unknown] = /^Unknown option '([^']+)'/.exec(message) ?? [];
		throw new UsageError(`${unknown === undefined ? `${message}.` : `${unknown} is not an option.`} ${usage}`);
	}
	const extra = parsed.positionals[maxPositionals];
	if (extra !== undefined) throw new UsageError(`${extra} is not an option. ${usage}`);
	return parsed;
}

/**
 * Runs a tool and exits with the code that it returns; with 1 if it fails.
 * @param name - "The preview", for an unexpected error
 * @param readable - kinds of errors of this tool alone whose message says why
 */
export function runProgram(name: string, main: () => Promise<number>, readable: readonly (new () => Error)[] = []): void {
	main().then(
		(code) => process.exit(code),
		(error: unknown) => {
			printError(failureText(name, error, [...READABLE, ...readable]));
			process.exit(1);
		}
	);
}

function failureText(name: string, error: unknown, readable: readonly (new (...parts: never[]) => Error)[]): string {
	if (readable.some((kind) => error instanceof kind)) return (error as Error).message;
	return loginFailure(error) ?? `${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
