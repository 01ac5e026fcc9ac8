import * as z from 'zod';
import type { Adjust, ExtraRole } from '../reconciliation/domain/rules.js';
import { DEFAULT_TIERS } from './stored-settings.js';
import { findUnknownVariables } from './unknown-variables.js';
import {
	apiUrl,
	email,
	emails,
	hourOfDay,
	httpToken,
	listenHost,
	metadataKey,
	number,
	port,
	postgresUrl,
	priceIds,
	quoted,
	redisUrl,
	requestsPerSecond,
	role,
	signingSecret,
	smtpUrl,
	snowflake,
	snowflakes,
	stripeKey,
	tierKey,
	tierNames,
	timeZone,
	token,
	trueOrFalse,
	unmappedPrices,
	webhookSecret,
	webhookUrl
} from './values.js';

/**
 * Parses the settings, under their names in the environment. Each description says where to find the value; the error for a missing
 * or invalid value quotes it.
 */

const MAX_HOURS = 100_000;
const MAX_DAYS = 10_000;
/** Reports are retried for three days, and operators page through the newest ones. */
const MIN_SNAPSHOT_DAYS = 7;
const MAX_MINUTES = 10_000;
const MAX_SECONDS = 3_600;

const COPY_ID = 'Discord → Settings → Advanced → Developer Mode on; then right-click';

