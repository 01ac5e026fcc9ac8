// Writes the next migration: the SQL that takes a database with all committed migrations to schema.prisma. Needs a build.
// Usage: npm run migration -- add-something
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { EmbeddedAdapter } from '../dist/src/store/connection/embedded-adapter.js';
import { prismaFolder, schemaChange } from '../dist/src/store/connection/migrations.js';

const [name] = process.argv.slice(2);
if (!/^[a-z0-9-]+$/.test(name ?? '')) {
	console.error('Give the migration a name in lower-case letters, digits and hyphens: npm run migration -- add-something');
	process.exit(1);
}
const pglite = await PGlite.create();
const schema = await readFile(join(prismaFolder(), 'schema.prisma'), 'utf8');
const sql = await schemaChange(new EmbeddedAdapter(pglite), schema);
await pglite.close();
if (sql === null) {
	console.log('The migrations already produce schema.prisma: nothing to write.');
} else {
	const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
	const folder = join(prismaFolder(), 'migrations', `${stamp}_${name}`);
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'migration.sql'), sql);
	console.log(`Wrote ${join(folder, 'migration.sql')}. Review it before you commit it.`);
}
