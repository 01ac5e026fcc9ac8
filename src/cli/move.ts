import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { databaseSettings } from '../config/derived.js';
import { postgresUrl } from '../config/values.js';
import { moveLines } from '../messages/replies/backup.js';
import { backupFolder, backupName } from '../store/connection/automatic-backup.js';
import { writeBackup } from '../store/connection/backup.js';
import { openDatabase, withConnection } from '../store/connection/database.js';
import { FolderInUseError } from '../store/connection/errors.js';
import { readMigrations } from '../store/connection/migrations.js';
import { restoreBackup, withAdapter } from '../store/connection/restore.js';
import { loadSettings, print, readArguments, redactSecretsOf, runProgram, UsageError } from './program.js';

/** `npm run move -- --to postgresql://…`: from the embedded database to a PostgreSQL server. Reeve has to be stopped. */

const USAGE = 'Usage: npm run move -- --to postgresql://user:password@host:5432/database [--yes]';

async function main(): Promise<number> {
	const { values } = readArguments({ to: { type: 'string' }, yes: { type: 'boolean', default: false } }, USAGE);
	const url = postgresUrl.safeParse(values.to);
	if (!url.success) throw new UsageError(values.to === undefined ? USAGE : `--to must be ${url.error.issues[0]?.message}. ${USAGE}`);
	const { settings } = loadSettings();
	redactSecretsOf(settings, { ...settings, DATABASE_URL: url.data });
	const { url: current, ...source } = databaseSettings(settings);
	if (current !== undefined)
		throw new UsageError('DATABASE_URL is set: Reeve uses a PostgreSQL server already. Remove it from .env to move the embedded database.');
	if (!existsSync(join(source.dataDir, 'postgres'))) throw new UsageError(`There is no embedded database in ${resolve(source.dataDir)}.`);
	const path = join(backupFolder(source.dataDir), backupName('move'));
	// Brings it to this version, as a start would.
	await openDatabase({ ...source, onNotice: print }).then((database) => database.close(), explainUse);
	// Held until the end: no Reeve can change what has been copied.
	const { before, restored } = await withConnection(source, async ({ factory, schema }) => {
		const migrations = await readMigrations();
		const before = await withAdapter(factory, schema, (place) => writeBackup(place, migrations, path));
		return { before, restored: await restoreBackup({ ...source, url: url.data }, path, values.yes) };
	}).catch(explainUse);
	for (const line of moveLines(before, restored.tables)) print(line);
	if (restored.replaced !== null) print(`\nWhat the server had before is in ${restored.replaced}.`);
	print(`\nMoved. Write DATABASE_URL with this address into .env, then start Reeve. The embedded database is unchanged, and ${path} has`);
	print('the same data: remove both once all is well.');
	return 0;
}

function explainUse(error: unknown): never {
	if (error instanceof FolderInUseError) throw new UsageError('Reeve is running and uses the embedded database. Stop it, then move again.');
	throw error;
}

runProgram('The move', main);
