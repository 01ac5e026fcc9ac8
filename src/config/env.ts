import { z } from 'zod';
import { findUnknownVariables } from './unknown-variables.js';
import {
	apiUrl,
	email,
	emails,
	hourOfDay,
	metadataKey,
	number,
	postgresUrl,
	priceIds,
	quoted,
	redisUrl,
	requestsPerSecond,
	role,
	smtpUrl,
	snowflake,
	snowflakes,
	stripeKey,
	tierKey,
	tierNames,
	timeZone,
	token,
	trueOrFalse
} from './values.js';

/**
 * Every setting, parsed once. The keys are those of the environment. Where a value is found is said beside it, and told to
 * whoever has it missing or wrong.
 */

const MAX_HOURS = 100_000;
const MAX_DAYS = 10_000;
const MAX_MINUTES = 10_000;

const COPY_ID = 'Discord → Settings → Advanced → Developer Mode on; then right-click';

const shape = {
	DISCORD_TOKEN: token.describe('Discord Developer Portal → your application → Bot → Reset Token'),
	DISCORD_GUILD_ID: snowflake.describe(`${COPY_ID} your server's name → Copy Server ID`),
	DISCORD_ADMIN_CHANNEL_ID: snowflake.describe(`${COPY_ID} the channel for the reports → Copy Channel ID`),
	DISCORD_OPERATOR_ROLE_IDS: snowflakes
		.default([])
		.describe(`${COPY_ID} the role under Server Settings → Roles → Copy Role ID; leave it empty to let in whoever has Manage Server`),
	DISCORD_DEBTOR_ROLE: role.default('Debtor').describe('Server Settings → Roles: the role of those whose payment is overdue'),

	STRIPE_SECRET_KEY: stripeKey.describe(
		'Stripe Dashboard → Developers → API keys → Create restricted key, with Subscriptions, Customers, Invoices and Events set to Read'
	),
	STRIPE_DISCORD_ID_KEY: metadataKey
		.default('discord_id')
		.describe('Stripe Dashboard → a customer → Metadata: the key under which your checkout writes the Discord ID'),
	STRIPE_REQUESTS_PER_SECOND: requestsPerSecond
		.optional()
		.describe('how many requests a second Reeve may make to Stripe; without it 20 with a live key, 10 with a test key'),

	RECONCILIATION_TIERS: tierNames.default(['Knight', 'Lord']).describe('your own names for what people can buy, the lowest rank first'),
	RECONCILIATION_AUTO_FIX: trueOrFalse.default('false').describe('true lets Reeve mend roles by itself; false only reports'),
	RECONCILIATION_PAUSED: trueOrFalse.default('false').describe('true stops the daily runs; a run by hand still works'),
	RECONCILIATION_TIMEZONE: timeZone
		.default('America/New_York')
		.describe('the "TZ identifier" column of https://en.wikipedia.org/wiki/List_of_tz_database_time_zones'),
	RECONCILIATION_HOUR: hourOfDay.default(3).describe('the hour of the daily run, in RECONCILIATION_TIMEZONE'),
	RECONCILIATION_GRACE_HOURS: number(0, MAX_HOURS, 'hours').default(48).describe('how long a member keeps the role after a failed payment'),
	RECONCILIATION_DEBTOR_DAYS: number(0, MAX_DAYS, 'days').default(30).describe('how long a member is Debtor after the grace period'),
	RECONCILIATION_MAX_REVOKE_PERCENT: number(0, 100, 'percent')
		.default(10)
		.describe('of those who hold a role, how many may lose one in one go before an operator has to agree'),
	RECONCILIATION_FIX_UNLINKED: trueOrFalse
		.default('false')
		.describe('true lets Reeve by itself take roles from people that neither Stripe nor the database knows'),

	RECONCILIATION_VERIFY_AFTER_MINUTES: number(0, MAX_MINUTES, 'minutes')
		.default(60)
		.describe('how long after a fix Reeve looks whether the drift has stayed gone'),

	ADMIN_EMAIL: emails.optional().describe('whoever is to get a mail when something is wrong'),
	SMTP_URL: smtpUrl
		.optional()
		.describe("your mail provider's page on sending by SMTP shows server, port, user and password: smtp://user:password@host:587"),
	MAIL_FROM: email.optional().describe('the address that the mails come from; your mail provider says which you may use'),

	DATABASE_URL: postgresUrl
		.optional()
		.describe("your PostgreSQL provider's page shows it as connection string; leave it empty to keep data in DATA_DIR"),
	REDIS_URL: redisUrl
		.optional()
		.describe("your Redis provider's page shows it as connection string; only needed where several Reeves share one database"),
	DATA_DIR: z.string().default('./data').describe('a folder that Reeve may write to'),
	LOG_LEVEL: z
		.enum(['trace', 'debug', 'info', 'warn', 'error'], { error: 'trace, debug, info, warn or error' })
		.default('info')
		.describe('how much Reeve writes to its log'),
	DISCORD_API_URL: apiUrl(true).default('https://discord.com/api').describe('only the sandbox needs another one'),
	STRIPE_API_URL: apiUrl(false).default('https://api.stripe.com').describe('only the sandbox needs another one')
};

/** The settings that a tier brings with it. */
const shapeOf = (tier: string) => ({
	[`DISCORD_${tierKey(tier)}_ROLE`]: role.default(tier).describe(`Server Settings → Roles: the role of tier ${tier}`),
	[`STRIPE_${tierKey(tier)}_PRICE_IDS`]: priceIds
		.default([])
		.describe(`Stripe Dashboard → Product catalog → the product that buys ${tier} → ⋯ beside the price → Copy price ID`)
});

