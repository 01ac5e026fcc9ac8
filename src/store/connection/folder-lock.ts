import { createHash } from 'node:crypto';
import { readdirSync, realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A folder that this process alone may use. */
export interface FolderLock {
	release(): Promise<void>;
}

/** Where a folder's lock is. */
interface LockPath {
	readonly folder: string;
	/** What the names of its sockets begin with; a number follows. */
	readonly prefix: string;
}

/** The longest path that every system takes for a socket. */
const MAX_SOCKET_PATH = 100;

/** What a file system says that has no sockets, such as some that are shared into containers. */
const NO_SOCKETS: ReadonlySet<string | undefined> = new Set(['ENOTSUP', 'EOPNOTSUPP', 'EPERM', 'EINVAL', 'ENOSYS']);

/** What a socket says that nobody listens on. Anything else counts as an answer: better refused once too often than shared. */
const NO_OWNER: ReadonlySet<string | undefined> = new Set(['ECONNREFUSED', 'ENOENT']);

/** How long the holder has to say who it is; it may be busy with a long query. */
const INTRODUCTION_MS = 500;

/** Two that start at the same moment may both give way: then they try again, at different moments. */
const MAX_TRIES = 20;
const MAX_PAUSE_MS = 100;

/**
 * Takes a folder for this process. The lock is a listening socket, not a file with a process ID in it: the system lets go of
 * it when its holder dies, however it dies, and a process ID that comes round again, as in containers, means nothing.
 *
 * A dead holder's socket is never removed to make room, for between the look and the removal it could be a living one's.
 * Whoever comes next listens on the next number, looks for others once more, and clears the lower numbers when it is alone.
 * @returns the lock, or who has the folder, in words
 */
export async function lockFolder(folder: string): Promise<FolderLock | string> {
	const real = realpathSync(folder);
	const inside = { folder: real, prefix: 'reeve-lock-' };
	const digest = createHash('sha256').update(real).digest('hex').slice(0, 16);
	const outside = { folder: tmpdir(), prefix: `reeve-lock-${digest}-` };
	if (pathOf(inside, 99_999).length > MAX_SOCKET_PATH) return take(outside);
	try {
		return await take(inside);
	} catch (error) {
		if (NO_SOCKETS.has((error as NodeJS.ErrnoException).code)) return take(outside);
		throw error;
	}
}

async function take(place: LockPath): Promise<FolderLock | string> {
	for (let tries = 0; tries < MAX_TRIES; tries++) {
		const numbers = takenNumbers(place);
		const holder = await probeOwner(place, numbers);
		if (holder !== null) return holder;
		const own = (numbers.at(-1) ?? 0) + 1;
		const server = await listen(pathOf(place, own));
		if (server !== null) {
			const others = takenNumbers(place).filter((number) => number !== own);
			const alone = others.every((number) => number < own) && (await probeOwner(place, others)) === null;
			if (alone) {
				for (const number of others) rmSync(pathOf(place, number), { force: true });
				return { release: () => close(server) };
			}
			await close(server);
		}
		await wait(Math.random() * MAX_PAUSE_MS);
	}
	return 'another process';
}

function pathOf({ folder, prefix }: LockPath, number: number): string {
	// A named pipe of Windows dies with its process and leaves nothing behind, so one number does.
	if (process.platform === 'win32') return `\\\\.\\pipe\\${prefix}${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
	return join(folder, `${prefix}${number}`);
}

function takenNumbers({ folder, prefix }: LockPath): readonly number[] {
	if (process.platform === 'win32') return [];
	return readdirSync(folder)
		.filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
		.map((name) => Number(name.slice(prefix.length)))
		.sort((a, b) => a - b);
}

/** @returns null if somebody listens there already */
function listen(path: string): Promise<Server | null> {
	const server = createServer((socket) => {
		socket.on('error', () => {});
		socket.end(`process ${process.pid} on ${hostname()}`);
	});
	return new Promise((resolve, reject) => {
		server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(error)));
		server.listen(path, () => {
			server.unref();
			resolve(server);
		});
	});
}

function close(server: Server): Promise<void> {
	return new Promise((resolve) => {
		server.close(() => resolve());
	});
}

/** Who listens on one of these, in words; null if nobody does. */
async function probeOwner(place: LockPath, numbers: readonly number[]): Promise<string | null> {
	for (const number of numbers) {
		const answer = await ask(pathOf(place, number));
		if (answer !== null) return answer;
	}
	return null;
}

function ask(path: string): Promise<string | null> {
	return new Promise((resolve) => {
		let introduction = '';
		const socket = connect(path);
		const done = () => {
			socket.destroy();
			resolve(introduction || 'another process');
		};
		socket.setTimeout(INTRODUCTION_MS, done);
		socket.on('data', (data) => {
			introduction += data;
		});
		socket.on('end', done);
		socket.on('error', (error: NodeJS.ErrnoException) => (NO_OWNER.has(error.code) ? resolve(null) : done()));
	});
}
