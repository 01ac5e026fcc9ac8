import { join, resolve } from 'node:path';
import { databaseSettings } from '../config/derived.js';
import { sumLines } from '../messages/replies/backup.js';
import { backupFolder, backupName } from '../store/connection/automatic-backup.js';
import { backUp } from './open-database.js';
import { loadSettings, print, readArguments, runProgram } from './program.js';

/** `npm run backup [-- file]`: backs up the database, also while Reeve runs. */

const USAGE = 'Usage: npm run backup [-- file]';

async function main(): Promise<number> {
	const { positionals } = readArguments({}, USAGE, 1);
	const { settings } = loadSettings();
	const path = resolve(positionals[0] ?? join(backupFolder(settings.DATA_DIR), backupName('reeve')));
	const tables = await backUp(databaseSettings(settings), path);
	for (const line of sumLines(tables)) print(line);
	print(`\nBacked up to ${path}. It has who pays and who was changed: keep it where only you can read it.`);
	return 0;
}

runProgram('The backup', main);
