import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../src/store/connection/database.js';
import { drift, ledgerOf, minute, run, snowflake } from './builders.js';
import { migratedFolder } from './folders.js';

const MEBIBYTE = 1024 * 1024;
const ISSUES = 300;
const DAYS = 8;

async function sizeOf(folder: string): Promise<number> {
	const names = await readdir(folder);
	const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
	return sizes.reduce((sum, size) => sum + size, 0);
}

it('the embedded database reuses the space of former versions of its rows, and of its write-ahead log', async () => {
	const folder = await migratedFolder();
	const database = await openDatabase({ dataDir: folder });
	onTestFinished(() => database.close());
	const { ledger } = ledgerOf(database);
	const tableBytes = async () => {
		const [row] = await database.prisma.$queryRaw<{ bytes: number }[]>`
			SELECT sum(pg_total_relation_size(oid))::float8 AS bytes FROM pg_class WHERE relname IN ('Member', 'Issue')`;
		return row?.bytes ?? 0;
	};
	const issues = Array.from({ length: ISSUES }, () => drift(snowflake()));
	await database.prisma.member.createMany({ data: issues.map(({ discordId }) => ({ discordId })) });
	const sizes: number[] = [];
	for (let day = 0; day < DAYS; day += 1) {
		const at = minute(day * 24 * 60);
		await run(ledger, at, issues);
		// What an application does with its rows: no run of Reeve's touches them.
		for (let update = 0; update < 5; update += 1)
			await database.prisma.$executeRaw`UPDATE "Member" SET "stripeCustomerId" = gen_random_uuid()::text`;
		// More than a file of the write-ahead log.
		await database.prisma.$executeRaw`SELECT pg_logical_emit_message(false, 'load', repeat('x', ${20 * MEBIBYTE}::int))`;
		await ledger.maintain(at);
		sizes.push(await tableBytes());
	}
	expect(sizes.at(-1)).toBeLessThan(1.3 * (sizes[2] ?? 0));
	expect(await sizeOf(join(folder, 'postgres', 'pg_wal'))).toBeLessThan(100 * MEBIBYTE);
});
