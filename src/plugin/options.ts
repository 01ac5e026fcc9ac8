import { closestMatch } from 'leven';
import * as z from 'zod';
import { managedRoleSettings } from '../config/derived.js';
import { parseSettings, type Settings, SettingsError, whereToFind } from '../config/env.js';
import { withStoredSettings } from '../config/stored-settings.js';
import {
	apiUrl,
	email,
	hourOfDay,
	httpToken,
	listenHost,
	metadataKey,
	number,
	port,
	postgresUrl,
	priceId,
	quoted,
	requestsPerSecond,
	role,
	roleId,
	signingSecret,
	smtpUrl,
	snowflake,
	stripeKey,
	tierKey,
	tierName,
	timeZone,
	webhookSecret,
	webhookUrl
} from '../config/values.js';
import type { People } from '../reconciliation/domain/people.js';
import type { Adjust } from '../reconciliation/domain/rules.js';

/** The options of the plugin: `new SapphireClient({ …, reeve: { … } })`. */

/** The server that Reeve works in. */
export interface GuildOptions {
	readonly id: string;
	/** The channel for the reports; default: the one that an operator chooses with `/reconcile setup`. */
	readonly adminChannelId?: string;
	/** Holders of any of these roles may use Reeve; default: members with Manage Server. */
	readonly operatorRoleIds?: readonly string[];
	/** What people can buy, lowest first; default: Knight and Lord, without prices. */
	readonly tiers?: readonly TierOptions[];
	/** ID or name of the role of members whose payment is overdue; default: `Debtor`. */
	readonly debtorRole?: string;
	/** Default: `America/New_York`. */
	readonly timeZone?: string;
	/** Hour of the daily run, from 0 to 23; default: 3. */
	readonly hour?: number;
}

export interface TierOptions {
	readonly name: string;
	/** ID or name of the guild role; default: the tier's name. */
	readonly role?: string;
	/** IDs of the prices or products that buy it. */
	readonly prices?: readonly string[];
}

export interface StripeOptions {
	/** A restricted key that reads subscriptions, customers, invoices and events is enough. */
	readonly key: string;
	/** The metadata key that holds a Discord ID; default: `discord_id`. */
	readonly discordIdKey?: string;
	/** Prices and products that buy no role. */
	readonly otherPrices?: readonly string[];
	/** What a price buys that no other option lists: `unknown` (default), `nothing` or the name of a tier. */
	readonly unmappedPrices?: string;
	readonly requestsPerSecond?: number;
	/** `whsec_…`, the signing secret of the endpoint in Stripe that sends events to `http`: docs/http.md. */
	readonly webhookSecret?: string;
	/** Only the sandbox changes it. */
	readonly apiUrl?: string;
}

/** The HTTP endpoint for monitoring and scripts: docs/http.md. */
export interface HttpOptions {
	/** 0: any free one, which the log names. */
	readonly port: number;
	/** The address to listen on; default: `127.0.0.1`, for this machine alone. */
	readonly host?: string;
	/** Of at least 16 characters. Without it, only the routes for monitoring answer. */
	readonly token?: string;
}

/** A PostgreSQL server by its URL, or a folder for an embedded database. */
export type StorageOptions = ({ readonly url: string } | { readonly dataDir: string }) & {
	/**
	 * The PostgreSQL schema of Reeve's tables, created at the first start; default: `reeve`, whatever `?schema=` of the URL says, and `public`
	 * in a folder. Nothing outside it is touched.
	 */
	readonly schema?: string;
};

/** A managed role that no price buys: only {@link RuleOptions.adjust} gives it. It counts as access. */
export interface ExtraRoleOptions {
	/** As `adjust` calls it. */
	readonly name: string;
	/** ID or name of the guild role; default: the name. */
	readonly role?: string;
	/** The tier that it ranks just above; default: it ranks below the lowest one. */
	readonly above?: string;
}

