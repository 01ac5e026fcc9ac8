import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { prismaFolder, readMigrations } from './migrations.js';
import { FILE_MODE, FOLDER_MODE } from './private-files.js';

/**
 * An empty, migrated embedded database in one file, which the build makes. Unpacking it replaces initdb and the migrations of a first
 * start, which take 800 MB of memory. Without the file, or with one of other migrations or another PGlite, a first start does that itself.
 *
 * The file is compressed. It begins with the length of its list of entries, then has that list as JSON, then the contents in its order.
 */

interface Contents {
	readonly key: string;
	readonly entries: readonly { readonly path: string /** Null for a folder. */; readonly bytes: number | null }[];
}

const LENGTH_BYTES = 4;

/** The file in the package, or in the repository once it is built. */
function archiveFile(): string {
	return join(dirname(prismaFolder()), 'dist', 'empty-database.gz');
}

/**
 * Unpacks the database into an empty folder.
 * @returns false if there is no such file, or it is not for these migrations and this PGlite: the folder is then still empty
 */
export async function unpackEmptyDatabase(folder: string): Promise<boolean> {
	const file = archiveFile();
	if (!existsSync(file)) return false;
	const data = await promisify(gunzip)(await readFile(file));
	const start = LENGTH_BYTES + data.readUInt32BE(0);
	const { key, entries }: Contents = JSON.parse(data.subarray(LENGTH_BYTES, start).toString());
	if (key !== (await currentKey())) return false;
	let at = start;
	for (const { path, bytes } of entries) {
		if (bytes === null) {
			await mkdir(join(folder, path), { mode: FOLDER_MODE });
			continue;
		}
		await writeFile(join(folder, path), data.subarray(at, at + bytes), { mode: FILE_MODE, flush: true });
		at += bytes;
	}
	return true;
}

/** Whether the build has to make the file. */
export async function isEmptyDatabaseMissing(): Promise<boolean> {
	const file = archiveFile();
	if (!existsSync(file)) return true;
	const data = await promisify(gunzip)(await readFile(file));
	const { key }: Contents = JSON.parse(data.subarray(LENGTH_BYTES, LENGTH_BYTES + data.readUInt32BE(0)).toString());
	return key !== (await currentKey());
}

/** Makes the file from a closed database. @param folder - of its files */
export async function packEmptyDatabase(folder: string): Promise<void> {
	const found = await readdir(folder, { recursive: true, withFileTypes: true });
	const paths = found.map((entry) => ({ path: join(entry.parentPath, entry.name), isFolder: entry.isDirectory() }));
	// A folder comes before what is in it.
	paths.sort((a, b) => (a.path < b.path ? -1 : 1));
	const entries: { path: string; bytes: number | null }[] = [];
	const contents: Buffer[] = [];
	for (const { path, isFolder } of paths) {
		const content = isFolder ? null : await readFile(path);
		entries.push({ path: relative(folder, path), bytes: content?.length ?? null });
		if (content !== null) contents.push(content);
	}
	const list = Buffer.from(JSON.stringify({ key: await currentKey(), entries } satisfies Contents));
	const length = Buffer.alloc(LENGTH_BYTES);
	length.writeUInt32BE(list.length);
	await writeFile(archiveFile(), await promisify(gzip)(Buffer.concat([length, list, ...contents]), { level: 9 }));
}

/** Changes with the migrations and with the version of PGlite. */
async function currentKey(): Promise<string> {
	const { migrationDirectories } = await readMigrations();
	return createHash('sha256')
		.update(JSON.stringify([await pgliteVersion(), migrationDirectories]))
		.digest('hex');
}

/** Null for a bundle without its packages. */
async function pgliteVersion(): Promise<string | null> {
	let entry: string;
	try {
		entry = createRequire(import.meta.url).resolve('@electric-sql/pglite');
	} catch {
		return null;
	}
	const text = await readFile(join(dirname(entry), '..', 'package.json'), 'utf8');
	return (JSON.parse(text) as { readonly version: string }).version;
}
