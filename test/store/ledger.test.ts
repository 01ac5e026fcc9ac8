import { afterAll, beforeAll, describe } from 'vitest';
import { type Database, openDatabase } from '../../src/store/database.js';
import { makeFolder, removeFolder } from './folders.js';
import { ledgerPromises } from './promises/ledger.js';

describe('the ledger, embedded', () => {
	let database: Database;
	let folder: string;

	beforeAll(async () => {
		folder = await makeFolder();
		database = await openDatabase({ dataDir: folder });
	});
	afterAll(async () => {
		await database?.close();
		await removeFolder(folder);
	});

	ledgerPromises(() => database);
});