const shape = {
	DISCORD_TOKEN: token.describe('Discord Developer Portal → your application → Bot → Reset Token'),
	DISCORD_GUILD_ID: snowflake.describe(`${COPY_ID} your server's name → Copy Server ID`),
	DISCORD_FORMER_GUILD_ID: snowflake
		.optional()
		.describe('the ID of the server that this one replaces, if Reeve is to move its database: links and exemptions come along'),
	DISCORD_ADMIN_CHANNEL_ID: snowflake
		.optional()
		.describe(`${COPY_ID} the channel for the reports → Copy Channel ID; or choose it with /reconcile setup`),
	DISCORD_OPERATOR_ROLE_IDS: snowflakes
		.default([])
		.describe(`${COPY_ID} the role under Server Settings → Roles → Copy Role ID; leave it empty to allow everyone with Manage Server`),
	DISCORD_DEBTOR_ROLE: role.default('Debtor').describe('Server Settings → Roles: the role of members whose payment is overdue'),

	STRIPE_SECRET_KEY: stripeKey.describe(
		'Stripe Dashboard → Developers → API keys → Create restricted key, with Subscriptions, Customers, Invoices and Events set to Read'
	),
	STRIPE_DISCORD_ID_KEY: metadataKey
		.default('discord_id')
		.describe('Stripe Dashboard → a customer → Metadata: the key under which your checkout stores the Discord ID'),
	STRIPE_OTHER_PRICE_IDS: priceIds.default([]).describe('Stripe Dashboard → Product catalog: the prices that buy no role'),
	STRIPE_UNMAPPED_PRICES: z
		.string()
		.default('unknown')
		.describe('what a price buys that no other setting lists; unknown removes no role from those who pay it, and reports them'),
	STRIPE_REQUESTS_PER_SECOND: requestsPerSecond
		.optional()
		.describe('requests per second to Stripe; default: 20 with a live key, 10 with a test key'),
	STRIPE_WEBHOOK_SECRET: signingSecret
		.optional()
		.describe(
			'Stripe Dashboard → Developers → Webhooks → your endpoint → Signing secret, if Stripe is to send its events to the HTTP endpoint'
		),

	RECONCILIATION_TIERS: tierNames.default([...DEFAULT_TIERS]).describe('your own names for the levels that people can buy, lowest first'),
	RECONCILIATION_AUTO_FIX: trueOrFalse.default('false').describe('true: Reeve fixes roles automatically; false: it only reports'),
	RECONCILIATION_PAUSED: trueOrFalse.default('false').describe('true stops the daily runs; /reconcile run still works'),
	RECONCILIATION_TIMEZONE: timeZone
		.default('America/New_York')
		.describe('the "TZ identifier" column of https://en.wikipedia.org/wiki/List_of_tz_database_time_zones'),
	RECONCILIATION_HOUR: hourOfDay.default(3).describe('the hour of the daily run, in RECONCILIATION_TIMEZONE'),
	RECONCILIATION_EVENTS_SECONDS: number(0, MAX_SECONDS, 'seconds')
		.default(15)
		.describe('how often Reeve reads what changed in Stripe; 0: only the daily runs find what is wrong'),
	RECONCILIATION_SETTLE_SECONDS: number(0, MAX_SECONDS, 'seconds')
		.default(30)
		.describe('how long Reeve waits after a change before it compares, so that other bots can do their work'),
	RECONCILIATION_AUDIT_LOG: trueOrFalse
		.default('false')
		.describe('true: reports say who changed roles, by the audit log of the server, which takes the permission View Audit Log'),
	RECONCILIATION_GRACE_HOURS: number(0, MAX_HOURS, 'hours')
		.default(48)
		.describe('how long a member keeps their role after a failed payment'),
	RECONCILIATION_DEBTOR_DAYS: number(0, MAX_DAYS, 'days').default(30).describe('how long a member is Debtor after the grace period'),
	RECONCILIATION_MAX_REVOKE_PERCENT: number(0, 100, 'percent')
		.default(10)
		.describe('share of role holders who may lose a role at once; above it, an operator has to approve'),
	RECONCILIATION_FIX_UNLINKED: trueOrFalse
		.default('false')
		.describe('true: automatic fixes also remove roles from members who are not linked to any customer or team'),

	RECONCILIATION_VERIFY_AFTER_MINUTES: number(0, MAX_MINUTES, 'minutes')
		.default(60)
		.describe('how long after a fix Reeve checks that it lasted'),

	RECONCILIATION_SNAPSHOT_DAYS: number(MIN_SNAPSHOT_DAYS, MAX_DAYS, 'days')
		.default(90)
		.describe('how long the list of issues of each run is kept; issues, fixes and the audit log are kept for good'),

	ADMIN_EMAIL: emails.optional().describe('who gets mail when something is wrong'),
	SMTP_URL: smtpUrl
		.optional()
		.describe("your mail provider's page on sending by SMTP shows server, port, user and password: smtp://user:password@host:587"),
	MAIL_WHEN: z
		.enum(['issues', 'news'], { error: 'issues or news' })
		.default('issues')
		.describe(
			'issues: a mail whenever people have the wrong roles; news: only if some are new or back, and as a reminder on days 7 and 30'
		),
	MAIL_FROM: email.optional().describe('the sender of the mails; your mail provider shows which addresses you may use'),

	WEBHOOK_URL: webhookUrl
		.optional()
		.describe('your own URL that Reeve calls when something is wrong, or one of a Slack app (Incoming Webhooks)'),
	WEBHOOK_SECRET: webhookSecret.optional().describe('echo "whsec_$(openssl rand -base64 32)", for the receiver to check the signature'),
	WEBHOOK_FORMAT: z
		.enum(['json', 'slack'], { error: 'json or slack' })
		.default('json')
		.describe('json for a program of your own, slack for a Slack webhook'),

	DATABASE_URL: postgresUrl
		.optional()
		.describe("your PostgreSQL provider's page shows it as connection string; leave it empty to keep data in DATA_DIR"),
	REDIS_URL: redisUrl
		.optional()
		.describe("your Redis provider's page shows it as connection string; only needed if several Reeve processes share one database"),
	DATA_DIR: z.string().default('./data').describe('a folder that Reeve can write to'),
	LOG_LEVEL: z
		.enum(['trace', 'debug', 'info', 'warn', 'error'], { error: 'trace, debug, info, warn or error' })
		.default('info')
		.describe('how much Reeve writes to its log'),
	LOG_FORMAT: z
		.enum(['text', 'json'], { error: 'text or json' })
		.default('text')
		.describe('json: one JSON object per line, for programs that collect logs'),
	HTTP_PORT: port.optional().describe('the port of the HTTP endpoint for monitoring and scripts; leave it empty for none'),
	HTTP_HOST: listenHost
		.default('127.0.0.1')
		.describe('the address that the HTTP endpoint listens on: 127.0.0.1 for this machine alone, 0.0.0.0 for every network it is in'),
	HTTP_TOKEN: httpToken.optional().describe('a password of your own for the HTTP endpoint: the output of openssl rand -hex 24'),
	DISCORD_API_URL: apiUrl(true).default('https://discord.com/api').describe('only the sandbox changes it'),
	STRIPE_API_URL: apiUrl(false).default('https://api.stripe.com').describe('only the sandbox changes it')
};

