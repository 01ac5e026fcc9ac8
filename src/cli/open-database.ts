import { rm } from 'node:fs/promises';
import { databaseSettings } from '../config/derived.js';
import type { Settings } from '../config/env.js';
import { writeBackup } from '../store/connection/backup.js';
import type { TableSums } from '../store/connection/backup-file.js';
import { copyDatabase } from '../store/connection/copy.js';
import { type Database, type DatabaseOptions, openDatabase, withConnection } from '../store/connection/database.js';
import { FolderInUseError } from '../store/connection/errors.js';
import { readMigrations } from '../store/connection/migrations.js';
import { withAdapter } from '../store/connection/restore.js';
import { UsageError } from './program.js';

/** The database; of a running Reeve with an embedded one, a copy. @throws {DatabaseError} */
export async function openForReading(settings: Settings): Promise<{ readonly database: Database; readonly close: () => Promise<void> }> {
	const options = databaseSettings(settings);
	try {
		const database = await openDatabase(options);
		return { database, close: () => database.close() };
	} catch (error) {
		if (!(error instanceof FolderInUseError)) throw error;
	}
	const dataDir = await copyDatabase(options.dataDir);
	const remove = () => rm(dataDir, { recursive: true, force: true });
	try {
		const database = await openDatabase({ ...options, dataDir });
		return { database, close: () => database.close().finally(remove) };
	} catch (error) {
		await remove();
		throw error;
	}
}

/**
 * The database, to change it: not beside a running Reeve with an embedded one.
 * @param instead - the command in Discord that does the same
 * @throws {UsageError | DatabaseError}
 */
export async function openForWriting(settings: Settings, instead: string): ReturnType<typeof openForReading> {
	try {
		const database = await openDatabase(databaseSettings(settings));
		return { database, close: () => database.close() };
	} catch (error) {
		if (!(error instanceof FolderInUseError)) throw error;
		throw new UsageError(`Reeve is running and has its database open: use ${instead} in Discord, or stop Reeve first.`);
	}
}

/** Backs up the database as it is; of a running Reeve with an embedded one, a copy. @throws {DatabaseError} */
export async function backUp(options: DatabaseOptions, path: string): Promise<TableSums> {
	const migrations = await readMigrations();
	const write = (from: DatabaseOptions) =>
		withConnection(from, ({ factory, schema }) => withAdapter(factory, schema, (place) => writeBackup(place, migrations, path)));
	try {
		return await write(options);
	} catch (error) {
		if (!(error instanceof FolderInUseError)) throw error;
	}
	const dataDir = await copyDatabase(options.dataDir);
	try {
		return await write({ ...options, dataDir });
	} finally {
		await rm(dataDir, { recursive: true, force: true });
	}
}
