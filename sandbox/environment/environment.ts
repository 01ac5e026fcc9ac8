import { Mutex } from 'async-mutex';
import { raceTimeout } from '../../src/async/timeout.js';
import type { Database } from '../../src/store/connection/database.js';
import { Bot, BotDownError, type Exit } from '../bot/bot.js';
import { CRASH_AT_STEP } from '../bot/crash-injection.js';
import { type BotDatabase, Databases } from '../bot/databases.js';
import { botSettings, type Overrides, redactSecrets } from '../bot/environment.js';
import { type RowsQuery, readRows } from '../bot/rows.js';
import { hasRows, seed } from '../bot/seed.js';
import type { BotUsage } from '../bot/usage.js';
import { ControlError } from '../services/core/control-error.js';
import type { Faults } from '../services/core/faults.js';
import type { RequestLog } from '../services/core/request-log.js';
import type { SandboxDiscord } from '../services/discord/discord.js';
import type { SandboxMail } from '../services/mail/mail.js';
import { createServices } from '../services/services.js';
import type { Resource } from '../services/stripe/permissions.js';
import type { SandboxStripe } from '../services/stripe/stripe.js';
import type { ExpectedIssue, ExpectedNotices } from '../world/drift.js';
import type { ScenarioChoice } from '../world/scenario.js';
import type { World } from '../world/world.js';
import type { SandboxState } from './state.js';

/** A validated world and the settings the bot runs with. */
export interface LoadedWorld {
	readonly world: World;
	readonly settings: Overrides;
	/** Set if the world was generated. */
	readonly scenario: {
		readonly choice: ScenarioChoice;
		readonly expected: readonly ExpectedIssue[];
		readonly notices: ExpectedNotices;
	} | null;
}

export const TOKEN = 'MTEwMDAwMDAwMDAwMDAwMDIwMA.sandbox.this-opens-nothing-but-the-sandbox';
export const STRIPE_KEY = 'rk_test_this_opens_nothing_but_the_sandbox';

/** Resources the restricted key can be allowed to read. */
export const STRIPE_RESOURCES = [
	'subscriptions',
	'subscription_items',
	'customers',
	'invoices',
	'events',
	'prices',
	'products',
	'coupons',
	'charges',
	'invoice_payments',
	'refunds',
	'disputes',
	'test_clocks',
	'balance',
	'account'
] as const satisfies readonly Resource[];

const READY_TIMEOUT_MS = 60_000;
const LOG_TAIL_LINES = 30;

/** The services, the bot and its database. Holds one world at a time. */
export class SandboxEnvironment {
	public readonly log: RequestLog;
	public readonly faults: Faults;
	public readonly discord: SandboxDiscord;
	public readonly stripe: SandboxStripe;
	public readonly mail: SandboxMail;
	public readonly bot = new Bot();
	/** Further processes of the bot. */
	private readonly others = new Set<Bot>();
	private readonly databases = new Databases();
	private readonly mutex = new Mutex();
	private database: BotDatabase | null = null;
	/** Only the scenario is kept, not the world: that may be large. */
	private loadedScenario: LoadedWorld['scenario'] = null;
	private settings: Record<string, string> = {};
	private mailPort = 0;
	private started = false;
	private startMs: number | null = null;
	/** When the world was loaded, and when the bot's process was last started. */
	private loadedAt: string | null = null;
	private startedAt: string | null = null;
	private closing = false;
	private abort = new AbortController();

	/**
	 * @param port - the HTTP port everything is served on
	 * @param stripeKey - a `_live_` key switches Stripe to live mode
	 * @param ownSettings - for the bot in every world, unless a reset gives others
	 */
	public constructor(
		private readonly port: () => number,
		private readonly stripeKey = STRIPE_KEY,
		private readonly ownSettings: Overrides = {}
	) {
		const { log, faults, discord, stripe, mail } = createServices({ token: TOKEN, stripeKey }, port);
		this.log = log;
		this.faults = faults;
		this.discord = discord;
		this.stripe = stripe;
		this.mail = mail;
	}

	public async open(): Promise<void> {
		this.mailPort = await this.mail.listen();
	}

