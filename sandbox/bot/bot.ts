import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { InspectorQuery, InspectorRequest, InspectorResponse } from './inspector.js';
import { BotLog } from './log.js';
import { REPOSITORY } from './repository.js';
import type { RowsQuery } from './rows.js';
import type { BotUsage } from './usage.js';

/** The bot as a child process. */

const MAIN = join(REPOSITORY, 'dist/bot/main.js');
const INSPECTOR = join(REPOSITORY, 'dist/sandbox/bot/bundled-inspector.js');

const STOP_TIMEOUT_MS = 10_000;
const RESPONSE_TIMEOUT_MS = 30_000;

export interface Exit {
	readonly exitCode: number | null;
	readonly signal: NodeJS.Signals | null;
}

interface PendingRequest {
	readonly resolve: (rows: readonly object[]) => void;
	readonly reject: (error: Error) => void;
}

/** The bot has exited, was never started, or has closed its database on the way out. */
export class BotDownError extends Error {}

export class Bot {
	public readonly log = new BotLog();
	private child: ChildProcess | null = null;
	private exit: Exit | null = null;
	private exited: Promise<Exit> = Promise.resolve({ exitCode: null, signal: null });
	private readonly pending = new Map<number, PendingRequest>();
	private lastRequestId = 0;

	public get up(): boolean {
		return this.child !== null;
	}

	public get pid(): number | null {
		return this.child?.pid ?? null;
	}

	/** Its last exit; null while it runs. */
	public get lastExit(): Exit | null {
		return this.child === null ? this.exit : null;
	}

	/** Spawns the process. Readiness shows in Discord, not here. */
	public start(env: Readonly<Record<string, string>>): void {
		if (this.child) throw new Error('The bot is already running');
		for (const file of [MAIN, INSPECTOR]) if (!existsSync(file)) throw new Error(`${file} is missing: run "npm run build" first`);
		const child = spawn(process.execPath, ['--enable-source-maps', '--import', pathToFileURL(INSPECTOR).href, MAIN], {
			// Not the directory of the operator's own .env, which the bot would read.
			cwd: tmpdir(),
			env: { ...env },
			stdio: ['ignore', 'pipe', 'pipe', 'ipc']
		});
		this.child = child;
		if (child.stdout) this.log.follow('stdout', child.stdout);
		if (child.stderr) this.log.follow('stderr', child.stderr);
		child.on('message', (response: InspectorResponse) => this.settleRequest(response));
		this.exited = new Promise((resolve) => {
			const end = (exitCode: number | null, signal: NodeJS.Signals | null) => {
				this.child = null;
				this.exit = { exitCode, signal };
				this.log.add('sandbox', `The bot exited (${signal ?? `code ${exitCode}`}).`);
				for (const { reject } of this.pending.values()) reject(new BotDownError('The bot exited before it answered'));
				this.pending.clear();
				resolve(this.exit);
			};
			// `close` fires after the last output was read, `exit` may fire before.
			child.once('close', end);
			child.once('error', (error) => {
				this.log.add('sandbox', `The bot could not be started: ${error.message}`);
				if (child.pid === undefined) end(null, null);
			});
		});
	}

	/** Resolves when the current process has exited. */
	public whenExited(): Promise<Exit> {
		return this.exited;
	}

	/** Sends the signal, and SIGKILL after a timeout. */
	public async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<Exit> {
		const child = this.child;
		if (!child) return this.exit ?? { exitCode: null, signal: null };
		child.kill(signal);
		const timer = setTimeout(() => {
			this.log.add('sandbox', `The bot did not exit within ${STOP_TIMEOUT_MS / 1000} s of ${signal}: sending SIGKILL.`);
			child.kill('SIGKILL');
		}, STOP_TIMEOUT_MS);
		try {
			return await this.exited;
		} finally {
			clearTimeout(timer);
		}
	}

	/** Reads database rows through the bot's own client. @throws {BotDownError} */
	public query(query: RowsQuery): Promise<readonly object[]> {
		return this.request(query);
	}

	/** CPU and memory use of the process. @throws {BotDownError} */
	public async usage(): Promise<BotUsage> {
		const [found] = (await this.request({ kind: 'usage' })) as readonly [BotUsage];
		return found;
	}

	private request(query: InspectorQuery): Promise<readonly object[]> {
		const { child } = this;
		if (!child) return Promise.reject(new BotDownError('The bot is down'));
		this.lastRequestId += 1;
		const message: InspectorRequest = { id: this.lastRequestId, query };
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => {
				this.pending.delete(message.id);
				reject(new Error(`The bot did not answer within ${RESPONSE_TIMEOUT_MS / 1000} s`));
			}, RESPONSE_TIMEOUT_MS);
			const settled = () => {
				clearTimeout(timer);
				this.pending.delete(message.id);
			};
			this.pending.set(message.id, {
				resolve: (rows) => {
					settled();
					resolve(rows);
				},
				reject: (error) => {
					settled();
					reject(error);
				}
			});
			child.send(message, (error) => error && this.pending.get(message.id)?.reject(new BotDownError(error.message)));
		});
	}

	private settleRequest(response: InspectorResponse): void {
		const pending = this.pending.get(response.id);
		if ('rows' in response) pending?.resolve(response.rows);
		else pending?.reject(response.isClosed ? new BotDownError(response.error) : new Error(response.error));
	}
}
