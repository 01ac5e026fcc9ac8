import { chmod, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** The bits of a mode that give other users of the machine access. */
const OTHERS = 0o077;
const WRITABLE_BY_OTHERS = 0o022;
/** Set on folders like /tmp, where users cannot rename or delete each other's files. */
const STICKY = 0o1000;
export const FOLDER_MODE = 0o700;
export const FILE_MODE = 0o600;

/** What Reeve puts into DATA_DIR. */
const OWN_ENTRY = /^(postgres|postgres\.unfinished|backups|reeve-lock-\d+)$/;

/** What a file system or Git puts into a folder. */
const FOREIGN_BUT_HARMLESS = /^(lost\+found|\.gitkeep|\.gitignore|\.DS_Store)$/;

/** Errors of folders that belong to another user, and of file systems without modes, such as some container mounts. */
const CANNOT_CHANGE: ReadonlySet<string | undefined> = new Set(['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'EROFS', 'ENOSYS', 'EINVAL']);

type InitOptions = Parameters<NodeFS['init']>[1];

/** An operation of Emscripten's file system for Node, with a mode among its arguments. */
type FileOperation = (...args: unknown[]) => unknown;

/**
 * The files of an embedded database, created without access for other users. PGlite creates them with mode 0666, whatever the umask:
 * its C library asks for that mode, and Emscripten sets it with `chmod` after creating the file.
 */
export class PrivateFiles extends NodeFS {
	public override init(pg: Parameters<NodeFS['init']>[0], options: InitOptions): ReturnType<NodeFS['init']> {
		const restrict = (module: object) => restrictModes((module as { NODEFS: NodeFileSystem }).NODEFS);
		return super.init(pg, { ...options, preRun: [...(options.preRun ?? []), restrict] });
	}
}

interface NodeFileSystem {
	readonly node_ops: { mknod: FileOperation; setattr: FileOperation };
	readonly stream_ops: { setattr: FileOperation };
}

function restrictModes({ node_ops: nodes, stream_ops: streams }: NodeFileSystem): void {
	const { mknod } = nodes;
	nodes.mknod = (parent, name, mode, device) => mknod(parent, name, Number(mode) & ~OTHERS, device);
	for (const operations of [nodes, streams]) {
		const { setattr } = operations;
		operations.setattr = (target, attributes) => setattr(target, withPrivateMode(attributes as { readonly mode?: number }));
	}
}

function withPrivateMode<T extends { readonly mode?: number }>(attributes: T): T {
	return attributes.mode === undefined ? attributes : { ...attributes, mode: attributes.mode & ~OTHERS };
}

/**
 * Removes other users' access to a data folder of Reeve and to everything in its databases. The folder itself stays as it is if it also
 * holds files of others, or if its file system or owner does not allow the change: see {@link otherUsersAccess}.
 */
export async function makePrivate(folder: string): Promise<void> {
	const names = await readdir(folder);
	if (names.every((name) => OWN_ENTRY.test(name) || FOREIGN_BUT_HARMLESS.test(name))) await restrict(folder);
	for (const name of names) if (name.startsWith('postgres')) await restrictAll(join(folder, name));
}

/** Whether other users of the machine can still read the embedded database in a data folder, or replace it. */
export async function otherUsersAccess(folder: string): Promise<boolean> {
	if (process.platform === 'win32') return false;
	const [outer, inner] = [await lstat(folder), await lstat(join(folder, 'postgres'))];
	const replaceable = (outer.mode & WRITABLE_BY_OTHERS) !== 0 && (outer.mode & STICKY) === 0;
	return replaceable || (inner.mode & OTHERS) !== 0;
}

async function restrictAll(folder: string): Promise<void> {
	await restrict(folder);
	for (const entry of await readdir(folder, { withFileTypes: true })) {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) await restrictAll(path);
		else if (entry.isFile()) await restrict(path);
	}
}

async function restrict(path: string): Promise<void> {
	const stats = await lstat(path);
	if ((stats.mode & OTHERS) === 0) return;
	await chmod(path, stats.isDirectory() ? FOLDER_MODE : FILE_MODE).catch((error: NodeJS.ErrnoException) => {
		if (!CANNOT_CHANGE.has(error.code)) throw error;
	});
}
