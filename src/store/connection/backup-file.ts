import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createGunzip, createGzip } from 'node:zlib';
import { DatabaseError } from './errors.js';
import { FOLDER_MODE } from './private-files.js';

/**
 * The file of a backup: JSON in lines, compressed by gzip. The first line describes the database, each further one is a page of rows, and
 * the last has the numbers of rows, their checksums, and the checksum of all lines before it.
 */

/** A backup cannot be made, read or restored. `message`: why, and what to do. */
export class BackupError extends DatabaseError {}

const FORMAT = 'reeve-backup';
const VERSION = 1;

/** A row: each value in PostgreSQL's text form. */
export type Row = readonly (string | null)[];

/** What a backup has of a table: the number of its rows, and a checksum that does not depend on their order. */
export interface TableSum {
	readonly rows: number;
	readonly checksum: string;
}

export interface BackupHeader {
	readonly createdAt: string;
	/** The guild that the database belongs to; null if none had claimed it. */
	readonly guildId: string | null;
	/** The migrations that had been applied, in order. */
	readonly migrations: readonly string[];
	/** Tables with their columns; each after those that it refers to. */
	readonly tables: readonly { readonly name: string; readonly columns: readonly string[] }[];
}

export interface Page {
	readonly table: string;
	readonly rows: readonly Row[];
}

export type TableSums = Readonly<Record<string, TableSum>>;

interface Footer {
	readonly tables: TableSums;
	readonly checksum: string;
}

const FILE_MODE = 0o600;

/**
 * Writes a file that only its owner can read. It gets its name once it is complete: an interrupted backup leaves none.
 * @param pages - called once; @returns the sums of what it gave
 * @throws {BackupError} if the file exists already or cannot be written
 */
export async function writeBackupFile(
	path: string,
	header: BackupHeader,
	pages: (write: (page: Page) => Promise<void>) => Promise<TableSums>
): Promise<TableSums> {
	const unfinished = `${path}.unfinished`;
	const fail = (error: unknown): never => {
		throw fileError('write', path, error);
	};
	await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE }).catch(fail);
	const existing = await open(path, 'r').catch(() => null);
	if (existing !== null) {
		await existing.close();
		throw new BackupError(`${path} exists already, and was left as it is. Give the backup another name, or move that file away.`);
	}
	const file = await open(unfinished, 'w', FILE_MODE).catch(fail);
	const gzip = createGzip();
	try {
		const written = writeAll(gzip, (bytes) => file.writeFile(bytes)).catch(fail);
		// Reported by `written`; the producer stops at the next write.
		written.catch(() => {});
		const hash = createHash('sha256');
		const write = async (value: unknown) => {
			const line = Buffer.from(`${JSON.stringify(value)}\n`);
			hash.update(line);
			if (!gzip.write(line)) await Promise.race([written, new Promise((resolve) => gzip.once('drain', resolve))]);
		};
		await write({ format: FORMAT, version: VERSION, ...header });
		const tables = await pages(write);
		await write({ tables, checksum: hash.copy().digest('hex') } satisfies Footer);
		gzip.end();
		await written;
		await file.sync();
		await file.close();
		await rename(unfinished, path).catch(fail);
		return tables;
	} catch (error) {
		gzip.destroy();
		await file.close().catch(() => {});
		await rm(unfinished, { force: true });
		throw error;
	}
}

async function writeAll(stream: AsyncIterable<Buffer>, write: (bytes: Buffer) => Promise<void>): Promise<void> {
	for await (const bytes of stream) await write(bytes);
}

/**
 * Reads a backup from the beginning to the end.
 * @param onPage - called for each page, before the file is known to be undamaged: verify it first
 * @throws {BackupError} if it is no backup, damaged, or of a newer version of the format
 */
export async function readBackupFile(
	path: string,
	onPage: (page: Page, header: BackupHeader) => Promise<void> = async () => {}
): Promise<{ readonly header: BackupHeader; readonly tables: TableSums }> {
	let header: BackupHeader | null = null;
	let footer: Footer | null = null;
	const hash = createHash('sha256');
	for await (const line of linesOf(path)) {
		if (footer !== null) throw damaged(path);
		const value = parse(line, path);
		if (header === null) header = headerOf(value, path);
		else if ('checksum' in value) {
			footer = value as unknown as Footer;
			if (footer.checksum !== hash.copy().digest('hex')) throw damaged(path);
		} else await onPage(value as unknown as Page, header);
		hash.update(line).update('\n');
	}
	if (header === null || footer === null) throw damaged(path);
	return { header, tables: footer.tables };
}

async function* linesOf(path: string): AsyncGenerator<Buffer> {
	const file = createReadStream(path);
	const gunzip = createGunzip();
	file.on('error', (error) => gunzip.destroy(error));
	file.pipe(gunzip);
	let rest: Buffer[] = [];
	try {
		for await (const chunk of gunzip as AsyncIterable<Buffer>) {
			let start = 0;
			for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
				yield Buffer.concat([...rest, chunk.subarray(start, end)]);
				rest = [];
				start = end + 1;
			}
			if (start < chunk.length) rest.push(chunk.subarray(start));
		}
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		throw code !== undefined && /^Z_/.test(code) ? damaged(path) : fileError('read', path, error);
	} finally {
		file.destroy();
		gunzip.destroy();
	}
	if (rest.length > 0) throw damaged(path);
}

function parse(line: Buffer, path: string): object {
	try {
		const value: unknown = JSON.parse(line.toString());
		if (typeof value === 'object' && value !== null) return value;
	} catch {
		// Reported below.
	}
	throw damaged(path);
}

function headerOf(value: object, path: string): BackupHeader {
	const { format, version, ...header } = value as { readonly format?: unknown; readonly version?: unknown } & BackupHeader;
	if (format !== FORMAT) throw damaged(path);
	if (version !== VERSION) throw new BackupError(`${path} was made by a newer Reeve. Install that version, then restore it.`);
	return header;
}

function damaged(path: string): BackupError {
	return new BackupError(`${path} is damaged, or is no backup of Reeve. Nothing was changed. Use another backup.`);
}

function fileError(action: 'read' | 'write', path: string, error: unknown): BackupError {
	if (error instanceof BackupError) return error;
	const { code, message } = error as NodeJS.ErrnoException;
	const reasons: Readonly<Record<string, string>> = {
		ENOENT: 'there is no such file',
		EISDIR: 'it is a folder',
		EACCES: 'Reeve may not use it: check the permissions of the file and its folder',
		EPERM: 'Reeve may not use it: check the permissions of the file and its folder',
		EROFS: 'its disk is read-only',
		ENOSPC: 'its disk is full'
	};
	return new BackupError(`The backup ${path} cannot be ${action === 'read' ? 'read' : 'written'}: ${reasons[code ?? ''] ?? message}.`, {
		cause: error
	});
}
