import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe } from 'vitest';
import { EmbeddedAdapter } from '../../src/store/connection/embedded-adapter.js';
import { migrate, readMigrations } from '../../src/store/connection/migrations.js';
import { findingsStorageContract } from './contract/recurrence.js';

describe('storing findings in the embedded database', () => {
	let pglite: PGlite;
	beforeAll(async () => {
		pglite = await PGlite.create();
		await migrate(new EmbeddedAdapter(pglite), await readMigrations());
	});
	afterAll(() => pglite.close());

	findingsStorageContract(() => new EmbeddedAdapter(pglite));
});