/** The server's own rule for roles. */
export interface RuleOptions {
	/**
	 * Has the last word on what a member should have, for what Stripe does not decide:
	 * `adjust: (expected, { extra }) => (extra.introduced ? expected : { role: 'Squire' })`. Must be pure and synchronous, and return
	 * `expected` or a managed role: a tier, `Debtor`, one of `extraRoles`, or null for none. If it fails, or returns anything else, the
	 * member keeps what they have. It is asked about members without any link as well: what it gives them is not part of Fix all, and
	 * fixed automatically with `fixUnlinked` alone.
	 */
	readonly adjust?: Adjust;
	/** Roles that `adjust` may give beside the tiers and `Debtor`, the lowest first. Reeve takes them from members to whom it does not give them. */
	readonly extraRoles?: readonly ExtraRoleOptions[];
}

/** Variables of the standalone bot in place of {@link GuildOptions} and the others that say what Reeve does. */
export interface EnvironmentOptions {
	readonly variables: Readonly<Record<string, string | undefined>>;
	/** The variables that the next start would use, for `/reconcile preview`; default: the same. */
	readonly next?: () => Readonly<Record<string, string | undefined>>;
}

/** How Reeve is mounted, wherever its settings come from. */
export interface MountOptions {
	/** Name of the slash command, default `reconcile`. False: no command, only `container.reeve`. */
	readonly commandName?: string | false;
	/** Name of the command in a user's context menu, default `Why these roles?`. False: none; nor is there one without the slash command. */
	readonly contextMenuName?: string | false;
	/** False: errors of Reeve's command and buttons are left to the bot's own error listeners. */
	readonly loadErrorListeners?: boolean;
	/**
	 * `auto` (default): the bot's queue of @sapphire/plugin-scheduled-tasks, if the bot uses that plugin; otherwise timers in this process.
	 * `in-process`: always timers.
	 */
	readonly schedule?: 'auto' | 'in-process';
	/**
	 * Where the members and teams of the bot are: `prismaPeople(…)` of `reeve/prisma`, `sqlPeople(…)`, or an object of the bot's own. Default:
	 * Reeve's own tables.
	 */
	readonly people?: People;
	/** Receives the reason why Reeve cannot start or go on, for operators; default: it is logged. The bot goes on in either case. */
	readonly onDisabled?: (reason: Error) => void;
}

/** What Reeve does. */
export interface SettingOptions {
	/** Exactly one server. */
	readonly guilds: readonly [GuildOptions];
	readonly stripe: StripeOptions;
	readonly storage: StorageOptions;
	/** True: Reeve fixes roles automatically; false (default): it only reports. */
	readonly autoFix?: boolean;
	/** True: automatic fixes also remove roles from members who are not linked to any customer or team. */
	readonly fixUnlinked?: boolean;
	/** True stops the daily runs. */
	readonly paused?: boolean;
	/** Share of role holders who may lose a role at once; above it, an operator has to approve. Default: 10. */
	readonly maxRevokePercent?: number;
	/** How long a member keeps their role after a failed payment; default: 48. */
	readonly graceHours?: number;
	/** How long a member is Debtor after the grace period; default: 30. */
	readonly debtorDays?: number;
	/** How long after a fix Reeve checks that it lasted; default: 60. */
	readonly verifyAfterMinutes?: number;
	/** How often Reeve reads what changed in Stripe; default: 15. 0: only the daily runs find what is wrong. */
	readonly eventsSeconds?: number;
	/** How long Reeve waits after a change before it compares, so that other bots can do their work; default: 30. */
	readonly settleSeconds?: number;
	/** `true`: reports say who changed roles. Takes the intent GuildModeration and the permission View Audit Log. */
	readonly auditLog?: boolean;
	/** How long the list of issues of each run is kept; default: 90. */
	readonly snapshotDays?: number;
	/** Without it no mail is sent. `when`: `news` leaves out the mails about runs that found nothing new; default: `issues`. */
	readonly mail?: { readonly url: string; readonly to: readonly string[]; readonly from?: string; readonly when?: 'issues' | 'news' };
	/** Called when something is wrong; without it no webhook is called. `secret`: `whsec_…`, for signatures. `format`: default `json`. */
	readonly webhook?: { readonly url: string; readonly secret?: string; readonly format?: 'json' | 'slack' };
	/** Without it Reeve listens on no port. */
	readonly http?: HttpOptions;
}