	/** Aborted as soon as another reset is requested. */
	public get worldSignal(): AbortSignal {
		return this.abort.signal;
	}

	/** Whether a world is loaded and the bot has registered its commands. */
	public get ready(): boolean {
		return this.started && this.bot.up;
	}

	/** The expected findings; null if the world was not generated. */
	public get scenario(): LoadedWorld['scenario'] {
		return this.loadedScenario;
	}

	/** The settings in force, secrets included. */
	public get botSettings(): Readonly<Record<string, string>> {
		return this.settings;
	}

	/** Without secrets. */
	public state(): SandboxState {
		const { up, pid, lastExit } = this.bot;
		return {
			ok: true,
			ready: this.ready,
			scenario: this.scenario?.choice ?? null,
			loadedAt: this.loadedAt,
			bot: { up, pid, lastExit, startMs: this.startMs, startedAt: this.startedAt },
			ports: { http: this.port(), smtp: this.mailPort },
			ids: this.discord.ids,
			env: redactSecrets(this.settings)
		};
	}

	/** Loads a world with a fresh database and starts the bot. Resolves when the bot is ready. */
	public reset(loaded: LoadedWorld): Promise<{ ms: number }> {
		this.abort.abort();
		return this.mutex.runExclusive(async () => {
			const startedAt = performance.now();
			this.assertOpen();
			this.abort.abort();
			this.abort = new AbortController();
			await this.tearDown();
			this.loadedScenario = loaded.scenario;
			this.loadedAt = new Date().toISOString();
			this.discord.load(loaded.world.guild.members);
			this.stripe.load(loaded.world.stripe);
			await this.prepareDatabase(loaded);
			await this.startBot();
			return { ms: Math.round(performance.now() - startedAt) };
		});
	}

	/**
	 * Stops the bot and starts it on the same database. Resolves when it is ready.
	 * @param options.crashAtStep - the step at which the new process kills itself, as counted by crash-injection
	 * @param options.env - settings to change
	 */
	public restart(
		signal: 'SIGTERM' | 'SIGKILL',
		{ crashAtStep, env = {} }: { readonly crashAtStep?: number; readonly env?: Readonly<Record<string, string>> } = {}
	): Promise<Exit & { ms: number }> {
		return this.mutex.runExclusive(async () => {
			const startedAt = performance.now();
			this.assertOpen();
			if (!this.database) throw new ControlError(409, 'no world is loaded: reset first');
			this.started = false;
			const exit = await this.bot.stop(signal);
			this.settings = { ...this.settings, ...env };
			await this.startBot(this.bot, crashAtStep === undefined ? {} : { [CRASH_AT_STEP]: String(crashAtStep) });
			return { ...exit, ms: Math.round(performance.now() - startedAt) };
		});
	}

	/**
	 * Starts another process of the bot on the same database, which must be on a server. It runs until the next reset. Resolves when it is
	 * ready.
	 */
	public startAnother(): Promise<Bot> {
		return this.mutex.runExclusive(async () => {
			if (!this.settings.DATABASE_URL) throw new ControlError(409, 'an embedded database allows one process: set DATABASE_URL');
			const bot = new Bot();
			this.others.add(bot);
			// The first one has its port.
			await this.startBot(bot, this.settings.HTTP_PORT ? { HTTP_PORT: '0' } : {});
			return bot;
		});
	}

	/** Database rows as stored: through the bot while it runs, else from its database. */
	public async rows(query: RowsQuery): Promise<readonly object[]> {
		if (this.ready) {
			const rows = await this.bot.query(query).catch(nullIfDown);
			if (rows) return rows;
		}
		return this.mutex.runExclusive(async () => {
			const rows = await this.bot.query(query).catch(nullIfDown);
			if (rows) return rows;
			if (!this.database) return [];
			return this.withDatabase(this.database, async ({ prisma }) => asJson(await readRows(prisma, query)));
		});
	}

	/** CPU and memory use of the bot's process. */
	public async usage(): Promise<BotUsage> {
		const usage = await this.bot.usage().catch(nullIfDown);
		if (usage === null) throw new ControlError(409, 'the bot is down');
		return usage;
	}

