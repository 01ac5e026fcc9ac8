import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedAdapter } from '../../src/store/connection/embedded-adapter.js';
import { prismaFolder, schemaChange } from '../../src/store/connection/migrations.js';
import { DEFAULT_SCHEMA } from '../../src/store/connection/qualify.js';
import { migrationContract } from './contract/migrations.js';

describe('schema of the embedded database', () => {
	let pglite: PGlite;
	beforeAll(async () => {
		pglite = await PGlite.create();
	});
	afterAll(() => pglite.close());

	for (const schema of [DEFAULT_SCHEMA, 'reeve']) migrationContract(() => new EmbeddedAdapter(pglite, schema), schema);

	it('equals the result of the migrations, and a change of schema.prisma is detected', async () => {
		const schema = await readFile(join(prismaFolder(), 'schema.prisma'), 'utf8');
		expect(await schemaChange(new EmbeddedAdapter(pglite), schema)).toBeNull();
		const changed = `${schema}\nmodel Later {\n  id String @id\n}\n`;
		expect(await schemaChange(new EmbeddedAdapter(pglite), changed)).toMatch(/CREATE TABLE "Later"/);
	});
});
