import { type Check, type CheckRemark, storageClockRemark } from '../reconciliation/health/doctor.js';
import type { Database } from './connection/database.js';
import { otherUsersAccess } from './connection/private-files.js';
import { DEFAULT_SCHEMA } from './connection/qualify.js';
import { probeDatabase } from './write-probe.js';

const MESSAGES = {
	embedded: 'The embedded database answers. It admits one process; several need a PostgreSQL server (DATABASE_URL).',
	postgresql: 'The PostgreSQL server answers, and the database is on this version of Reeve.'
} as const satisfies Readonly<Record<Database['kind'], string>>;

/** Checks that the database can store something, compares its clock with this machine's, and who can reach the files of an embedded one. */
export function databaseChecks(database: Database): readonly Check[] {
	const { kind, folder } = database;
	return [
		{
			subject: 'Database',
			severityOnFailure: 'blocking',
			run: async () => {
				const theirs = await probeDatabase(database);
				const clock = kind === 'embedded' ? [] : [storageClockRemark({ service: 'the database', theirs, ours: new Date() })];
				return [
					{ verdict: 'ok', message: answers(database) },
					...schemaRemarks(database),
					...clock,
					...(await accessRemarks(folder)),
					...(await vacuumRemarks(database))
				];
			}
		}
	];
}

function answers({ kind, schema }: Database): string {
	return kind === 'embedded' && schema === DEFAULT_SCHEMA
		? MESSAGES[kind]
		: `${MESSAGES[kind]} Reeve's tables are in the schema ${schema}.`;
}

function schemaRemarks({ schemaRemark }: Database): readonly CheckRemark[] {
	return schemaRemark === undefined ? [] : [{ verdict: 'ok', message: schemaRemark }];
}

/** Reeve relies on the server to reuse the space of deleted rows. */
async function vacuumRemarks({ prisma, kind }: Database): Promise<readonly CheckRemark[]> {
	if (kind === 'embedded') return [];
	const [row] = await prisma.$queryRaw<{ on: boolean }[]>`SELECT current_setting('autovacuum')::boolean AS on`;
	if (row?.on !== false) return [];
	const message =
		'autovacuum is off on the PostgreSQL server, so the database grows with every run. Switch it on: ALTER SYSTEM SET autovacuum = on, then SELECT pg_reload_conf().';
	return [{ verdict: 'warning', message }];
}

async function accessRemarks(folder: string | undefined): Promise<readonly CheckRemark[]> {
	if (folder === undefined || !(await otherUsersAccess(folder))) return [];
	return [
		{
			verdict: 'warning',
			message: `Other users of this machine can read or replace the database in ${folder}, and Reeve cannot change that. Set DATA_DIR to a folder of its own that belongs to Reeve's user.`
		}
	];
}
