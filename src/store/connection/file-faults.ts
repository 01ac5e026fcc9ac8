import { statfs } from 'node:fs/promises';
import type { Fault } from './driver-error.js';

/** Faults of the folder that holds the embedded database. */

const NOT_ALLOWED: Fault = {
	problem: 'Reeve may not read and write it',
	advice: 'Make the user that runs Reeve the owner of the folder and everything in it, or name another one (DATA_DIR).'
};

const FULL: Fault = { problem: 'its disk is full', advice: 'Free space on that disk, then start Reeve again.' };

const OTHER: Fault = { problem: 'it cannot be read and written', advice: 'Check its disk, or name another folder (DATA_DIR).' };

/** By the code of Node's error. */
const FAULTS: Readonly<Record<string, Fault>> = {
	EACCES: NOT_ALLOWED,
	EPERM: NOT_ALLOWED,
	EROFS: {
		problem: 'its file system is read-only',
		advice: 'Name a folder that can be written (DATA_DIR), or mount this one for writing.'
	},
	ENOSPC: FULL,
	EDQUOT: FULL,
	ENOTDIR: { problem: 'it is a file', advice: 'Name a folder (DATA_DIR).' },
	EEXIST: { problem: 'it is a file', advice: 'Name a folder (DATA_DIR).' },
	ENAMETOOLONG: { problem: 'its path is too long', advice: 'Name a folder with a shorter path (DATA_DIR).' }
};

const UNREADABLE: Fault = {
	problem: 'its files are damaged or not those of a database',
	advice: 'Restore the folder from a backup, or name an empty one (DATA_DIR).'
};

/** The embedded database writes as much before it is open. */
const MIN_FREE_BYTES = 24 * 1024 * 1024;

/** The fault of a folder that could not be created, locked or read. */
export function folderFault(error: unknown): Fault {
	const code = error instanceof Error && 'code' in error ? String(error.code) : '';
	return FAULTS[code] ?? OTHER;
}

/** The fault of a database that could not be opened in a folder. The engine does not say: a full disk is the one cause that can be seen. */
export async function openingFault(folder: string, error: unknown): Promise<Fault> {
	if (error instanceof Error && 'code' in error && FAULTS[String(error.code)] !== undefined) return folderFault(error);
	const { bavail, bsize } = await statfs(folder);
	return bavail * bsize < MIN_FREE_BYTES ? FULL : UNREADABLE;
}
