import type { Server } from 'node:http';
import type { APIMessage } from 'discord-api-types/v10';
import type { AuditLog, Delivery, FixAttempt, Issue, ReconciliationRun, Verification } from '../src/store/client/client.js';
import type { Bot, Exit } from './bot/bot.js';
import type { IssueStatus } from './bot/rows.js';
import { type ResetInput, readReset, type SettingsInput } from './control/reset.js';
import { createSandboxServer } from './control/serve.js';
import { SandboxEnvironment } from './environment/environment.js';
import type { Faults } from './services/core/faults.js';
import { pollUntil } from './services/core/poll.js';
import type { LoggedRequest } from './services/core/request-log.js';
import type { GuildView, InteractionView, SandboxDiscord } from './services/discord/discord.js';
import type { SandboxMail } from './services/mail/mail.js';
import { closeServer, listen } from './services/server.js';
import type { SandboxStripe } from './services/stripe/stripe.js';
import type { WorldInput } from './world/world.js';

/** A row after a round trip through JSON. */
type Stored<T> = { [K in keyof T]: Date extends T[K] ? string | Exclude<T[K], Date> : T[K] };
export type StoredRun = Stored<ReconciliationRun>;
export type StoredIssue = Stored<Issue> & { attempts: Stored<FixAttempt>[] };

export interface SandboxOptions {
	/** 0 for any free port. */
	readonly port?: number;
	/** Default: an empty world. */
	readonly world?: WorldInput | { scenario: 'council' | 'metropolis'; size?: number; seed?: number };
	/** Settings for the bot in the first world. */
	readonly env?: SettingsInput;
	/** Settings for the bot in every world, unless a reset gives others. */
	readonly ownSettings?: Readonly<Record<string, string>>;
	/** Default: a test-mode key. */
	readonly stripeKey?: string;
}

/** The hour of the daily run that is farthest from now: a test that happens to run at that hour would see a run it did not start. */
function quietHour(): number {
	return (new Date().getUTCHours() + 12) % 24;
}

const DEFAULT_TIMEOUT_MS = 90_000;

/** The sandbox for tests: everything the control API does, and the services themselves. Requires `npm run build`. */
export class Sandbox {
	public readonly discord: SandboxDiscord;
	public readonly stripe: SandboxStripe;
	public readonly mail: SandboxMail;
	public readonly faults: Faults;
	private stopped: Promise<void> | null = null;

	private constructor(
		private readonly environment: SandboxEnvironment,
		private readonly server: Server,
		public readonly port: number,
		private readonly ownSettings: Readonly<Record<string, string>>
	) {
		this.discord = environment.discord;
		this.stripe = environment.stripe;
		this.mail = environment.mail;
		this.faults = environment.faults;
	}

	/** Resolves when the bot is logged in and its commands are registered. */
	public static async start({ port = 0, world = {}, env = {}, ownSettings = {}, stripeKey }: SandboxOptions = {}): Promise<Sandbox> {
		let actual = 0;
		const environment = new SandboxEnvironment(() => actual, stripeKey, ownSettings);
		const server = createSandboxServer(environment);
		actual = await listen(server, port);
		const sandbox = new Sandbox(environment, server, actual, ownSettings);
		try {
			await environment.open();
			await sandbox.reset('scenario' in world ? { ...world, env } : { world, env });
			return sandbox;
		} catch (error) {
			await sandbox.stop();
			throw error;
		}
	}

	public get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	/** Aborted as soon as another reset is requested. */
	public get worldSignal(): AbortSignal {
		return this.environment.worldSignal;
	}

	/** Loads a fresh world and database and restarts the bot. */
	public async reset(input: ResetInput): Promise<void> {
		// Runs that a test did not start would disturb it: tests of what happens within seconds switch that on.
		const quiet = { RECONCILIATION_TIMEZONE: 'UTC', RECONCILIATION_HOUR: quietHour(), RECONCILIATION_EVENTS_SECONDS: 0 };
		const env = { ...quiet, ...this.ownSettings, ...input.env };
		await this.environment.reset(readReset({ ...input, env }));
	}

	/** Stops the bot and starts it on the same database. @param env - settings to change */
	public restart(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM', env: Record<string, string> = {}): Promise<Exit & { ms: number }> {
		return this.environment.restart(signal, { env });
	}