/** The options of the plugin. Either as {@link SettingOptions}, or from the variables of the standalone bot: {@link fromEnv}. */
export type ReeveOptions = MountOptions & RuleOptions & (SettingOptions | { readonly fromEnv: EnvironmentOptions | true });

/**
 * The options from the variables that the standalone bot reads: `reeve: { ...fromEnv(process.env), commandName: 'billing' }`.
 * @param next - the variables that the next start would use, for `/reconcile preview`
 */
export function fromEnv(
	variables: EnvironmentOptions['variables'],
	next?: EnvironmentOptions['next']
): { readonly fromEnv: EnvironmentOptions } {
	return { fromEnv: next === undefined ? { variables } : { variables, next } };
}

/** The options as Reeve uses them, wherever they come from. */
export interface ParsedOptions extends Required<Omit<MountOptions, 'onDisabled' | 'people'>> {
	readonly people: People | undefined;
	readonly settings: Settings;
	/** Sentences for the log. */
	readonly warnings: readonly string[];
	/** Whether the settings come from variables: sentences then name these, and otherwise the options. */
	readonly fromVariables: boolean;
	/** The variables, or the options as variables. */
	readonly environment: Environment;
	/** The variables of the next start. */
	readonly nextEnvironment: () => Environment;
	/** The settings, completed by those that operators chose in Discord. @throws {SettingsError} if these are invalid with the others */
	readonly settingsWith: (stored: Environment) => Settings;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Options are missing or invalid. The message lists all of them, each with where to find its value. */
export class OptionsError extends Error {
	public override readonly name = 'OptionsError';

