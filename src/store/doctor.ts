import { type Check, type CheckRemark, storageClockRemark } from '../reconciliation/health/doctor.js';
import type { Database } from './connection/database.js';
import { otherUsersAccess } from './connection/private-files.js';
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
				return [{ verdict: 'ok', message: MESSAGES[kind] }, ...clock, ...(await accessRemarks(folder))];
			}
		}
	];
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
