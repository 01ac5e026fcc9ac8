import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { RunningServices } from '../../../sandbox/services/services.js';
import type { ReeveOptions } from '../../../src/index.js';

/** An existing Sapphire bot in a process of its own, with or without Reeve. */

const BOT = join(import.meta.dirname, 'bot.mjs');
export const TOKEN = 'host-token';

export interface HostFacts {
	readonly keys: readonly string[];
	readonly stores: readonly string[];
	readonly signals: readonly number[];
	readonly pieces: readonly string[];
}

/** What a user saw of an interaction. */
export interface Answer {
	readonly responses: readonly { readonly content: string; readonly ephemeral: boolean }[];
	readonly failure: string | null;
}

const TIMEOUT = { timeout: 60_000, interval: 20 };

export class Host {
	private lastId = 0;
	public output = '';

	private constructor(
		private readonly child: ChildProcess,
		private readonly services: RunningServices
	) {
		for (const stream of [child.stdout, child.stderr])
			stream?.on('data', (chunk) => {
				this.output += String(chunk);
			});
	}

	/** Resolves when the bot is logged in and its commands are registered. @param reeve - null: without Reeve */
	public static async start(
		services: RunningServices,
		reeve: ReeveOptions | object | null,
		env: Record<string, string> = {}
	): Promise<Host> {
		services.discord.expectRestart();
		const variables = {
			PATH: process.env.PATH ?? '',
			DISCORD_TOKEN: TOKEN,
			API_URL: `${services.url}/api`,
			...(reeve === null ? {} : { REEVE: JSON.stringify(reeve) }),
			...env
		};
		const child = spawn(process.execPath, ['--enable-source-maps', BOT], { env: variables, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
		const host = new Host(child, services);
		await vi.waitFor(() => {
			if (child.exitCode !== null) throw new Error(`The bot exited: ${host.output}`);
			if (!/Took [\d,]+ms to initialize/.test(host.output)) throw new Error(`Not ready: ${host.output}`);
		}, TIMEOUT);
		return host;
	}

	/** Calls a method of the bot. @throws its error, as text */
	public ask<T>(method: string, ...args: readonly unknown[]): Promise<T> {
		this.lastId += 1;
		const id = this.lastId;
		return new Promise((resolve, reject) => {
			const onMessage = (message: unknown) => {
				const reply = message as { id: number; value?: T; error?: string };
				if (reply.id !== id) return;
				this.child.off('message', onMessage);
				if (reply.error === undefined) resolve(reply.value as T);
				else reject(new Error(reply.error));
			};
			this.child.on('message', onMessage);
			this.child.send({ id, method, args });
		});
	}

	/** Runs a command. */
	public command(command: string, options: Record<string, unknown> = {}, user = 'operator'): Promise<Answer> {
		return this.answerTo(this.services.discord.command({ user, command, options }).interactionId);
	}

	/** Clicks a button of a message, even one that it does not have. */
	public click(messageId: string, customId: string, user = 'operator', values?: string[]): Promise<Answer> {
		return this.answerTo(this.services.discord.forge({ user, messageId, customId, ...(values && { values }) }).interactionId);
	}

	private async answerTo(id: string): Promise<Answer> {
		const view = await vi.waitFor(() => {
			const found = this.services.discord.interaction(id);
			if (found === undefined || (found.responses.length === 0 && found.failure === null)) throw new Error(`No answer: ${this.output}`);
			return found;
		}, TIMEOUT);
		return { responses: view.responses.map(({ content, ephemeral }) => ({ content, ephemeral })), failure: view.failure };
	}

	public async stop(): Promise<void> {
		if (this.child.exitCode !== null || this.child.signalCode !== null) return;
		const exited = new Promise((resolve) => this.child.once('exit', resolve));
		this.child.kill('SIGKILL');
		await exited;
	}
}
