import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Client, type ClientOptions, Events, Status } from 'discord.js';
import { botSettings, type Overrides } from '../../sandbox/bot/environment.js';
import { seed } from '../../sandbox/bot/seed.js';
import { RequestLog } from '../../sandbox/services/core/request-log.js';
import { SandboxDiscord } from '../../sandbox/services/discord/discord.js';
import { SandboxMail } from '../../sandbox/services/mail/mail.js';
import { SandboxStripe } from '../../sandbox/services/stripe/stripe.js';
import type { World } from '../../sandbox/world/world.js';
import { type OptionSettings, parseSettings } from '../../src/config/env.js';
import { clientOptions } from '../../src/discord/client.js';
import { LogEntry } from '../../src/log-entry.js';
import type { Reeve } from '../../src/reeve.js';
import { createReeve } from '../../src/wiring/services.js';
import { BreakableDatabase } from './database.js';
import { CountedFaults, DatabaseFaults, type DatabaseKind, type InjectedFault } from './injected-faults.js';
import type { Roles } from './world.js';

const TOKEN = 'MTEwMDAwMDAwMDAwMDAwMDIwMA.sandbox.faults';
const STRIPE_KEY = 'rk_live_faults';

const identity = (text: string) => text;

/** A rate limit that no test reaches. */
const UNLIMITED = { limit: 1_000_000, seconds: 1 };

/** discord.js delays gateway payloads beyond 115 a minute. */
const MAX_PAYLOADS_PER_CONNECTION = 90;

const MANAGED: readonly string[] = ['Debtor', 'Knight', 'Lord'];

/** Timeouts for requests that are answered, even on a busy machine, and for requests that never are. */
const LONG_TIMEOUT_MS = 10_000;
const SHORT_TIMEOUT_MS = 60;
const SHORT_LISTING_TIMEOUT_MS = 250;

/** Kinds that only a deadline ends. */
const NEVER_ENDING: ReadonlySet<string> = new Set(['timeout', 'slow']);

/** Longer than any backoff. */
const BACKOFF_OVER_MS = 120_000;

const immediately = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Backoff takes no time, and is over when it was waited for. */
function timeThatPassesAtOnce() {
	let time = 0;
	const sleep = (ms: number) => {
		time += ms;
		return immediately();
	};
	return { timing: { now: () => time, sleep, random: () => 0 }, sleep };
}

/** A role change that Discord accepted. */
export interface RoleChange {
	readonly discordId: string;
	readonly add: readonly string[];
	readonly remove: readonly string[];
}

/** Reeve's services without commands and handlers, in one process with a Discord, Stripe, mail server and database that fail on demand. */
export class FaultHarness {
	/** Unhandled errors since the current case began. */
	public readonly uncaught: string[] = [];
	private audited = 0;
	private posted = 0;
	private sent = 0;
	private readonly onUncaught = (error: unknown) => this.uncaught.push(String(error instanceof Error ? error.stack : error));

	private constructor(
		private readonly server: Server,
		public readonly faults: CountedFaults,
		private readonly databaseFaults: DatabaseFaults,
		public readonly log: RequestLog,
		public readonly discord: SandboxDiscord,
		public readonly stripe: SandboxStripe,
		public readonly mail: SandboxMail,
		public readonly database: BreakableDatabase,
		/** Restores the database's initial rows. */
		public readonly resetDatabase: () => Promise<void>,
		public readonly client: Client,
		private readonly reeves: Readonly<Record<'standard' | 'shortStripeTimeout' | 'shortListingTimeout', Reeve>>,
		/** Creates a Reeve with empty caches. */
		public readonly freshInstance: () => Reeve,
		/** Warnings and errors logged since the current case began, except for the lines of runs, fixes and deliveries. */
		public readonly errors: string[],
		private readonly passTime: (ms: number) => unknown
	) {
		process.on('unhandledRejection', this.onUncaught);
		process.on('uncaughtExceptionMonitor', this.onUncaught);
	}

