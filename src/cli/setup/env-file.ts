import { chmod, copyFile, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { UsageError } from '../program.js';
import { changeEnvText, type EnvChanges, parseEnvText } from './env-text.js';

/** The file that setup writes: only its owner may read it, for it has the token and the keys. */

const PRIVATE = 0o600;

export interface EnvFile {
	readonly path: string;
	readonly exists: boolean;
	readonly text: string;
	readonly values: Readonly<NodeJS.Dict<string>>;
}

/** @param template - text of a file that does not exist yet @throws {UsageError} if it cannot be read */
export async function openEnvFile(path: string, template: string): Promise<EnvFile> {
	try {
		const text = await readFile(path, 'utf8');
		return { path, exists: true, text, values: parseEnvText(text) };
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { path, exists: false, text: template, values: {} };
		throw new UsageError(`${path} cannot be read (${codeOf(error)}): it must be a file that you may read. Nothing was changed.`);
	}
}

/**
 * Writes the changes, all at once. What was there before stays in `<path>.bak`.
 * @returns the path of that copy; null if there was no file
 * @throws {UsageError} if it cannot be written
 */
export async function writeEnvFile(file: EnvFile, changes: EnvChanges): Promise<string | null> {
	const text = changeEnvText(file.text, changes);
	try {
		// A link stays a link.
		const path = file.exists ? await realpath(file.path) : file.path;
		const backup = file.exists ? `${path}.bak` : null;
		if (backup !== null) {
			await rm(backup, { force: true });
			await copyFile(path, backup);
			await chmod(backup, PRIVATE);
		}
		const unfinished = `${path}.${process.pid}.tmp`;
		try {
			await writeFile(unfinished, text, { mode: PRIVATE, flag: 'wx' });
			await rename(unfinished, path);
		} finally {
			await rm(unfinished, { force: true });
		}
		return backup;
	} catch (error) {
		throw new UsageError(`${file.path} cannot be written (${codeOf(error)}): check the permissions of its folder, then run setup again.`);
	}
}

function codeOf(error: unknown): string {
	return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}
