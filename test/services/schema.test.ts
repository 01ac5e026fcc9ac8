import { afterAll, beforeAll, describe } from 'vitest';
import { migrate, readMigrations } from '../../src/store/connection/migrations.js';
import { DEFAULT_SCHEMA } from '../../src/store/connection/qualify.js';
import { ServerAdapter } from '../../src/store/connection/server-adapter.js';
import { migrationContract } from '../store/contract/migrations.js';
import { findingsStorageContract } from '../store/contract/recurrence.js';
import { createDatabase, type TestDatabase } from './databases.js';

describe('schema on a PostgreSQL server', () => {
	let server: TestDatabase;
	beforeAll(async () => {
		server = await createDatabase();
	});
	afterAll(() => server?.drop());

	for (const schema of [DEFAULT_SCHEMA, 'reeve']) migrationContract(() => new ServerAdapter(server.url, schema, 1), schema);

	describe('when migrated', () => {
		let full: TestDatabase;
		beforeAll(async () => {
			full = await createDatabase();
			await migrate(new ServerAdapter(full.url, DEFAULT_SCHEMA, 1), await readMigrations());
		});
		afterAll(() => full?.drop());

		findingsStorageContract(() => new ServerAdapter(full.url));
	});
});
