import { type Check, storageClockRemark } from '../reconciliation/health/doctor.js';
import type { Database } from './connection/database.js';

const MESSAGES = {
	embedded: 'The embedded database answers. It admits one process; several need a PostgreSQL server (DATABASE_URL).',
	postgresql: 'The PostgreSQL server answers, and the database is on this version of Reeve.'
} as const satisfies Readonly<Record<Database['kind'], string>>;

/** Checks that the database answers, and compares its clock with this machine's. */
export function databaseChecks({ prisma, kind }: Database): readonly Check[] {
	return [
		{
			subject: 'Database',
			severityOnFailure: 'blocking',
			run: async () => {
				const [row] = await prisma.$queryRaw<{ now: Date }[]>`SELECT now() AS now`;
				const clock =
					kind === 'embedded' || row === undefined
						? []
						: [storageClockRemark({ service: 'the database', theirs: row.now, ours: new Date() })];
				return [{ verdict: 'ok', message: MESSAGES[kind] }, ...clock];
			}
		}
	];
}