/** Settings that open something: never shown, and stored only as a fingerprint. */
export const SECRETS: ReadonlySet<string> = new Set(['DISCORD_TOKEN', 'STRIPE_SECRET_KEY', 'DATABASE_URL', 'REDIS_URL', 'SMTP_URL']);

/** An empty line in a `.env` file means that the setting is not set. */
function dropBlankValues(env: unknown): unknown {
	if (typeof env !== 'object' || env === null) return env;
	const kept = Object.entries(env).map(([name, value]): [string, unknown] => [name, typeof value === 'string' ? value.trim() : value]);
	return Object.fromEntries(kept.filter(([, value]) => value !== ''));
}

/** The settings whose names do not depend on the tiers. Unknown variables are left out of the output. */
export const envSchema = z.preprocess(dropBlankValues, z.object(shape));

/** Every setting, under the name it has in the environment. */
export type Settings = Readonly<z.output<typeof envSchema>> & {
	readonly [roleOfTier: `DISCORD_${string}_ROLE`]: string;
	readonly [pricesOfTier: `STRIPE_${string}_PRICE_IDS`]: readonly string[];
};

/** Settings are missing or wrong. The message lists all of them, and tells for each where its value is found. */
export class SettingsError extends Error {
	public constructor(
		public readonly problems: readonly string[],
		warnings: readonly string[]
	) {
		const count = problems.length === 1 ? 'one setting has' : `${problems.length} settings have`;
		const lines = [...problems, ...warnings].map((line) => `  • ${line}`);
		super([`Reeve cannot start: ${count} to be mended, in the file .env or in the environment.`, ...lines].join('\n'));
		this.name = 'SettingsError';
	}
}

/** The names of all settings there are with these tiers. */
export function settingNames(tiers: readonly string[]): readonly string[] {
	return Object.keys(shapeWith(tiers));
}

/**
 * Parses the environment.
 * @returns the settings, and warnings about variables that look like settings and are none
 * @throws {SettingsError} naming everything that is missing or wrong at once
 */
export function parseSettings(env: NodeJS.ProcessEnv): { settings: Settings; warnings: string[] } {
	const given = dropBlankValues(env) as Record<string, string | undefined>;
	// Which settings there are depends on the tiers. If those are wrong, their own settings can't be judged.
	const named = shape.RECONCILIATION_TIERS.safeParse(given.RECONCILIATION_TIERS);
	const tiers = named.data ?? [];
	const parts = shapeWith(tiers);
	const parsed = z.object(parts).safeParse(given);

	const problems = (parsed.error?.issues ?? []).map((issue) => {
		const name = String(issue.path[0]);
		return problem(name, given[name], issue.message, parts[name]?.description ?? '');
	});
	problems.push(...duplicatePrices(tiers, given), ...duplicateRoles(tiers, given));
	const warnings = named.success ? [...findUnknownVariables(given, Object.keys(parts), tiers), ...incompleteMailSettings(given)] : [];
	if (problems.length > 0 || !parsed.success) throw new SettingsError(problems, warnings);
	return { settings: parsed.data as Settings, warnings };
}

function shapeWith(tiers: readonly string[]): Record<string, z.ZodType> {
	return Object.assign({}, shape, ...tiers.map(shapeOf));
}

function problem(name: string, value: string | undefined, expected: string, where: string): string {
	if (value === undefined) return `${name} is missing: ${where}`;
	const found = SECRETS.has(name) ? 'has a value that is not right' : `is ${quoted(value)}`;
	return `${name} ${found}: it must be ${expected}. Where to find it: ${where}`;
}

/** Mail needs an address to go to and a server to go through. */
function incompleteMailSettings(given: Record<string, string | undefined>): string[] {
	if (given.ADMIN_EMAIL !== undefined && given.SMTP_URL === undefined)
		return ['ADMIN_EMAIL is set, but SMTP_URL is not: no mail is sent. Set SMTP_URL to your mail server.'];
	if (given.SMTP_URL !== undefined && given.ADMIN_EMAIL === undefined)
		return ['SMTP_URL is set, but ADMIN_EMAIL is not: no mail is sent. Set ADMIN_EMAIL to whoever is to get it.'];
	return [];
}

/** A price under two tiers would make the tier of its buyers a matter of chance. */
function duplicatePrices(tiers: readonly string[], given: Record<string, string | undefined>): string[] {
	const sellers = new Map<string, string[]>();
	for (const tier of tiers) {
		const name = `STRIPE_${tierKey(tier)}_PRICE_IDS`;
		for (const price of priceIds.safeParse(given[name]).data ?? []) sellers.set(price, [...(sellers.get(price) ?? []), name]);
	}
	return [...sellers]
		.filter(([, names]) => names.length > 1)
		.map(([price, names]) => `${price} stands in ${names.join(' and in ')}: a price can buy only one tier, so take it out of the others`);
}

/** Two tiers with one role would take from each other what they give. */
function duplicateRoles(tiers: readonly string[], given: Record<string, string | undefined>): string[] {
	const givers = new Map<string, string[]>();
	for (const tier of [...tiers, 'Debtor']) {
		const name = `DISCORD_${tierKey(tier)}_ROLE`;
		const wanted = given[name] ?? tier;
		givers.set(wanted, [...(givers.get(wanted) ?? []), name]);
	}
	return [...givers]
		.filter(([, names]) => names.length > 1)
		.map(([wanted, names]) => `${names.join(' and ')} are both ${quoted(wanted)}: each needs a role of its own in Server Settings → Roles`);
}