/** The settings of one tier. */
const shapeOf = (tier: string, called = tier) => ({
	[`DISCORD_${tierKey(tier)}_ROLE`]: role
		.default(tier)
		.describe(`Server Settings → Roles: the role of ${called === tier ? `tier ${tier}` : called}`),
	[`STRIPE_${tierKey(tier)}_PRICE_IDS`]: priceIds
		.default([])
		.describe(`Stripe Dashboard → Product catalog → the product that buys ${called} → ⋯ beside the price → Copy price ID`)
});

/** Settings that contain credentials: never shown, and stored only as a fingerprint. */
export const SECRETS: ReadonlySet<string> = new Set([
	'DISCORD_TOKEN',
	'STRIPE_SECRET_KEY',
	'STRIPE_WEBHOOK_SECRET',
	'DATABASE_URL',
	'REDIS_URL',
	'SMTP_URL',
	'HTTP_TOKEN',
	'WEBHOOK_URL',
	'WEBHOOK_SECRET'
]);

/** A blank value in a `.env` file counts as not set. */
function dropBlankValues(env: unknown): unknown {
	if (typeof env !== 'object' || env === null) return env;
	const trimmed = Object.entries(env).map(([name, value]): [string, unknown] => [name, typeof value === 'string' ? value.trim() : value]);
	return Object.fromEntries(trimmed.filter(([, value]) => value !== ''));
}

/** The settings that do not depend on the tiers. Drops unknown variables. */
export const envSchema = z.preprocess(dropBlankValues, z.object(shape));

/** What no variable says, only the options of the plugin. */
export interface OptionSettings extends RoleRule {
	/** The PostgreSQL schema of Reeve's tables. */
	readonly databaseSchema?: string;
}

/** A server's own rule for roles, and the roles that only it gives: a variable cannot hold a function. */
export interface RoleRule {
	/** `role`: ID or name of the guild role. */
	readonly extraRoles?: readonly (ExtraRole & { readonly role: string })[];
	readonly adjust?: Adjust;
}

/** All settings that variables give, under their names in the environment. */
type EnvironmentSettings = Readonly<z.output<typeof envSchema>> & {
	readonly [roleOfTier: `DISCORD_${string}_ROLE`]: string;
	readonly [pricesOfTier: `STRIPE_${string}_PRICE_IDS`]: readonly string[];
};

export type Settings = EnvironmentSettings & OptionSettings;

/** Settings are missing or invalid. The message lists all of them, each with where to find its value. */
export class SettingsError extends Error {
	public constructor(
		public readonly problems: readonly string[],
		warnings: readonly string[]
	) {
		const count = problems.length === 1 ? '1 setting needs' : `${problems.length} settings need`;
		const lines = [...problems, ...warnings].map((line) => `  • ${line}`);
		super([`Reeve cannot start: ${count} fixing, in .env or in the environment.`, ...lines].join('\n'));
		this.name = 'SettingsError';
	}
}

