import type { Database } from './connection/database.js';

/** Enough to need new space on the disk. */
const PROBE_ROWS = 256;

/**
 * Checks that the database can store something, and reads its clock. It writes, because on a full or read-only disk reading still works:
 * to a table of Reeve's, and to a temporary one, which needs new space.
 * @throws {SourceError} if it cannot
 */
export async function probeDatabase({ prisma }: Pick<Database, 'prisma'>): Promise<Date> {
	return prisma.$transaction(async (transaction) => {
		await transaction.$executeRaw`UPDATE $schema."Installation" SET "installedAt" = "installedAt" WHERE FALSE`;
		await transaction.$executeRaw`
			CREATE TEMPORARY TABLE write_probe ON COMMIT DROP AS
			SELECT repeat('x', 1900) AS text FROM generate_series(1, ${PROBE_ROWS}::int)`;
		const [row] = await transaction.$queryRaw<{ now: Date }[]>`SELECT now() AS now`;
		return row?.now ?? new Date();
	});
}
