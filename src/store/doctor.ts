import { type Check, clockRemark } from '../reconciliation/doctor.js';
import type { Database } from './database.js';

const KINDS = {
	embedded: 'The embedded database answers. It admits one process; several need a PostgreSQL server (DATABASE_URL).',
	postgresql: 'The PostgreSQL server answers, and the database is on this version of Reeve.'
} as const satisfies Readonly<Record<Database['kind'], string>>;

/** Whether the database answers, and tells the same time. */
export function databaseChecks({ prisma, kind }: Database): readonly Check[] {
	return [
		{
			about: 'Database',
			otherwise: 'blocks',
			look: async () => {
				const [row] = await prisma.$queryRaw<{ now: Date }[]>`SELECT now() AS now`;
				const clock = kind === 'embedded' || row === undefined ? [] : [clockRemark('the database', row.now, new Date())];
				return [{ verdict: 'well', words: KINDS[kind] }, ...clock];
			}
		}
	];
}
