import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../dist/src/store/connection/database.js';
import { isEmptyDatabaseMissing, packEmptyDatabase } from '../dist/src/store/connection/empty-database.js';

/** Makes `dist/empty-database.gz`, unless it is there already: an empty, migrated embedded database, with which first starts begin. */

if (await isEmptyDatabaseMissing()) {
	const dataDir = await mkdtemp(join(tmpdir(), 'reeve-empty-database-'));
	try {
		await (await openDatabase({ dataDir })).close();
		await packEmptyDatabase(join(dataDir, 'postgres'));
	} finally {
		await rm(dataDir, { recursive: true, force: true });
	}
}
