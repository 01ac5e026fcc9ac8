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
import { parseSettings } from '../../src/config/env.js';
import { clientOptions } from '../../src/discord/client.js';
import type { Reeve } from '../../src/reeve.js';
import { createReeve } from '../../src/wiring/services.js';
import { BreakableDatabase } from './database.js';
import { CountedFaults, DatabaseFaults, type DatabaseKind, type InjectedFault } from './injected-faults.js';
import type { Roles } from './world.js';

const TOKEN = 'MTEwMDAwMDAwMDAwMDAwMDIwMA.sandbox.faults';
const STRIPE_KEY = 'rk_live_faults';

const asItIs = (text: string) => text;

/** High enough that nobody waits for one. */
const PLENTY = { limit: 1_000_000, seconds: 1 };

/** discord.js sends 115 in a minute, and waits then. */
const PAYLOADS_PER_CONNECTION = 90;

const MANAGED: readonly string[] = ['Debtor', 'Knight', 'Lord'];

/** How long an answer is waited for where it does come, however loaded the machine is; and where it does not. */
const LONG_TIMEOUT_MS = 10_000;
const SHORT_TIMEOUT_MS = 60;
const SHORT_LISTING_TIMEOUT_MS = 250;

const atOnce = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A change of roles that Discord accepted, oldest first. */
export interface RoleChange {
	readonly discordId: string;
	readonly add: readonly string[];
	readonly remove: readonly string[];
	readonly reason: string;
}

/** Reeve without its faces, in one process with a Discord, a Stripe, a mail server and a database that can all fail. */
export class FaultHarness {
	/** What nobody caught since the last case began. */
	public readonly uncaught: string[] = [];
	private audited = 0;
	private posted = 0;
	private sent = 0;
	private readonly onUncaught = (error: unknown) => this.uncaught.push(String(error instanceof Error ? error.stack : error));

	private constructor(
		private readonly server: Server,
		public readonly faults: CountedFaults,
		private readonly trouble: DatabaseFaults,
		public readonly log: RequestLog,
		public readonly discord: SandboxDiscord,
		public readonly stripe: SandboxStripe,
		public readonly mail: SandboxMail,
		public readonly database: BreakableDatabase,
		/** Puts the database back as it was in the beginning. */
		public readonly asNew: () => Promise<void>,
		public readonly client: Client,
		private readonly reeves: Readonly<Record<'leisurely' | 'hurriedWithStripe' | 'hurriedWithLists', Reeve>>,
		/** A Reeve that has read nothing yet. */
		public readonly newcomer: () => Reeve,
		/** What was logged as an error since the last case began. */
		public readonly errors: string[]
	) {
		process.on('unhandledRejection', this.onUncaught);
		process.on('uncaughtExceptionMonitor', this.onUncaught);
	}

