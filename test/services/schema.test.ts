import { afterAll, beforeAll, describe } from 'vitest';
import { migrate, readMigrations } from '../../src/store/connection/migrations.js';
import { ServerAdapter } from '../../src/store/connection/server-adapter.js';
import { migrationPromises } from '../store/contract/migrations.js';
import { findingPromises } from '../store/contract/recurrence.js';
import { createDatabase, type TestDatabase } from './databases.js';

describe('the schema on a PostgreSQL server', () => {
	let server: TestDatabase;
	beforeAll(async () => {
		server = await createDatabase();
	});
	afterAll(() => server?.drop());

	migrationPromises(() => new ServerAdapter(server.url, 1));

	describe('with everything in it', () => {
		let full: TestDatabase;
		beforeAll(async () => {
			full = await createDatabase();
			await migrate(new ServerAdapter(full.url, 1), await readMigrations());
		});
		afterAll(() => full?.drop());

		findingPromises(() => new ServerAdapter(full.url));
	});
});
