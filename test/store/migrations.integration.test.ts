import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedAdapter } from '../../src/store/connection/embedded-adapter.js';
import { prismaFolder, schemaChange } from '../../src/store/connection/migrations.js';
import { migrationPromises } from './contract/migrations.js';

describe('the schema, embedded', () => {
	let pglite: PGlite;
	beforeAll(async () => {
		pglite = await PGlite.create();
	});
	afterAll(() => pglite.close());

	migrationPromises(() => new EmbeddedAdapter(pglite));

	it('is the one that the migrations lead to, and a change of it is noticed', async () => {
		const schema = await readFile(join(prismaFolder(), 'schema.prisma'), 'utf8');
		expect(await schemaChange(new EmbeddedAdapter(pglite), schema)).toBeNull();
		const changed = `${schema}\nmodel Later {\n  id String @id\n}\n`;
		expect(await schemaChange(new EmbeddedAdapter(pglite), changed)).toMatch(/CREATE TABLE "Later"/);
	});
});