	/** @param overrides - settings beside those of the sandbox */
	public static async open(world: World, overrides: Overrides = {}): Promise<FaultHarness> {
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
			limits: { memberRoles: PLENTY, messages: PLENTY, others: PLENTY, global: PLENTY }
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
		const { settings } = parseSettings(botSettings(around, { RECONCILIATION_MAX_REVOKE_PERCENT: '100', ...overrides }, {}));
		const patience = { retries: 1, timeoutMs: LONG_TIMEOUT_MS, sleep: atOnce, random: () => 0 };
		const { rest, ...others } = clientOptions(settings.DISCORD_API_URL, asItIs, patience);
		const options: Omit<ClientOptions, 'tasks'> = {
			...others,
			rest: { ...rest, offset: 0, globalRequestsPerSecond: PLENTY.limit },
			ws: { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => {} }) }
		};
		// A plugin of the framework asks for more in every client, also in one that does not use it.
		const client = new Client(options as ClientOptions);
		client.on('error', () => {});
		const ready = once(client, 'clientReady');
		await client.login(TOKEN);
		await ready;

		const trouble = new DatabaseFaults();
		const database = await BreakableDatabase.open(trouble);
		await seed(database.prisma, world.database);
		const errors: string[] = [];
		const write = (...values: readonly unknown[]) => void errors.push(values.map(String).join(' '));
		const logger = { error: write, warn: write, info: () => {} };
		const timing = { now: () => performance.now(), sleep: atOnce, random: () => 0 };
		const reeveOf = ({ timeoutMs = LONG_TIMEOUT_MS, listingTimeoutMs = LONG_TIMEOUT_MS } = {}) =>
			createReeve({
				settings,
				database,
				client,
				logger,
				redactors: { all: asItIs, distinctive: asItIs },
				timeouts: { stripe: { timeoutMs, timing }, listingTimeoutMs }
			});
		const reeves = {
			leisurely: reeveOf(),
			hurriedWithStripe: reeveOf({ timeoutMs: SHORT_TIMEOUT_MS }),
			hurriedWithLists: reeveOf({ listingTimeoutMs: SHORT_LISTING_TIMEOUT_MS })
		};
		const asNew = await database.keep();
		return new FaultHarness(server, faults, trouble, log, discord, stripe, mail, database, asNew, client, reeves, reeveOf, errors);
	}

	/** Reeve where nothing is wrong. */
	public get reeve(): Reeve {
		return this.reeves.leisurely;
	}

	/** Makes something go wrong, and gives the Reeve that it is to befall. */
	public inject({ target, kind, after, lasting, fault = {} }: InjectedFault): Reeve {
		if (target === 'database') {
			this.trouble.set({ kind: kind as DatabaseKind, after, lasting });
			return this.reeve;
		}
		const match = target === 'gateway' ? { match: 'REQUEST_GUILD_MEMBERS' } : {};
		this.faults.add({ target, kind, after, ...(lasting ? {} : { times: 1 }), ...match, ...fault });
		// What never comes is waited for in vain.
		if (target === 'discord' && kind === 'timeout') this.client.rest.options.timeout = SHORT_TIMEOUT_MS;
		if (target === 'stripe' && kind === 'timeout') return this.reeves.hurriedWithStripe;
		return target === 'gateway' ? this.reeves.hurriedWithLists : this.reeve;
	}

	/** Whether anything has gone wrong since. */
	public get injected(): boolean {
		return this.faults.injected || this.trouble.injected;
	}

	/** All is well again. */
	public clearFaults(): void {
		this.faults.clear();
		this.trouble.clear();
		this.client.rest.options.timeout = LONG_TIMEOUT_MS;
	}

	/** Resolves when the gateway tells of the guild, as it should. */
	public async connected(): Promise<void> {
		const guild = () => this.client.guilds.cache.get(this.discord.ids.guildId);
		while (!this.client.isReady() || this.client.ws.shards.some(({ status }) => status !== Status.Ready) || !guild()?.available)
			await new Promise((resolve) => setTimeout(resolve, 5));
	}

	/** Has the next connection made before this one has sent so much that discord.js would wait. */
	public async renewConnection(): Promise<void> {
		this.sent += this.log.list().filter(({ target }) => target === 'gateway').length;
		if (this.sent < PAYLOADS_PER_CONNECTION) return;
		this.sent = 0;
		const resumed = once(this.client, Events.ShardResume);
		this.faults.add({ target: 'gateway', kind: 'reconnect' });
		await resumed;
		this.faults.clear();
		await this.connected();
	}

	/** Puts everybody's managed roles to these, by another hand than Reeve's; what was changed before does not count. */
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

	/** Everybody's managed roles. */
	public roles(): Roles {
		return new Map(this.discord.guild().members.map(({ id, roles }) => [id, roles.filter((role) => MANAGED.includes(role)).sort()]));
	}

	/** How many listen to what discord.js says. */
	public listeners(): number {
		return this.client.eventNames().reduce((count, event) => count + this.client.listenerCount(event), 0);
	}

	/** What tells the reports apart that were posted since the case began. A line about what was done has nothing to be told apart by. */
	public reports(): readonly string[] {
		return this.discord
			.messages()
			.slice(this.posted)
			.flatMap(({ nonce }) => (nonce === undefined ? [] : [String(nonce)]));
	}

	/** What Reeve has changed since the case began, as Discord wrote it down. */
	public changes(): readonly RoleChange[] {
		const { auditLog } = this.discord.guild();
		return auditLog
			.slice(this.audited)
			.filter(({ userId, actionName }) => userId === this.discord.ids.botUserId && actionName === 'MemberRoleUpdate')
			.map(({ targetId, changes, reason }) => {
				const named = (key: string) =>
					changes.flatMap((change) => (change.key === key ? (change.new_value as { name: string }[]).map(({ name }) => name) : []));
				return { discordId: targetId ?? '', add: named('$add'), remove: named('$remove'), reason: reason ?? '' };
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
