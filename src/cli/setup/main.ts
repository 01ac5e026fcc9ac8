import { existsSync, readFileSync } from 'node:fs';
import { DOTENV } from '../../config/env.js';
import { print, readArguments, runProgram, UsageError } from '../program.js';
import { CancelledError, Prompts } from './prompts.js';
import { runSetup } from './run-setup.js';

/**
 * `npm run setup`: asks for the settings, checks each answer, and writes `.env`. Without a terminal, or with --yes, it takes them from the
 * environment, the command line and the file. Exits with 1 if something is missing or a check fails, with 130 after Ctrl-C.
 */

const USAGE = 'Usage: npm run setup -- [--yes] [--env-file .env] [--set NAME=value]…';

const CANCELLED = 130;

/** With the comments that explain every setting; in the root of the repository, beside `dist`. */
const TEMPLATE = new URL('../../../../.env.example', import.meta.url);

async function main(): Promise<number> {
	// At a question, Ctrl-C is a key; between two, a signal.
	process.once('SIGINT', () => {
		print('\nSetup was cancelled.');
		process.exit(CANCELLED);
	});
	const { values } = readArguments(
		{
			yes: { type: 'boolean', default: false },
			'env-file': { type: 'string', default: DOTENV },
			set: { type: 'string', multiple: true, default: [] }
		},
		USAGE
	);
	const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
	try {
		return await runSetup({
			path: values['env-file'],
			template: existsSync(TEMPLATE) ? readFileSync(TEMPLATE, 'utf8') : '',
			environment: { ...process.env },
			set: Object.fromEntries(values.set.map(assignment)),
			yes: values.yes,
			prompts: isTerminal && !values.yes ? new Prompts({ input: process.stdin, output: process.stdout }) : null,
			print
		});
	} catch (error) {
		if (!(error instanceof CancelledError)) throw error;
		print(error.message);
		return CANCELLED;
	}
}

/** @throws {UsageError} which does not quote it: it may be a secret */
function assignment(text: string): [string, string] {
	const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
	if (name === undefined || value === undefined) throw new UsageError(`--set needs NAME=value. ${USAGE}`);
	return [name, value.trim()];
}

runProgram('Setup', main);
