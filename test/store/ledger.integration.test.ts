import { afterAll, beforeAll, describe } from 'vitest';
import { type Database, openDatabase } from '../../src/store/connection/database.js';
import { ledgerPromises } from './contract/ledger.js';
import { makeFolder, removeFolder } from './folders.js';

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
