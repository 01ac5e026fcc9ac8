import type { APIMessage } from 'discord-api-types/v10';
import { pollUntil } from './services/core/poll.js';
import type { GuildView, InteractionView } from './services/discord/discord.js';
import type { Mail } from './services/mail/mail.js';
import { type RunningServices, startServices } from './services/services.js';
import type { ExpectedIssue, ExpectedNotices } from './world/drift.js';
import { makeScenario, type ScenarioChoice, scenarioSchema } from './world/scenario.js';
import { type World, type WorldInput, worldSchema } from './world/world.js';

/**
 * `reeve/testing`: Discord, Stripe and a mail server on this machine, for the tests of a bot that Reeve is mounted in. The bot is the
 * caller's own and connects over real sockets; nothing here starts one.
 */

export type { ExpectedIssue, ExpectedNotices, GuildView, InteractionView, Mail, World, WorldInput };

/** Either a generated scenario or a world; without both: a server whose only member is an operator, and an empty Stripe account. */
export interface StartSandboxOptions extends Partial<ScenarioChoice> {
	readonly world?: WorldInput;
	/** The bot token that Discord accepts; default: one is made up. */
	readonly token?: string;
	/** The key that Stripe accepts; default: a restricted key in test mode. */
	readonly stripeKey?: string;
	/** The time of the services. */
	readonly now?: () => Date;
}

/** What a user does returns the ID of the interaction; {@link TestSandbox.answered} waits for the bot's answer. */
export interface TestSandbox {
	/** Base URL of Discord's API: `new SapphireClient({ rest: { api } })`. */
	readonly discordApiUrl: string;
	/** Base URL of Stripe's API: Reeve's option `stripe.apiUrl`. */
	readonly stripeApiUrl: string;
	/** Reeve's option `mail.url`. */
	readonly smtpUrl: string;
	readonly token: string;
	readonly stripeKey: string;
	/** Of the server, its channels and its operator. */
	readonly ids: RunningServices['discord']['ids'];
	/** What was loaded. `world.database` has the people: fill your own tables with them. */
	readonly world: World;
	/** What Reeve has to find; null unless a scenario was given. */
	readonly expected: { readonly issues: readonly ExpectedIssue[]; readonly notices: ExpectedNotices } | null;
	/** The services: everything that can be done to them, every request that they received, and faults. */
	readonly services: Pick<RunningServices, 'discord' | 'stripe' | 'mail' | 'faults' | 'log'>;

	/** Resolves when a bot is logged in and has registered commands. */
	whenReady(): Promise<void>;
	/** @param user - a username or an ID @param command - as typed: `reconcile run` @returns the interaction's ID */
	command(user: string, command: string, options?: Readonly<Record<string, string | number | boolean>>): string;
	/** Uses a button or a menu. @throws if it is disabled or missing @returns the interaction's ID */
	click(user: string, messageId: string, customId: string, values?: readonly string[]): string;
	/** Submits the form that this interaction opened. @returns the new interaction's ID */
	modal(user: string, interactionId: string, fields: Readonly<Record<string, string>>): string;
	/** Types into an option. @returns the interaction's ID */
	autocomplete(user: string, command: string, option: string, value: string): string;
	/** @throws if there is none */
	interaction(id: string): InteractionView;
	/** Waits until the bot has answered, opened a form, or missed the deadline of 3 seconds; not for edits of a deferred answer. */
	answered(id: string): Promise<InteractionView>;
	/** @param channel - name or ID; default: the admin channel */
	messages(channel?: string): APIMessage[];
	guild(): GuildView;
	inbox(): readonly Mail[];
	/**
	 * Polls until the check returns something other than null, undefined or false.
	 * @param check - may throw, which counts as not yet
	 * @param timeoutMs - default: 30,000
	 */
	until<T>(check: () => T | Promise<T>, timeoutMs?: number): Promise<NonNullable<T>>;
	/** Disconnects the bot and closes the servers. Stop the bot first: it would try to connect again. */
	stop(): Promise<void>;
}

const TOKEN = 'MTEwMDAwMDAwMDAwMDAwMDIwMA.sandbox.this-opens-nothing-but-the-sandbox';
const STRIPE_KEY = 'rk_test_this_opens_nothing_but_the_sandbox';

const DEFAULT_TIMEOUT_MS = 30_000;

/** Starts the services on free ports of this machine. @throws {ZodError} if the world or the scenario is invalid */
export async function startSandbox(options: StartSandboxOptions = {}): Promise<TestSandbox> {
	const { token = TOKEN, stripeKey = STRIPE_KEY, now = () => new Date() } = options;
	const { world, expected } = load(options, now());
	const services = await startServices({ token, stripeKey, now, guild: world.guild, stripe: world.stripe });
	const { discord, stripe, mail, faults, log } = services;

	const interaction = (id: string): InteractionView => {
		const found = discord.interaction(id);
		if (!found) throw new Error(`There is no interaction ${id}`);
		return found;
	};
	const until: TestSandbox['until'] = (check, timeoutMs = DEFAULT_TIMEOUT_MS) => pollUntil(check, timeoutMs);
	let stopped: Promise<void> | undefined;
	return {
		discordApiUrl: `${services.url}/api`,
		stripeApiUrl: services.url,
		smtpUrl: services.smtpUrl,
		token,
		stripeKey,
		ids: discord.ids,
		world,
		expected,
		services: { discord, stripe, mail, faults, log },
		whenReady: () => discord.whenReady(),
		command: (user, command, given = {}) => discord.command({ user, command, options: given }).interactionId,
		click: (user, messageId, customId, values) =>
			discord.click({ user, messageId, customId, ...(values ? { values: [...values] } : {}) }).interactionId,
		modal: (user, interactionId, fields) => discord.modal({ user, interactionId, fields }).interactionId,
		autocomplete: (user, command, option, value) => discord.autocomplete({ user, command, option, value }).interactionId,
		interaction,
		answered: (id) => until(() => (interaction(id).state === 'pending' ? null : interaction(id))),
		messages: (channel) => discord.messages(channel),
		guild: () => discord.guild(),
		inbox: () => mail.inbox(),
		until,
		stop: () => {
			stopped ??= services.close();
			return stopped;
		}
	};
}

function load({ world, scenario, size, seed, subscriptions }: StartSandboxOptions, now: Date): Pick<TestSandbox, 'world' | 'expected'> {
	if (scenario === undefined) return { world: worldSchema.parse(world ?? {}), expected: null };
	if (world !== undefined) throw new Error('Give either a scenario or a world.');
	const choice = scenarioSchema.parse({ scenario, size, seed, subscriptions });
	const made = makeScenario(choice, now);
	return { world: made.world, expected: { issues: made.expected, notices: made.notices } };
}