	/** Kills the bot with SIGKILL. */
	public async kill(): Promise<void> {
		await this.environment.bot.stop('SIGKILL');
	}

	/** Restarts the bot so that it kills itself at this step, as counted by crash-injection. */
	public async runUntilCrash(step: number): Promise<void> {
		try {
			await this.environment.restart('SIGKILL', { crashAtStep: step });
		} catch (error) {
			// It may crash before it is ready.
			if (this.environment.bot.lastExit?.signal !== 'SIGKILL') throw error;
		}
	}

	/** The bot's settings, secrets included. */
	public get settings(): Readonly<Record<string, string>> {
		return this.environment.botSettings;
	}

	/** Whether the bot's process is running. */
	public get alive(): boolean {
		return this.environment.bot.up;
	}

	/**
	 * Starts another process of the bot on the same database, which must be on a server. It runs until the next reset. Resolves when it is
	 * ready.
	 */
	public startAnother(): Promise<Bot> {
		return this.environment.startAnother();
	}

	/** @returns the interaction's ID */
	public command(user: string, command: string, options: Record<string, unknown> = {}): string {
		return this.discord.command({ user, command, options }).interactionId;
	}

	/** @returns the interaction's ID */
	public click(user: string, messageId: string, customId: string, values?: string[]): string {
		return this.discord.click({ user, messageId, customId, ...(values ? { values } : {}) }).interactionId;
	}

	/** Submits the modal that this interaction opened. @returns the new interaction's ID */
	public modal(user: string, interactionId: string, fields: Record<string, string>): string {
		return this.discord.modal({ user, interactionId, fields }).interactionId;
	}

	/** Types into an option with autocomplete. @returns the interaction's ID */
	public autocomplete(user: string, command: string, option: string, value: string): string {
		return this.discord.autocomplete({ user, command, option, value }).interactionId;
	}

	public interaction(id: string): InteractionView {
		const found = this.discord.interaction(id);
		if (!found) throw new Error(`There is no interaction ${id}`);
		return found;
	}

	/**
	 * Polls until the check returns something other than null, undefined or false.
	 * @param check - may throw, which counts as not yet
	 */
	public until<T>(check: () => T | Promise<T>, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<NonNullable<T>> {
		return pollUntil(check, timeoutMs, () => ` The bot's last output:\n${this.environment.bot.log.tail(20)}`);
	}

	/** @param channel - default: the admin channel */
	public messages(channel?: string): APIMessage[] {
		return this.discord.messages(channel);
	}

	public guild(): GuildView {
		return this.discord.guild();
	}

	public requests(): readonly LoggedRequest[] {
		return this.environment.log.list();
	}

	/** The bot's output. */
	public log(): string[] {
		return this.environment.bot.log.list().map(({ text }) => text);
	}

	public state(): ReturnType<SandboxEnvironment['state']> {
		return this.environment.state();
	}

	/** As stored, newest first. */
	public async runs(limit?: number): Promise<StoredRun[]> {
		return (await this.environment.rows({ kind: 'runs', limit })) as StoredRun[];
	}

	/** As stored, with their fix attempts. */
	public async issues(status?: IssueStatus): Promise<StoredIssue[]> {
		return (await this.environment.rows({ kind: 'issues', status })) as StoredIssue[];
	}

	/** The outbox as stored, newest first. */
	public async deliveries(): Promise<Stored<Delivery>[]> {
		return (await this.environment.rows({ kind: 'deliveries' })) as Stored<Delivery>[];
	}

	/** The audit log as stored, newest first. */
	public async audit(): Promise<Stored<AuditLog>[]> {
		return (await this.environment.rows({ kind: 'audit' })) as Stored<AuditLog>[];
	}

	/** As stored, newest first. */
	public async verifications(): Promise<Stored<Verification>[]> {
		return (await this.environment.rows({ kind: 'verifications' })) as Stored<Verification>[];
	}

	/** Stops the bot and the servers and removes temporary files. */
	public stop(): Promise<void> {
		this.stopped ??= (async () => {
			await this.environment.close();
			await closeServer(this.server);
		})();
		return this.stopped;
	}
}
