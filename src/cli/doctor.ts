import { doctorLines, verdictOf } from '../messages/replies/doctor.js';
import { runAllChecks } from './all-checks.js';
import { loadSettings, print, runProgram } from './program.js';

/** `npm run doctor`: checks the setup, before or while Reeve runs, and explains how to fix problems. Exits with 1 if it finds an error. */

async function main(): Promise<number> {
	const { settings, warnings, redact } = loadSettings();
	const results = await runAllChecks({ settings, warnings, environment: process.env, redact });
	for (const line of doctorLines(results)) print(line);
	print(`\n${verdictOf(results)}.`);
	return results.some(({ verdict }) => verdict === 'blocking' || verdict === 'error') ? 1 : 0;
}

runProgram('The doctor', main);
