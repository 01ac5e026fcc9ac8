import { rm } from 'node:fs/promises';
import { databaseSettings } from '../config/derived.js';
import type { Settings } from '../config/env.js';
import { copyDatabase } from '../store/connection/copy.js';
import { type Database, openDatabase } from '../store/connection/database.js';
import { FolderInUseError } from '../store/connection/errors.js';

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
