import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe } from 'vitest';
import { EmbeddedAdapter } from '../../src/store/embedded-adapter.js';
import { migrate, readMigrations } from '../../src/store/migrations.js';
import { findingPromises } from './suites/findings.js';

describe('findings, embedded', () => {
	let pglite: PGlite;
	beforeAll(async () => {
		pglite = await PGlite.create();
		await migrate(new EmbeddedAdapter(pglite), await readMigrations());
	});
	afterAll(() => pglite.close());

	findingPromises(() => new EmbeddedAdapter(pglite));
});
