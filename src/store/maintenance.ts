import type { MaintenanceStore } from '../reconciliation/health/housekeeping.js';
import { ROLE_CHANGE_DAYS } from '../reconciliation/origins/history.js';
import type { Database } from './connection/database.js';

const DAY_MS = 86_400_000;

/** Runs per statement: each rewrites rows that may be large. */
const RUNS_PER_STATEMENT = 100;

/** Of runs over touched members that found and changed nothing. */
const QUIET_RUN_DAYS = 7;

/** A checkpoint lets the embedded database reuse the files of its write-ahead log, 16 MB each. */
const MAX_LOG_BYTES = 16 * 1024 * 1024;

/** Keeps the database from growing: deletes old snapshots of runs and old changes of roles, and does what a PostgreSQL server does by itself (autovacuum). */
export function maintenanceStore({ prisma, kind }: Database, guildId: string, snapshotDays: number): MaintenanceStore {
	let maintainedAt = Number.NEGATIVE_INFINITY;

	/** Issues and notices. Those of the newest completed run, and of runs whose report is still to be delivered, stay. */
	const deleteSnapshots = async (now: Date): Promise<void> => {
		const before = new Date(now.getTime() - snapshotDays * DAY_MS);
		let deleted: number;
		do {
			deleted = await prisma.$executeRaw`
				UPDATE $schema."ReconciliationRun" SET issues = '[]', notices = '{}', "snapshotDeletedAt" = ${now} WHERE id IN (
					SELECT id FROM $schema."ReconciliationRun" AS run
					WHERE "guildId" = ${guildId} AND status <> 'RUNNING' AND "startedAt" < ${before}
						AND "snapshotDeletedAt" IS NULL
						AND id <> (
							SELECT id FROM $schema."ReconciliationRun" WHERE "guildId" = ${guildId} AND status = 'COMPLETED' AND "onlyMembers" IS NULL
							ORDER BY "startedAt" DESC, id DESC LIMIT 1
						)
						AND NOT EXISTS (
							SELECT FROM $schema."Delivery" WHERE "guildId" = ${guildId} AND subject = 'run:' || run.id AND status = 'PENDING'
						)
					LIMIT ${RUNS_PER_STATEMENT}
				)`;
		} while (deleted === RUNS_PER_STATEMENT);
	};

	/**
	 * Deletes runs over touched members that found and changed nothing: after every change there is one. The newest that read everything stays:
	 * it says how old the payers are.
	 */
	const deleteQuietRuns = async (now: Date): Promise<void> => {
		const before = new Date(now.getTime() - QUIET_RUN_DAYS * DAY_MS);
		let deleted: number;
		do {
			deleted = await prisma.$executeRaw`
				DELETE FROM $schema."ReconciliationRun" WHERE id IN (
					SELECT id FROM $schema."ReconciliationRun" AS run
					WHERE "guildId" = ${guildId} AND "onlyMembers" IS NOT NULL AND status <> 'RUNNING' AND "startedAt" < ${before}
						AND "issuesFound" = 0 AND "issuesFixed" = 0
						AND NOT EXISTS (SELECT FROM $schema."Issue" WHERE "lastRunId" = run.id)
						AND NOT EXISTS (SELECT FROM $schema."Hold" WHERE "runId" = run.id)
						AND id <> COALESCE((
							SELECT id FROM $schema."ReconciliationRun" WHERE "guildId" = ${guildId} AND "payersRecorded" IS NOT NULL
							ORDER BY "startedAt" DESC, id DESC LIMIT 1
						), '')
					LIMIT ${RUNS_PER_STATEMENT}
				)`;
		} while (deleted === RUNS_PER_STATEMENT);
	};

	/** One statement per table: others wait for one table at most. */
	const vacuum = async (): Promise<void> => {
		const tables = await prisma.$queryRaw<{ name: string }[]>`
			SELECT oid::regclass::text AS name FROM pg_class WHERE relkind IN ('r', 'm') AND relpersistence = 'p' ORDER BY oid`;
		for (const { name } of tables) await prisma.$executeRawUnsafe(`VACUUM (ANALYZE) ${name}`);
	};

	const checkpoint = async (): Promise<void> => {
		const [log] = await prisma.$queryRaw<{ bytes: number }[]>`
			SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::float8 AS bytes FROM pg_control_checkpoint()`;
		if (log !== undefined && log.bytes > MAX_LOG_BYTES) await prisma.$executeRaw`CHECKPOINT`;
	};

	return {
		maintain: async (now) => {
			if (now.getTime() - maintainedAt >= DAY_MS) {
				await deleteQuietRuns(now);
				await deleteSnapshots(now);
				const kept = new Date(now.getTime() - ROLE_CHANGE_DAYS * DAY_MS);
				await prisma.roleChange.deleteMany({ where: { guildId, at: { lt: kept } } });
				if (kind === 'embedded') await vacuum();
				maintainedAt = now.getTime();
			}
			if (kind === 'embedded') await checkpoint();
		}
	};
}