	/** @param where - where to correct them */
	public constructor(
		public readonly problems: readonly string[],
		where = 'in the option "reeve" of the client'
	) {
		const count = problems.length === 1 ? '1 setting needs' : `${problems.length} settings need`;
		super([`${count} fixing, ${where}.`, ...problems.map((line) => `  • ${line}`)].join('\n'));
	}
}

/** In a database that may be the bot's own. */
const DEFAULT_SCHEMA = 'reeve';

const COMMAND_NAME = /^[\p{Ll}\p{Lm}\p{Lo}\p{N}_-]{1,32}$/u;

const mountShape = {
	commandName: z
		.custom<string | false>(
			(value) => value === false || (typeof value === 'string' && COMMAND_NAME.test(value)),
			'a name of 1 to 32 small letters, digits, - and _, or false'
		)
		.default('reconcile'),
	contextMenuName: z
		.custom<string | false>(
			(value) => value === false || (typeof value === 'string' && value.trim() === value && value.length >= 1 && value.length <= 32),
			'a name of 1 to 32 characters, or false'
		)
		.default('Why these roles?'),
	loadErrorListeners: z.boolean().default(true),
	schedule: z.enum(['auto', 'in-process'], { error: '"auto" or "in-process"' }).default('auto'),
	people: z.custom<People>(isPeople, 'an object with name, readAll and readOf, such as prismaPeople(…)').optional(),
	onDisabled: z.custom<(reason: Error) => void>((value) => typeof value === 'function', 'a function').optional()
};

function isPeople(value: unknown): boolean {
	const { name, readAll, readOf } = Object(value) as Partial<Record<keyof People, unknown>>;
	return typeof name === 'string' && typeof readAll === 'function' && typeof readOf === 'function';
}

const ruleShape = {
	adjust: z.custom<Adjust>((value) => typeof value === 'function', 'a function: adjust(expected, person)').optional(),
	extraRoles: z.array(z.strictObject({ name: tierName, role: role.optional(), above: z.string().optional() })).optional()
};

const tier = z.strictObject({ name: tierName, role: role.optional(), prices: z.array(priceId).optional() });

const guild = z.strictObject({
	id: snowflake,
	adminChannelId: snowflake.optional(),
	operatorRoleIds: z.array(roleId).optional(),
	tiers: z.array(tier).min(1, 'a list of at least one tier, the lowest first').optional(),
	debtorRole: role.optional(),
	timeZone: timeZone.optional(),
	hour: hourOfDay.optional()
});

const settingShape = {
	guilds: z.array(guild).length(1, 'a list of exactly one server'),
	stripe: z.strictObject({
		key: stripeKey,
		discordIdKey: metadataKey.optional(),
		otherPrices: z.array(priceId).optional(),
		unmappedPrices: z.string().optional(),
		requestsPerSecond: requestsPerSecond.optional(),
		webhookSecret: signingSecret.optional(),
		apiUrl: apiUrl(false).optional()
	}),
	storage: z
		.strictObject({
			url: postgresUrl.optional(),
			dataDir: z.string().min(1, 'the path of a folder').optional(),
			schema: z.string().min(1, 'the name of a schema').optional()
		})
		.refine(({ url, dataDir }) => (url === undefined) !== (dataDir === undefined), 'either { url } or { dataDir }'),
	autoFix: z.boolean().optional(),
	fixUnlinked: z.boolean().optional(),
	paused: z.boolean().optional(),
	maxRevokePercent: number(0, 100, 'percent').optional(),
	graceHours: number(0, 100_000, 'hours').optional(),
	debtorDays: number(0, 10_000, 'days').optional(),
	verifyAfterMinutes: number(0, 10_000, 'minutes').optional(),
	eventsSeconds: number(0, 3_600, 'seconds').optional(),
	settleSeconds: number(0, 3_600, 'seconds').optional(),
	auditLog: z.boolean().optional(),
	snapshotDays: number(7, 10_000, 'days').optional(),
	mail: z
		.strictObject({
			url: smtpUrl,
			to: z.array(email).min(1, 'a list of at least one email address'),
			from: email.optional(),
			when: z.enum(['issues', 'news'], { error: '"issues" or "news"' }).optional()
		})
		.optional(),
	webhook: z
		.strictObject({
			url: webhookUrl,
			secret: webhookSecret.optional(),
			format: z.enum(['json', 'slack'], { error: '"json" or "slack"' }).optional()
		})
		.optional(),
	http: z.strictObject({ port, host: listenHost.optional(), token: httpToken.optional() }).optional()
};

const settingSchema = z.strictObject({ ...settingShape, ...ruleShape, ...mountShape });
const mountSchema = z.strictObject({ ...ruleShape, ...mountShape, fromEnv: z.unknown() });

/** The variables of the standalone bot, and the options for the same, with the number of a list's entry left out. */
const OPTION_OF: Readonly<Record<string, string>> = {
	DISCORD_GUILD_ID: 'guilds[].id',
	DISCORD_ADMIN_CHANNEL_ID: 'guilds[].adminChannelId',
	DISCORD_OPERATOR_ROLE_IDS: 'guilds[].operatorRoleIds',
	DISCORD_DEBTOR_ROLE: 'guilds[].debtorRole',
	DISCORD_TIER_ROLE: 'guilds[].tiers[].role',
	RECONCILIATION_TIERS: 'guilds[].tiers',
	RECONCILIATION_TIMEZONE: 'guilds[].timeZone',
	RECONCILIATION_HOUR: 'guilds[].hour',
	STRIPE_TIER_PRICE_IDS: 'guilds[].tiers[].prices',
	STRIPE_SECRET_KEY: 'stripe.key',
	STRIPE_DISCORD_ID_KEY: 'stripe.discordIdKey',
	STRIPE_OTHER_PRICE_IDS: 'stripe.otherPrices',
	STRIPE_UNMAPPED_PRICES: 'stripe.unmappedPrices',
	STRIPE_REQUESTS_PER_SECOND: 'stripe.requestsPerSecond',
	STRIPE_WEBHOOK_SECRET: 'stripe.webhookSecret',
	STRIPE_API_URL: 'stripe.apiUrl',
	RECONCILIATION_AUTO_FIX: 'autoFix',
	RECONCILIATION_FIX_UNLINKED: 'fixUnlinked',
	RECONCILIATION_PAUSED: 'paused',
	RECONCILIATION_MAX_REVOKE_PERCENT: 'maxRevokePercent',
	RECONCILIATION_GRACE_HOURS: 'graceHours',
	RECONCILIATION_DEBTOR_DAYS: 'debtorDays',
	RECONCILIATION_VERIFY_AFTER_MINUTES: 'verifyAfterMinutes',
	RECONCILIATION_EVENTS_SECONDS: 'eventsSeconds',
	RECONCILIATION_SETTLE_SECONDS: 'settleSeconds',
	RECONCILIATION_AUDIT_LOG: 'auditLog',
	RECONCILIATION_SNAPSHOT_DAYS: 'snapshotDays',
	SMTP_URL: 'mail.url',
	ADMIN_EMAIL: 'mail.to',
	MAIL_FROM: 'mail.from',
	MAIL_WHEN: 'mail.when',
	WEBHOOK_URL: 'webhook.url',
	WEBHOOK_SECRET: 'webhook.secret',
	WEBHOOK_FORMAT: 'webhook.format',
	HTTP_PORT: 'http.port',
	HTTP_HOST: 'http.host',
	HTTP_TOKEN: 'http.token',
	DATABASE_URL: 'storage.url',
	DATA_DIR: 'storage.dataDir'
};

/** The options that no variable of the standalone bot corresponds to. */
const OWN_OPTIONS = ['storage.schema', 'adjust', 'extraRoles', 'extraRoles[].name', 'extraRoles[].role', 'extraRoles[].above'];

/** Never quoted. */
const SECRET_OPTIONS: ReadonlySet<string> = new Set([
	'stripe.key',
	'stripe.webhookSecret',
	'storage.url',
	'mail.url',
	'webhook.url',
	'webhook.secret',
	'http.token'
]);

/**
 * Parses the options.
 * @throws {OptionsError} listing everything that is missing or invalid
 */
export function parseOptions(options: ReeveOptions): ParsedOptions {
	const source: unknown = Object(options).fromEnv;
	if (source !== undefined) return parseEnvironment(options, source as EnvironmentOptions | true);
	const {
		commandName,
		contextMenuName,
		loadErrorListeners,
		schedule,
		people,
		onDisabled: _,
		adjust,
		extraRoles,
		...given
	} = parse(settingSchema, options);
	// The token is the bot's own.
	const variables = { ...toVariables(given), DISCORD_TOKEN: 'none' };
	const { settings: parsed, warnings } = settingsOf(given.guilds[0]?.tiers ?? [], variables);
	const { url, schema = url === undefined ? undefined : DEFAULT_SCHEMA } = given.storage;
	const complete = (settings: Settings) =>
		withRule({ ...settings, DISCORD_TOKEN: '', ...(schema !== undefined && { databaseSchema: schema }) }, { adjust, extraRoles });
	return {
		settings: complete(parsed),
		warnings,
		commandName,
		contextMenuName,
		loadErrorListeners,
		schedule,
		people,
		fromVariables: false,
		environment: variables,
		nextEnvironment: () => variables,
		settingsWith: (stored) => complete(parseSettings(withStoredSettings(variables, stored)).settings)
	};
}

function parseEnvironment(options: object, source: EnvironmentOptions | true): ParsedOptions {
	const { commandName, contextMenuName, loadErrorListeners, schedule, people, adjust, extraRoles } = parse(mountSchema, options);
	const { variables, next = () => variables } = source === true ? { variables: process.env } : source;
	try {
		const { settings, warnings } = parseSettings({ ...variables });
		const complete = (each: Settings) => withRule(each, { adjust, extraRoles });
		return {
			settings: complete(settings),
			warnings,
			commandName,
			contextMenuName,
			loadErrorListeners,
			schedule,
			people,
			fromVariables: true,
			environment: variables,
			nextEnvironment: next,
			settingsWith: (stored) => complete(parseSettings(withStoredSettings(variables, stored)).settings)
		};
	} catch (error) {
		if (error instanceof SettingsError) throw new OptionsError(error.problems, 'in .env or in the environment');
		throw error;
	}
}

function parse<Schema extends z.ZodType>(schema: Schema, options: unknown): z.output<Schema> {
	const parsed = schema.safeParse(options);
	if (parsed.success) return parsed.data;
	throw new OptionsError(parsed.error.issues.flatMap((issue) => describeIssue(issue, options)));
}

/** Applies the defaults, and the checks that concern several settings, of the standalone bot. */
function settingsOf(
	tiers: readonly { readonly name: string }[],
	variables: Record<string, string>
): { settings: Settings; warnings: string[] } {
	try {
		return parseSettings(variables);
	} catch (error) {
		if (!(error instanceof SettingsError)) throw error;
		throw new OptionsError(error.problems.map((problem) => withOptionNames(problem, tiers)));
	}
}

/** @throws {OptionsError} if an extra role has the name or the guild role of another one, or ranks above a role that is no tier */
function withRule(settings: Settings, { adjust, extraRoles = [] }: z.output<z.ZodObject<typeof ruleShape>>): Settings {
	const problems: string[] = [];
	const taken = managedRoleSettings(settings).map(({ name, wanted }) => ({ name, wanted }));
	const roles = extraRoles.map(({ name, role: wanted = name, above }, index) => {
		const option = `extraRoles[${index}]`;
		if (taken.some((each) => tierKey(each.name) === tierKey(name)))
			problems.push(
				`${option}.name is ${quoted(name)}: it must be another name than those of the tiers, Debtor and the other extra roles.`
			);
		if (taken.some((each) => each.wanted === wanted))
			problems.push(
				`${option}.role is ${quoted(wanted)}: it must be another role than those of the tiers, Debtor and the other extra roles.`
			);
		if (above !== undefined && !settings.RECONCILIATION_TIERS.includes(above))
			problems.push(`${option}.above is ${quoted(above)}: it must be a tier (${settings.RECONCILIATION_TIERS.join(', ')}).`);
		taken.push({ name, wanted });
		return { name, role: wanted, ...(above !== undefined && { above }) };
	});
	if (problems.length > 0) throw new OptionsError(problems);
	return { ...settings, ...(adjust && { adjust }), ...(roles.length > 0 && { extraRoles: roles }) };
}

type GivenSettings = z.output<z.ZodObject<typeof settingShape>>;

/** The options as variables of the standalone bot. */
function toVariables({ guilds: [server], stripe, storage, mail, webhook, http, ...rest }: GivenSettings): Record<string, string> {
	const list = (entries: readonly string[] | undefined) => entries?.join(',');
	const tiers = server?.tiers ?? [];
	const variables: Record<string, string | number | boolean | undefined> = {
		DISCORD_GUILD_ID: server?.id,
		DISCORD_ADMIN_CHANNEL_ID: server?.adminChannelId,
		DISCORD_OPERATOR_ROLE_IDS: list(server?.operatorRoleIds),
		DISCORD_DEBTOR_ROLE: server?.debtorRole,
		RECONCILIATION_TIERS: list(server?.tiers?.map(({ name }) => name)),
		RECONCILIATION_TIMEZONE: server?.timeZone,
		RECONCILIATION_HOUR: server?.hour,
		STRIPE_SECRET_KEY: stripe.key,
		STRIPE_DISCORD_ID_KEY: stripe.discordIdKey,
		STRIPE_OTHER_PRICE_IDS: list(stripe.otherPrices),
		STRIPE_UNMAPPED_PRICES: stripe.unmappedPrices,
		STRIPE_REQUESTS_PER_SECOND: stripe.requestsPerSecond,
		STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
		STRIPE_API_URL: stripe.apiUrl,
		RECONCILIATION_AUTO_FIX: rest.autoFix,
		RECONCILIATION_FIX_UNLINKED: rest.fixUnlinked,
		RECONCILIATION_PAUSED: rest.paused,
		RECONCILIATION_MAX_REVOKE_PERCENT: rest.maxRevokePercent,
		RECONCILIATION_GRACE_HOURS: rest.graceHours,
		RECONCILIATION_DEBTOR_DAYS: rest.debtorDays,
		RECONCILIATION_VERIFY_AFTER_MINUTES: rest.verifyAfterMinutes,
		RECONCILIATION_EVENTS_SECONDS: rest.eventsSeconds,
		RECONCILIATION_SETTLE_SECONDS: rest.settleSeconds,
		RECONCILIATION_AUDIT_LOG: rest.auditLog,
		RECONCILIATION_SNAPSHOT_DAYS: rest.snapshotDays,
		SMTP_URL: mail?.url,
		ADMIN_EMAIL: list(mail?.to),
		MAIL_FROM: mail?.from,
		MAIL_WHEN: mail?.when,
		WEBHOOK_URL: webhook?.url,
		WEBHOOK_SECRET: webhook?.secret,
		WEBHOOK_FORMAT: webhook?.format,
		HTTP_PORT: http?.port,
		HTTP_HOST: http?.host,
		HTTP_TOKEN: http?.token,
		DATABASE_URL: storage.url,
		DATA_DIR: storage.dataDir
	};
	for (const { name, role: wanted, prices } of tiers) {
		variables[roleVariable(name)] = wanted;
		variables[pricesVariable(name)] = list(prices);
	}
	return Object.fromEntries(Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
}

const roleVariable = (tierOf: string) => `DISCORD_${tierKey(tierOf)}_ROLE`;
const pricesVariable = (tierOf: string) => `STRIPE_${tierKey(tierOf)}_PRICE_IDS`;

/** Names the options in place of the variables. */
export function withOptionNames(text: string, tiers: readonly { readonly name: string }[]): string {
	const names = new Map(Object.entries(OPTION_OF).map(([name, option]) => [name, option.replace('[]', '[0]')]));
	for (const [index, { name }] of tiers.entries()) {
		names.set(roleVariable(name), `guilds[0].tiers[${index}].role`);
		names.set(pricesVariable(name), `guilds[0].tiers[${index}].prices`);
	}
	return text.replace(/\b[A-Z]+(?:_[A-Z0-9]+)+\b/g, (name) => names.get(name) ?? name);
}

type Issue = z.core.$ZodIssue;

function describeIssue(issue: Issue, options: unknown): string[] {
	const path = issue.path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
	const name = path.replace(/^\./, '');
	if (issue.code === 'unrecognized_keys') {
		const known = knownKeys(name);
		return issue.keys.map((key) => {
			const meant = closestMatch(key, known, { maxDistance: 3 });
			const option = name === '' ? key : `${name}.${key}`;
			return `${option} is not an option.${meant === undefined ? '' : ` Did you mean ${meant}?`}`;
		});
	}
	const value = issue.path.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step], options);
	if (name === '') return [`reeve is ${quotedValue(value)}: it must be an object with options.`];
	const where = helpFor(name);
	if (value === undefined) return [`${name} is missing${where === '' ? '.' : `: ${where}`}`];
	const shown = SECRET_OPTIONS.has(name) ? 'has an invalid value' : `is ${quotedValue(value)}`;
	return [`${name} ${shown}: it must be ${expected(issue)}.${where === '' ? '' : ` Where to find it: ${where}`}`];
}

