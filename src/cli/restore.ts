import { databaseSettings } from '../config/derived.js';
import { sumLines } from '../messages/replies/backup.js';
import { FolderInUseError } from '../store/connection/errors.js';
import { restoreBackup } from '../store/connection/restore.js';
import { loadSettings, print, readArguments, runProgram, UsageError } from './program.js';

/** `npm run restore -- file [--yes]`: replaces what Reeve has stored by a backup. Reeve has to be stopped. */

const USAGE = 'Usage: npm run restore -- file [--yes]';

async function main(): Promise<number> {
	const { values, positionals } = readArguments({ yes: { type: 'boolean', default: false } }, USAGE, 1);
	const [file] = positionals;
	if (file === undefined) throw new UsageError(USAGE);
	const { settings } = loadSettings();
	const { tables, createdAt, replaced } = await restoreBackup(databaseSettings(settings), file, values.yes).catch((error: unknown) => {
		if (error instanceof FolderInUseError) throw new UsageError('Reeve is running and uses this database. Stop it, then restore again.');
		throw error;
	});
	for (const line of sumLines(tables)) print(line);
	if (replaced !== null) print(`\nWhat was there before is in ${replaced}.`);
	print(`\nRestored ${file}, made at ${createdAt}. Before you start Reeve, read "After a restore" in docs/operate.md.`);
	return 0;
}

runProgram('The restore', main);