	/** @param overrides - settings that replace those of the sandbox @param options - settings that no variable gives */
	public static async open(world: World, overrides: Overrides = {}, options: OptionSettings = {}): Promise<FaultHarness> {
		const [log, faults] = [new RequestLog(), new CountedFaults()];
		const server = createServer();
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		const { port } = server.address() as AddressInfo;
		const discord = new SandboxDiscord({
			log,
			faults,
			token: TOKEN,
			gatewayUrl: () => `ws://127.0.0.1:${port}/gateway`,
			limits: { memberRoles: UNLIMITED, messages: UNLIMITED, others: UNLIMITED, global: UNLIMITED }
		});
		const stripe = new SandboxStripe({ log, faults, key: STRIPE_KEY });
		const mail = new SandboxMail({ log, faults });
		const answer = getRequestListener((request, bindings) =>
			(new URL(request.url).pathname.startsWith('/v1/') ? stripe : discord).app.fetch(request, bindings)
		);
		server.on('request', (request, response) => void answer(request, response));
		discord.attachGateway(server);
		discord.load(world.guild.members);
		stripe.load(world.stripe);
		const mailPort = await mail.listen();

		const { guildId, adminChannelId } = discord.ids;
		const around = { port, mailPort, token: TOKEN, stripeKey: STRIPE_KEY, guildId, adminChannelId };
		const { settings: parsed } = parseSettings(botSettings(around, { RECONCILIATION_MAX_REVOKE_PERCENT: '100', ...overrides }, {}));
		const settings = { ...parsed, ...options };
		const { timing: discordTiming, sleep: passTime } = timeThatPassesAtOnce();
		const retry = { retries: 1, deadlineMs: LONG_TIMEOUT_MS, ...discordTiming };
		const { rest, ...others } = clientOptions(settings.DISCORD_API_URL, identity, retry);
		const ofClient: Omit<ClientOptions, 'tasks'> = {
			...others,
			rest: { ...rest, offset: 0, globalRequestsPerSecond: UNLIMITED.limit },
			ws: { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => {} }) }
		};
		// The scheduled-tasks plugin adds a required option to the type of every client.
		const client = new Client(ofClient as ClientOptions);
		client.on('error', () => {});
		const ready = once(client, 'clientReady');
		await client.login(TOKEN);
		await ready;

		const databaseFaults = new DatabaseFaults();
		const database = await BreakableDatabase.open(databaseFaults);
		await seed(database.prisma, world.database);
		const errors: string[] = [];
		const write = (...values: readonly unknown[]) => {
			// The line of a failed run, fix or delivery says what the result says, too.
			if (!(values[0] instanceof LogEntry)) errors.push(values.map(String).join(' '));
		};
		const logger = { error: write, warn: write, info: () => {} };
		const timing = { now: () => performance.now(), sleep: immediately, random: () => 0 };
		const reeveOf = ({ deadlineMs = LONG_TIMEOUT_MS, listingTimeoutMs = LONG_TIMEOUT_MS } = {}) =>
			createReeve({
				settings,
				database,
				client,
				logger,
				redactors: { all: identity, distinctive: identity },
				timeouts: { stripe: { deadlineMs, timing }, discord: retry, listingTimeoutMs }
			});
		const reeves = {
			standard: reeveOf(),
			shortStripeTimeout: reeveOf({ deadlineMs: SHORT_TIMEOUT_MS }),
			shortListingTimeout: reeveOf({ listingTimeoutMs: SHORT_LISTING_TIMEOUT_MS })
		};
		const resetDatabase = await database.snapshot();
		return new FaultHarness(
			server,
			faults,
			databaseFaults,
			log,
			discord,
			stripe,
			mail,
			database,
			resetDatabase,
			client,
			reeves,
			reeveOf,
			errors,
			passTime
		);
	}

	/** The instance with long timeouts. */
	public get reeve(): Reeve {
		return this.reeves.standard;
	}

	/** Injects a fault. @returns the instance to run; a fault that never answers needs short timeouts */
	public inject({ target, kind, after, lasting, fault = {} }: InjectedFault): Reeve {
		if (target === 'database') {
			this.databaseFaults.set({ kind: kind as DatabaseKind, after, lasting });
			return this.reeve;
		}
		const match = target === 'gateway' ? { match: 'REQUEST_GUILD_MEMBERS' } : {};
		this.faults.add({ target, kind, after, ...(lasting ? {} : { times: 1 }), ...match, ...fault });
		if (target === 'discord' && NEVER_ENDING.has(kind)) this.client.rest.options.timeout = SHORT_TIMEOUT_MS;
		if (target === 'stripe' && NEVER_ENDING.has(kind)) return this.reeves.shortStripeTimeout;
		return target === 'gateway' ? this.reeves.shortListingTimeout : this.reeve;
	}

	/** Whether the fault has hit a request. */
	public get injected(): boolean {
		return this.faults.injected || this.databaseFaults.injected;
	}

	/** Removes the fault, restores the timeouts, and lets the time pass for which requests are not even sent. */
	public clearFaults(): void {
		this.passTime(BACKOFF_OVER_MS);
		this.faults.clear();
		this.databaseFaults.clear();
		this.client.rest.options.timeout = LONG_TIMEOUT_MS;
	}

	/** Resolves when the gateway is connected and the guild available. */
	public async connected(): Promise<void> {
		const guild = () => this.client.guilds.cache.get(this.discord.ids.guildId);
		while (!this.client.isReady() || this.client.ws.shards.some(({ status }) => status !== Status.Ready) || !guild()?.available)
			await new Promise((resolve) => setTimeout(resolve, 5));
	}

	/** Reconnects the gateway before discord.js would delay payloads. */
	public async renewConnection(): Promise<void> {
		this.sent += this.log.list().filter(({ target }) => target === 'gateway').length;
		if (this.sent < MAX_PAYLOADS_PER_CONNECTION) return;
		this.sent = 0;
		const resumed = once(this.client, Events.ShardResume);
		this.faults.add({ target: 'gateway', kind: 'reconnect' });
		await resumed;
		this.faults.clear();
		await this.connected();
	}

	/** Begins a case: sets managed roles as another moderator would, and forgets earlier changes, messages and errors. */
	public setRoles(roles: Roles): void {
		for (const { id, roles: held } of this.discord.guild().members) {
			const wanted = roles.get(id);
			if (wanted === undefined) continue;
			const add = wanted.filter((role) => !held.includes(role));
			const remove = MANAGED.filter((role) => held.includes(role) && !wanted.includes(role));
			if (add.length + remove.length > 0) this.discord.changeRoles({ user: id, add, remove });
		}
		this.audited = this.discord.guild().auditLog.length;
		this.posted = this.discord.messages().length;
		this.log.clear();
		this.mail.clear();
		this.errors.length = 0;
		this.uncaught.length = 0;
	}

	/** The managed roles of every member. */
	public roles(): Roles {
		return new Map(this.discord.guild().members.map(({ id, roles }) => [id, roles.filter((role) => MANAGED.includes(role)).sort()]));
	}

	/** The number of listeners on the Discord client. */
	public listeners(): number {
		return this.client.eventNames().reduce((count, event) => count + this.client.listenerCount(event), 0);
	}

	/** The nonces of the reports posted since the case began. Other messages have none. */
	public reports(): readonly string[] {
		return this.discord
			.messages()
			.slice(this.posted)
			.flatMap(({ nonce }) => (nonce === undefined ? [] : [String(nonce)]));
	}

	/** Reeve's role changes since the case began, from Discord's audit log, oldest first. */
	public changes(): readonly RoleChange[] {
		const { auditLog } = this.discord.guild();
		return auditLog
			.slice(this.audited)
			.filter(({ userId, actionName }) => userId === this.discord.ids.botUserId && actionName === 'MemberRoleUpdate')
			.map(({ targetId, changes }) => {
				const named = (key: string) =>
					changes.flatMap((change) => (change.key === key ? (change.new_value as { name: string }[]).map(({ name }) => name) : []));
				return { discordId: targetId ?? '', add: named('$add'), remove: named('$remove') };
			});
	}

	public async close(): Promise<void> {
		process.off('unhandledRejection', this.onUncaught);
		process.off('uncaughtExceptionMonitor', this.onUncaught);
		await this.client.destroy();
		await this.discord.close();
		await this.mail.close();
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
		await this.database.close();
	}
}
