import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';

/** Copies tried while the database is being written to. */
const MAX_TRIES = 3;

/**
 * Copies the embedded database of a running Reeve, for reading. PostgreSQL recovers such a copy as it does after a crash: with the control
 * file first and the write-ahead log last, the log has every change that any of the other files has.
 * @returns the folder of the copy, to be removed after use
 */
export async function copyDatabase(dataDir: string): Promise<string> {
	for (let tries = 1; ; tries += 1) {
		const folder = await mkdtemp(join(tmpdir(), 'reeve-copy-'));
		try {
			await copyFiles(join(resolve(dataDir), 'postgres'), join(folder, 'postgres'));
			return folder;
		} catch (error) {
			await rm(folder, { recursive: true, force: true });
			// A file that was removed while it was being copied.
			if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === MAX_TRIES) throw error;
		}
	}
}

async function copyFiles(from: string, to: string): Promise<void> {
	const [control, log] = [join('global', 'pg_control'), 'pg_wal'];
	await mkdir(join(to, 'global'), { recursive: true });
	await cp(join(from, control), join(to, control));
	const isOther = (path: string) => path !== join(from, control) && path !== join(from, log) && !path.startsWith(join(from, log) + sep);
	await cp(from, to, { recursive: true, filter: isOther });
	await cp(join(from, log), join(to, log), { recursive: true });
}