/** The file in the working directory whose variables complete the environment. */
export const DOTENV = '.env';

/** Where to find the value of a setting; for those of a tier, of any tier. */
export function whereToFind(name: keyof typeof shape | 'DISCORD_TIER_ROLE' | 'STRIPE_TIER_PRICE_IDS'): string {
	const schemas: Readonly<Record<string, z.ZodType>> = { ...shape, ...shapeOf('tier', 'the tier') };
	return schemas[name]?.description ?? '';
}

/** Why the value of a setting is invalid, as a sentence; undefined if it is valid. */
export function settingProblem(name: keyof typeof shape, value: string): string | undefined {
	const issue = shape[name].safeParse(value.trim()).error?.issues[0];
	return issue && `This must be ${issue.message}.`;
}

/** Names of all settings, given these tiers. */
export function settingNames(tiers: readonly string[]): readonly string[] {
	return Object.keys(shapeWith(tiers));
}

/**
 * Parses the environment.
 * @returns the settings, and warnings about variables that look like settings but are not
 * @throws {SettingsError} listing everything that is missing or invalid
 */
export function parseSettings(env: Readonly<Record<string, string | undefined>>): { settings: Settings; warnings: string[] } {
	const given = dropBlankValues(env) as Record<string, string | undefined>;
	// The tiers determine which settings exist. If they are invalid, the settings of tiers cannot be checked.
	const tierList = shape.RECONCILIATION_TIERS.safeParse(given.RECONCILIATION_TIERS);
	const tiers = tierList.data ?? [];
	const schemas = shapeWith(tiers);
	const parsed = z.object(schemas).safeParse(given);

	const problems = (parsed.error?.issues ?? []).map((issue) => {
		const name = String(issue.path[0]);
		return describeProblem(name, given[name], issue.message, schemas[name]?.description ?? '');
	});
	problems.push(...duplicatePrices(tiers, given), ...duplicateRoles(tiers, given));
	const warnings = tierList.success
		? [
				...findUnknownVariables(given, Object.keys(schemas), tiers),
				...incompleteMailSettings(given),
				...incompleteWebhookSettings(given),
				...incompleteHttpSettings(given),
				...incompleteEventSettings(given)
			]
		: [];
	if (problems.length > 0 || !parsed.success) throw new SettingsError(problems, warnings);
	return { settings: parsed.data as EnvironmentSettings, warnings };
}

function shapeWith(tiers: readonly string[]): Record<string, z.ZodType> {
	const STRIPE_UNMAPPED_PRICES = shape.STRIPE_UNMAPPED_PRICES.pipe(unmappedPrices(tiers)).describe(
		shape.STRIPE_UNMAPPED_PRICES.description ?? ''
	);
	return Object.assign({}, shape, { STRIPE_UNMAPPED_PRICES }, ...tiers.map((tier) => shapeOf(tier)));
}

function describeProblem(name: string, value: string | undefined, expected: string, where: string): string {
	if (value === undefined) return `${name} is missing: ${where}`;
	const found = SECRETS.has(name) ? 'has an invalid value' : `is ${quoted(value)}`;
	return `${name} ${found}: it must be ${expected}. Where to find it: ${where}`;
}

/** Mail needs both an address and a server. */
function incompleteMailSettings(given: Record<string, string | undefined>): string[] {
	if (given.ADMIN_EMAIL !== undefined && given.SMTP_URL === undefined)
		return ['ADMIN_EMAIL is set, but SMTP_URL is not: no mail is sent. Set SMTP_URL to your mail server.'];
	if (given.SMTP_URL !== undefined && given.ADMIN_EMAIL === undefined)
		return ['SMTP_URL is set, but ADMIN_EMAIL is not: no mail is sent. Set ADMIN_EMAIL to the recipients.'];
	return [];
}