	public async close(): Promise<void> {
		this.closing = true;
		this.abort.abort();
		// Outside the mutex: a reset that waits for readiness fails at once and releases it.
		await this.bot.stop('SIGTERM');
		await this.mutex.runExclusive(async () => {
			await this.bot.stop('SIGTERM');
			await this.stopOthers('SIGTERM');
			await this.discord.close();
			await this.mail.close();
			await this.database?.remove();
			await this.databases.close();
		});
	}

	/** Stops the bot and removes the previous world. */
	private async tearDown(): Promise<void> {
		this.started = false;
		await this.bot.stop('SIGKILL');
		await this.stopOthers('SIGKILL');
		await this.database?.remove();
		this.database = null;
		this.bot.log.clear();
		this.log.clear();
		this.faults.clear();
		this.mail.clear();
		this.stripe.setLatency(0);
		this.stripe.setRate(null);
		this.stripe.setLivemode(isLive(this.stripeKey));
		for (const resource of STRIPE_RESOURCES) this.stripe.setPermission(resource, true);
	}

	private async prepareDatabase({ world, settings: overrides }: LoadedWorld): Promise<void> {
		const { guildId, adminChannelId } = this.discord.ids;
		const endpoints = { port: this.port(), mailPort: this.mailPort, token: TOKEN, stripeKey: this.stripeKey, guildId, adminChannelId };
		const settings = botSettings(endpoints, { ...this.ownSettings, ...overrides }, process.env);
		const { DATABASE_URL: server } = settings;
		this.database = server ? await this.databases.onServer(server, `reeve_sandbox_${this.port()}`) : await this.databases.inFolder();
		const { DATABASE_URL: _, ...others } = settings;
		this.settings = { ...others, ...this.database.settings };
		if (hasRows(world.database)) await this.withDatabase(this.database, ({ prisma }) => seed(prisma, world.database));
	}

	private async withDatabase<T>(database: BotDatabase, use: (opened: Database) => Promise<T>): Promise<T> {
		const opened = await database.open();
		try {
			return await use(opened);
		} finally {
			await opened.close();
		}
	}

	private async stopOthers(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
		await Promise.all([...this.others].map((bot) => bot.stop(signal)));
		this.others.clear();
	}

	private async startBot(bot = this.bot, extraEnv: Readonly<Record<string, string>> = {}): Promise<void> {
		this.assertOpen();
		const startedAt = performance.now();
		const abort = new AbortController();
		this.discord.expectRestart();
		if (bot === this.bot) this.startedAt = new Date().toISOString();
		bot.start({ ...this.settings, ...extraEnv });
		const ready = this.discord.whenReady(abort.signal).then(() => null);
		ready.catch(() => {});
		const ended = bot.whenExited().then(({ exitCode, signal }) => `The bot exited (${signal ?? `code ${exitCode}`}) before it was ready`);
		const late = `The bot was not ready within ${READY_TIMEOUT_MS / 1000} s`;
		const failure = await raceTimeout(READY_TIMEOUT_MS, Promise.race([ready, ended]), late);
		abort.abort();
		if (failure !== null) {
			await bot.stop('SIGKILL');
			throw new ControlError(500, `${failure}. Its last output:\n${bot.log.tail(LOG_TAIL_LINES)}`);
		}
		// The last request, not now: the sandbox has waited for more. A bot that was not invited makes none.
		const { lastCommandRequestAt } = this.discord;
		this.startMs = Math.round((lastCommandRequestAt > startedAt ? lastCommandRequestAt : performance.now()) - startedAt);
		this.started = true;
	}

	private assertOpen(): void {
		if (this.closing) throw new ControlError(503, 'the sandbox is shutting down');
	}
}

const isLive = (stripeKey: string) => stripeKey.includes('_live_');

function nullIfDown(error: unknown): null {
	if (error instanceof BotDownError) return null;
	throw error;
}

/** Rows as they look after a round trip through JSON. */
function asJson(rows: readonly object[]): readonly object[] {
	return JSON.parse(JSON.stringify(rows));
}
