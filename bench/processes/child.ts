import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Usage } from '../../sandbox/bot/usage.js';
import type { Job, JobInput, JobName, JobOutput } from '../work/jobs.js';

/** Processes of the bench's own: what is measured, and what it is measured against, each apart. */

const file = (name: string) => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

/** Those that are there. */
const children = new Set<ChildProcess>();

/** A server in a process of its own. It ends with the bench. */
export interface Served {
	readonly url: string;
	stop(): Promise<void>;
}

/** Stripe and Discord without a bot. */
export function serveServices(): Promise<Served> {
	return serve('services', []);
}

/** The whole sandbox, with the bot. @param first - its first world, as `POST /api/reset` takes it */
export function serveHost(first: object): Promise<Served> {
	return serve('house', [JSON.stringify(first)]);
}

async function serve(name: string, args: readonly string[]): Promise<Served> {
	const child = begin(name, args, ['--enable-source-maps']);
	const { url } = await answerOf<{ url: string }>(child, name);
	const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	const stop = async () => {
		if (child.connected) child.disconnect();
		await ended;
	};
	return { url, stop };
}

/** Does a job in a fresh process. */
export async function runInChild<Name extends JobName>(
	name: Name,
	input: JobInput<Name>
): Promise<JobOutput<Name> & { readonly usage: Usage }> {
	const child = begin('worker', [], ['--enable-source-maps', '--expose-gc']);
	const answer = answerOf<Awaited<ReturnType<Job<Name>>> & { usage: Usage }>(child, name);
	child.send({ name, input });
	try {
		return await answer;
	} finally {
		if (child.connected) child.disconnect();
	}
}

/** Lets go of every process that is left: without its channel each ends by itself. */
export function stopChildren(): void {
	for (const child of children) if (child.connected) child.disconnect();
}

function begin(name: string, args: readonly string[], execArgv: string[]): ChildProcess {
	const child = fork(file(name), args, { execArgv });
	children.add(child);
	child.once('exit', () => children.delete(child));
	return child;
}

/** The first thing that a process says. */
function answerOf<T>(child: ChildProcess, name: string): Promise<T> {
	return new Promise((resolve, reject) => {
		child.once('message', (message) => resolve(message as T));
		child.once('error', reject);
		child.once('exit', (code, signal) =>
			reject(new Error(`The process of the bench for ${name} ended early (${signal ?? `code ${code}`})`))
		);
	});
}
