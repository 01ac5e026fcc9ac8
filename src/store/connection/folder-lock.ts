import { createHash } from 'node:crypto';
import { readdirSync, realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Exclusive use of a folder. */
export interface FolderLock {
	release(): Promise<void>;
}

/** Location of a folder's lock. */
interface LockPath {
	readonly folder: string;
	/** Prefix of the socket names; a number follows. */
	readonly prefix: string;
}

/** Maximum socket path length on all systems. */
const MAX_SOCKET_PATH = 100;

/** Errors of file systems without sockets, such as some container mounts. */
const NO_SOCKETS: ReadonlySet<string | undefined> = new Set(['ENOTSUP', 'EOPNOTSUPP', 'EPERM', 'EINVAL', 'ENOSYS']);

/** Errors of a socket without a listener. Any other error counts as an owner: a false refusal is safer than a shared folder. */
const NO_OWNER: ReadonlySet<string | undefined> = new Set(['ECONNREFUSED', 'ENOENT']);

/** Timeout for the owner's introduction: it may be busy with a long query. */
const INTRODUCTION_TIMEOUT_MS = 500;

/** Two processes that start together may both back off; each retries after a random pause. */
const MAX_TRIES = 20;
const MAX_PAUSE_MS = 100;

/**
 * Locks a folder for this process with a listening socket: the system closes it when the owner dies, however it dies. Not
 * `proper-lockfile`: its lock is a directory refreshed by a timer, so a restart after a crash waits until it is stale, and an event loop
 * blocked for longer loses it to a second process. A file with a process ID fails where IDs recur, as in containers.
 *
 * A stale socket is not replaced, because it could be another process's by the time it is removed. The next process listens on the next
 * number, checks for owners again, and deletes the lower numbers if there are none.
 * @returns the lock, or a description of the owner
 */
export async function lockFolder(folder: string): Promise<FolderLock | string> {
	const real = realpathSync(folder);
	const inside = { folder: real, prefix: 'reeve-lock-' };
	const digest = createHash('sha256').update(real).digest('hex').slice(0, 16);
	const outside = { folder: tmpdir(), prefix: `reeve-lock-${digest}-` };
	if (pathOf(inside, 99_999).length > MAX_SOCKET_PATH) return acquire(outside);
	try {
		return await acquire(inside);
	} catch (error) {
		if (NO_SOCKETS.has((error as NodeJS.ErrnoException).code)) return acquire(outside);
		throw error;
	}
}

async function acquire(lock: LockPath): Promise<FolderLock | string> {
	for (let tries = 0; tries < MAX_TRIES; tries++) {
		const numbers = usedNumbers(lock);
		const owner = await probeOwner(lock, numbers);
		if (owner !== null) return owner;
		const own = (numbers.at(-1) ?? 0) + 1;
		const server = await listen(pathOf(lock, own));
		if (server !== null) {
			const others = usedNumbers(lock).filter((number) => number !== own);
			const alone = others.every((number) => number < own) && (await probeOwner(lock, others)) === null;
			if (alone) {
				for (const number of others) rmSync(pathOf(lock, number), { force: true });
				return { release: () => close(server) };
			}
			await close(server);
		}
		await wait(Math.random() * MAX_PAUSE_MS);
	}
	return 'another process';
}

function pathOf({ folder, prefix }: LockPath, number: number): string {
	// A named pipe of Windows disappears with its process, so one number is enough.
	if (process.platform === 'win32') return `\\\\.\\pipe\\${prefix}${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
	return join(folder, `${prefix}${number}`);
}

function usedNumbers({ folder, prefix }: LockPath): readonly number[] {
	if (process.platform === 'win32') return [];
	return readdirSync(folder)
		.filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
		.map((name) => Number(name.slice(prefix.length)))
		.sort((a, b) => a - b);
}

/** @returns null if another process listens there */
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

/** Describes the process that listens on one of the sockets; null if none does. */
async function probeOwner(lock: LockPath, numbers: readonly number[]): Promise<string | null> {
	for (const number of numbers) {
		const answer = await ask(pathOf(lock, number));
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
		socket.setTimeout(INTRODUCTION_TIMEOUT_MS, done);
		socket.on('data', (data) => {
			introduction += data;
		});
		socket.on('end', done);
		socket.on('error', (error: NodeJS.ErrnoException) => (NO_OWNER.has(error.code) ? resolve(null) : done()));
	});
}