function quotedValue(value: unknown): string {
	if (typeof value === 'string') return quoted(value);
	if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
	if (typeof value === 'function') return 'a function';
	return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function expected(issue: Issue): string {
	if (issue.code !== 'invalid_type') return issue.message;
	const kinds: Readonly<Record<string, string>> = { array: 'a list', object: 'an object', boolean: 'true or false', string: 'a text' };
	return kinds[issue.expected] ?? `a ${issue.expected}`;
}

/** Where to find the value of an option. */
function helpFor(name: string): string {
	const pattern = name.replace(/\[\d+\]/g, '[]');
	const variable = Object.entries(OPTION_OF).find(([, option]) => option === pattern || `${option}[]` === pattern)?.[0];
	return variable === undefined ? '' : withOptionNames(whereToFind(variable as Parameters<typeof whereToFind>[0]), []);
}

/** The options within another one. */
function knownKeys(name: string): string[] {
	const within = `${name.replace(/\[\d+\]/g, '[]')}.`.replace(/^\.$/, '');
	const keys = [...Object.values(OPTION_OF), ...OWN_OPTIONS]
		.filter((option) => option.startsWith(within))
		.map((option) => option.slice(within.length).replace(/[.[].*$/, ''));
	return [...new Set(name === '' ? [...keys, ...Object.keys(mountShape), 'fromEnv'] : keys)];
}
