import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PrismaClient } from '../../src/store/client/client.js';
import { type Database, openDatabase } from '../../src/store/connection/database.js';
import { EmbeddedAdapter } from '../../src/store/connection/embedded-adapter.js';

/** Opens the embedded database with a query counter, which includes BEGIN and COMMIT. */
export async function openCountedDatabase(dataDir: string): Promise<{ database: Database; count(): number; close(): Promise<void> }> {
	const { SANDBOX_DATABASE_TEMPLATE: template } = process.env;
	if (template === undefined) await (await openDatabase({ dataDir })).close();
	else await cp(template, dataDir, { recursive: true });
	const pglite = await PGlite.create(join(dataDir, 'postgres'));
	const transactionOptions = { maxWait: 120_000, timeout: 120_000 };
	const prisma = new PrismaClient({ adapter: new EmbeddedAdapter(pglite), log: [{ level: 'query', emit: 'event' }], transactionOptions });
	let queries = 0;
	prisma.$on('query', () => {
		queries += 1;
	});
	const close = async () => {
		await prisma.$disconnect();
		if (!pglite.closed) await pglite.close();
	};
	return { database: { prisma, kind: 'embedded', schema: 'public', close }, count: () => queries, close };
}
