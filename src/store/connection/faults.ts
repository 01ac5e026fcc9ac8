import { connectionFault } from './connection-faults.js';
import { type DatabaseKind, type Fault, sqlState } from './driver-error.js';

/** The faults that PostgreSQL reports, in the operator's words. */

const TRY_AGAIN = 'Nothing was changed: try again in a minute.';

const SAME_ROWS: Fault = { problem: 'another process was changing the same rows', advice: TRY_AGAIN };
const DAMAGED: Fault = { problem: 'it is damaged', advice: 'Restore a backup, and check the disk.' };

/** By SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), or its first two characters: the class. */
const FAULTS: Readonly<Record<string, Fault | Readonly<Record<DatabaseKind, Fault>>>> = {
	'22P05': {
		problem: 'its encoding cannot store every character',
		advice: "Move Reeve to a database that was created with ENCODING 'UTF8'."
	},
	'25006': {
		problem: 'it is read-only, so nothing can be stored',
		advice:
			'DATABASE_URL may name a replica: name the primary server. Providers also make a database read-only when its disk or plan is full.',
		resumes: true
	},
	'28P01': { problem: 'it refuses the password', advice: 'Check the user and the password in DATABASE_URL.' },
	'28': {
		problem: 'it refuses the user',
		advice: 'Check the user in DATABASE_URL, and that the server accepts that user from this machine (pg_hba.conf).'
	},
	'3D000': { problem: 'it does not exist', advice: 'Create it, or name another one at the end of DATABASE_URL.' },
	'3F': { problem: 'its tables are missing', advice: 'Restore a backup, or give Reeve an empty database.' },
	'40': SAME_ROWS,
	'42501': {
		postgresql: {
			problem: "it does not let Reeve's user do that",
			advice: 'Make the user of DATABASE_URL the owner of the database and its tables, and let it create temporary tables.'
		},
		embedded: {
			problem: 'its files cannot be read or written',
			advice: 'Make the user that runs Reeve the owner of DATA_DIR and everything in it, on a file system that is not read-only.'
		}
	},
	'42': {
		problem: 'its tables are not those of this Reeve',
		advice: 'They were changed by hand or by another program. Restore a backup, or give Reeve an empty database.'
	},
	'53100': {
		postgresql: {
			problem: 'its disk is full, so nothing can be stored',
			advice: 'Free space on the PostgreSQL server, or get more from its provider.',
			resumes: true
		},
		embedded: {
			problem: 'its disk is full, so nothing can be stored',
			advice: 'Free space on the disk that holds DATA_DIR.',
			resumes: true
		}
	},
	'53200': {
		postgresql: {
			problem: 'it has run out of memory',
			advice: 'Give the PostgreSQL server more memory, or lower its work_mem and max_connections.',
			resumes: true
		},
		embedded: { problem: 'it has run out of memory', advice: 'Give this machine more memory.' }
	},
	'53300': {
		problem: 'it has no connection left for Reeve',
		advice: "Close other programs' connections to the PostgreSQL server, or raise its max_connections (providers limit it by plan).",
		resumes: true
	},
	'53': {
		postgresql: { problem: 'it has run out of a resource', advice: 'Check the log of the PostgreSQL server.' },
		embedded: { problem: 'it has run out of a resource', advice: 'Check the limits of the process that runs Reeve, such as open files.' }
	},
	'55P03': SAME_ROWS,
	'57014': {
		problem: 'it cancelled a statement that took too long',
		advice: `${TRY_AGAIN} If it goes on, raise statement_timeout for the user of DATABASE_URL.`
	},
	'58': {
		postgresql: { problem: 'it cannot read or write its files', advice: 'Check the disk and the log of the PostgreSQL server.' },
		embedded: {
			problem: 'it cannot read or write its files',
			advice: 'Check the disk that holds DATA_DIR; if files are missing, restore a backup.'
		}
	},
	XX001: DAMAGED,
	XX002: DAMAGED
};

/** A transaction of Reeve's that took longer than it may. */
export const TOO_SLOW: Fault = { problem: 'it was too busy to finish in time', advice: TRY_AGAIN };

/** The fault that a driver's error is about; null if it is about the statement alone. */
export function faultOf(error: unknown, kind: DatabaseKind): Fault | null {
	const code = sqlState(error);
	const ofConnection = kind === 'postgresql' ? connectionFault(error, code) : null;
	if (ofConnection !== null || code === null) return ofConnection;
	const fault = FAULTS[code] ?? FAULTS[code.slice(0, 2)];
	if (fault === undefined) return null;
	return 'problem' in fault ? fault : fault[kind];
}
