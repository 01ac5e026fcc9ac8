import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Usage } from '../../sandbox/bot/usage.js';
import type { Job, JobInput, JobName, JobOutput } from '../jobs/registry.js';

/** Child processes of the bench: measured code and servers run apart from each other. */

const file = (name: string) => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

const children = new Set<ChildProcess>();

/** A server in a child process; it exits with the bench at the latest. */
export interface ServerProcess {
	readonly url: string;
	stop(): Promise<void>;
}

/** Starts the sandbox's Stripe and Discord without a bot. */
export function serveServices(): Promise<ServerProcess> {
	return serve('services', []);
}

/** Starts the complete sandbox with the bot. @param reset - its world, as `POST /api/reset` takes it */
export function serveHost(reset: object): Promise<ServerProcess> {
	return serve('host', [JSON.stringify(reset)]);
}

async function serve(name: string, args: readonly string[]): Promise<ServerProcess> {
	const child = spawn(name, args, ['--enable-source-maps']);
	const { url } = await firstMessage<{ url: string }>(child, name);
	const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	const stop = async () => {
		if (child.connected) child.disconnect();
		await ended;
	};
	return { url, stop };
}

/** Runs a job in a fresh process. */
export async function runInChild<Name extends JobName>(
	name: Name,
	input: JobInput<Name>
): Promise<JobOutput<Name> & { readonly usage: Usage }> {
	const child = spawn('worker', [], ['--enable-source-maps', '--expose-gc']);
	const output = firstMessage<Awaited<ReturnType<Job<Name>>> & { usage: Usage }>(child, name);
	child.send({ name, input });
	try {
		return await output;
	} finally {
		if (child.connected) child.disconnect();
	}
}

/** Disconnects all remaining processes; each exits when its IPC channel closes. */
export function stopChildren(): void {
	for (const child of children) if (child.connected) child.disconnect();
}

function spawn(name: string, args: readonly string[], execArgv: string[]): ChildProcess {
	const child = fork(file(name), args, { execArgv });
	children.add(child);
	child.once('exit', () => children.delete(child));
	return child;
}

/** @throws if the process exits before its first message */
function firstMessage<T>(child: ChildProcess, name: string): Promise<T> {
	return new Promise((resolve, reject) => {
		child.once('message', (message) => resolve(message as T));
		child.once('error', reject);
		child.once('exit', (code, signal) => reject(new Error(`The bench process "${name}" exited early (${signal ?? `code ${code}`}).`)));
	});
}