function incompleteWebhookSettings({ WEBHOOK_URL, WEBHOOK_SECRET }: Record<string, string | undefined>): string[] {
	if (WEBHOOK_URL !== undefined || WEBHOOK_SECRET === undefined) return [];
	return ['WEBHOOK_SECRET is set, but WEBHOOK_URL is not: no webhook is called. Set WEBHOOK_URL to its address.'];
}

/** Names and addresses that only this machine reaches. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/i;

/** The endpoint needs a port, and a token where other machines reach it. */
function incompleteHttpSettings({ HTTP_PORT, HTTP_HOST, HTTP_TOKEN }: Record<string, string | undefined>): string[] {
	if (HTTP_PORT === undefined && HTTP_TOKEN !== undefined)
		return ['HTTP_TOKEN is set, but HTTP_PORT is not: there is no HTTP endpoint. Set HTTP_PORT to a free port.'];
	if (HTTP_PORT !== undefined && HTTP_TOKEN === undefined && HTTP_HOST !== undefined && !LOOPBACK.test(HTTP_HOST))
		return [
			`HTTP_HOST is ${quoted(HTTP_HOST)}, which other machines may reach, and HTTP_TOKEN is not set: they can read /metrics, and only that. Set HTTP_TOKEN to use the rest, or HTTP_HOST to 127.0.0.1.`
		];
	return [];
}

/** Signed events need an endpoint, and what compares them. */
function incompleteEventSettings({
	STRIPE_WEBHOOK_SECRET,
	HTTP_PORT,
	RECONCILIATION_EVENTS_SECONDS
}: Record<string, string | undefined>): string[] {
	if (STRIPE_WEBHOOK_SECRET === undefined) return [];
	if (HTTP_PORT === undefined)
		return [
			'STRIPE_WEBHOOK_SECRET is set, but HTTP_PORT is not: Stripe cannot send its events. Set HTTP_PORT to a free port; until then Reeve reads them every few seconds.'
		];
	if (Number(RECONCILIATION_EVENTS_SECONDS) === 0)
		return [
			'STRIPE_WEBHOOK_SECRET is set, but RECONCILIATION_EVENTS_SECONDS is 0: events are refused. Set it to 15, or remove STRIPE_WEBHOOK_SECRET.'
		];
	return [];
}

/** A price in two lists would make it ambiguous what it buys. */
function duplicatePrices(tiers: readonly string[], given: Record<string, string | undefined>): string[] {
	const settingsOf = new Map<string, string[]>();
	for (const name of [...tiers.map((tier) => `STRIPE_${tierKey(tier)}_PRICE_IDS`), 'STRIPE_OTHER_PRICE_IDS']) {
		for (const price of priceIds.safeParse(given[name]).data ?? []) settingsOf.set(price, [...(settingsOf.get(price) ?? []), name]);
	}
	return [...settingsOf]
		.filter(([, names]) => names.length > 1)
		.map(
			([price, names]) =>
				`${price} is listed in ${names.length === 2 ? 'both ' : ''}${listNames(names)}; a price can be in only one list. Remove it from ${names.length === 2 ? 'one' : 'all but one'}.`
		);
}

/** With one role for two tiers, a fix for one tier would undo that of the other. */
function duplicateRoles(tiers: readonly string[], given: Record<string, string | undefined>): string[] {
	const settingsOf = new Map<string, string[]>();
	for (const tier of [...tiers, 'Debtor']) {
		const name = `DISCORD_${tierKey(tier)}_ROLE`;
		const wanted = given[name] ?? tier;
		settingsOf.set(wanted, [...(settingsOf.get(wanted) ?? []), name]);
	}
	return [...settingsOf]
		.filter(([, names]) => names.length > 1)
		.map(
			([wanted, names]) =>
				`${listNames(names)} are ${names.length === 2 ? 'both' : 'all'} ${quoted(wanted)}; each needs its own role (Server Settings → Roles).`
		);
}

/** "A, B and C". */
function listNames(names: readonly string[]): string {
	return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
