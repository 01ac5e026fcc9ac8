import { afterAll, beforeAll, describe } from 'vitest';
import { type Database, openDatabase } from '../../src/store/connection/database.js';
import { ledgerContract } from './contract/ledger.js';
import { makeFolder, removeFolder } from './folders.js';

describe('ledger on the embedded database', () => {
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

	ledgerContract(() => database);
});
