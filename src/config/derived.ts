import { fingerprint } from '../reconciliation/domain/fingerprint.js';
import type { MailWhen } from '../reconciliation/domain/notification.js';
import { DEBTOR, type PolicySettings, type RoleName, type Tier, type UnlistedPrices } from '../reconciliation/domain/rules.js';
import type { RunSettings } from '../reconciliation/domain/run.js';
import { type RoleRule, SECRETS, type Settings } from './env.js';
import { tierKey } from './values.js';

/** The settings in the form in which other modules need them. */

/** A managed role and the guild role configured for it. */
export interface ManagedRoleSetting {
	readonly name: RoleName;
	/** ID or name of the guild role. */
	readonly wanted: string;
	/** The variable that names it. */
	readonly setting: string;
}

export function policySettings(settings: Settings): PolicySettings {
	const tiers = settings.RECONCILIATION_TIERS.map((name): Tier => ({ name, prices: settings[`STRIPE_${tierKey(name)}_PRICE_IDS`] ?? [] }));
	const lowest = tiers[0];
	const highest = tiers.at(-1);
	if (lowest === undefined || highest === undefined) throw new Error('RECONCILIATION_TIERS is empty, which the schema refuses');
	return {
		tiers,
		otherPrices: settings.STRIPE_OTHER_PRICE_IDS,
		unlistedPrices: unlistedPrices(settings.STRIPE_UNMAPPED_PRICES),
		seats: { OWNER: highest.name, TEAM_MEMBER: lowest.name },
		graceHours: settings.RECONCILIATION_GRACE_HOURS,
		debtorDays: settings.RECONCILIATION_DEBTOR_DAYS,
		...roleRule(settings)
	};
}

/** The rule as the policy has it: Discord IDs are the Guild adapter's. */
function roleRule({ extraRoles = [], adjust }: RoleRule): Pick<PolicySettings, 'extraRoles' | 'adjust'> {
	const named = extraRoles.map(({ role: _, ...extra }) => extra);
	return { ...(named.length > 0 && { extraRoles: named }), ...(adjust && { adjust }) };
}

/** Where the database is, and the guild that it must belong to. */
export function databaseSettings(settings: Settings) {
	const guild = { guildId: settings.DISCORD_GUILD_ID, formerGuildId: settings.DISCORD_FORMER_GUILD_ID };
	return { url: settings.DATABASE_URL, dataDir: settings.DATA_DIR, schema: settings.databaseSchema, guild };
}

/** No tier is named `unknown` or `nothing`. */
function unlistedPrices(buy: string): UnlistedPrices {
	return buy === 'unknown' || buy === 'nothing' ? { buy } : { buy: 'tier', tier: buy };
}

export function runSettings(settings: Settings): RunSettings {
	return {
		policy: policySettings(settings),
		discordIdKey: settings.STRIPE_DISCORD_ID_KEY,
		autoFix: settings.RECONCILIATION_AUTO_FIX === 'true',
		fixUnlinked: settings.RECONCILIATION_FIX_UNLINKED === 'true',
		maxRevokePercent: settings.RECONCILIATION_MAX_REVOKE_PERCENT
	};
}

export function dailySettings(settings: Settings): { hour: number; timeZone: string; paused: boolean } {
	return {
		hour: settings.RECONCILIATION_HOUR,
		timeZone: settings.RECONCILIATION_TIMEZONE,
		paused: settings.RECONCILIATION_PAUSED === 'true'
	};
}

/** Whether Reeve acts on what changes in Discord and Stripe, and not only in full runs. */
export function watchesChanges({ RECONCILIATION_EVENTS_SECONDS: seconds }: Settings): boolean {
	return seconds !== 0;
}

/** Null: only full runs find drift. */
export function changeSettings({
	RECONCILIATION_EVENTS_SECONDS: pollSeconds,
	RECONCILIATION_SETTLE_SECONDS: settleSeconds
}: Settings): { readonly pollMs: number; readonly settleMs: number } | null {
	return pollSeconds === 0 ? null : { pollMs: pollSeconds * 1000, settleMs: settleSeconds * 1000 };
}

/** Whether Reeve reads the server's audit log to say who changed roles. */
export function watchesAuditLog({ RECONCILIATION_AUDIT_LOG: watches }: Settings): boolean {
	return watches === 'true';
}

/** The settings that `/reconcile status` shows. */
export function statusSettings(settings: Settings): { guildId: string; autoFix: boolean; redis: boolean } {
	return {
		guildId: settings.DISCORD_GUILD_ID,
		autoFix: settings.RECONCILIATION_AUTO_FIX === 'true',
		redis: settings.REDIS_URL !== undefined
	};
}

/** The roles that Reeve manages: one for each tier, Debtor, and those that only the server's own rule gives. */
export function managedRoleSettings(settings: Settings): ManagedRoleSetting[] {
	const tiers = settings.RECONCILIATION_TIERS.map((name) => {
		const setting = `DISCORD_${tierKey(name)}_ROLE` as const;
		return { name, wanted: settings[setting] ?? name, setting };
	});
	const extra = (settings.extraRoles ?? []).map(({ name, role }) => ({ name, wanted: role, setting: `extraRoles (${name})` }));
	return [...tiers, { name: DEBTOR, wanted: settings.DISCORD_DEBTOR_ROLE, setting: 'DISCORD_DEBTOR_ROLE' }, ...extra];
}

/** The settings as they are stored, to detect changes at the next start; secrets as fingerprints. A function is not: its text says little. */
export function settingsFingerprint({
	adjust: _,
	extraRoles,
	databaseSchema: _schema,
	...settings
}: Settings): ReadonlyMap<string, string> {
	const extra = extraRoles?.map(({ name, role, above }) => `${name} (${role}${above === undefined ? '' : `, above ${above}`})`);
	return new Map(
		Object.entries({ ...settings, extraRoles: extra })
			.filter(([, value]) => value !== undefined)
			.map(([name, value]) => [name, SECRETS.has(name) ? `(secret ${fingerprint(String(value))})` : String(value)])
	);
}

/** Null without a mail server or a recipient. */
export function mailSettings({
	SMTP_URL,
	ADMIN_EMAIL,
	MAIL_FROM,
	MAIL_WHEN
}: Settings): { url: string; from: string; to: string; when: MailWhen } | null {
	if (SMTP_URL === undefined || ADMIN_EMAIL === undefined) return null;
	return { url: SMTP_URL, to: ADMIN_EMAIL, from: MAIL_FROM ?? ADMIN_EMAIL.split(',')[0] ?? '', when: MAIL_WHEN };
}

/** Null without a port: nothing listens. */
export function httpSettings({
	HTTP_PORT: port,
	HTTP_HOST: host,
	HTTP_TOKEN: token
}: Settings): { readonly port: number; readonly host: string; readonly token: string | null } | null {
	return port === undefined ? null : { port, host, token: token ?? null };
}

/** Null without a URL. */
export function webhookSettings({
	WEBHOOK_URL,
	WEBHOOK_SECRET,
	WEBHOOK_FORMAT
}: Settings): { url: string; secret: string | null; format: 'json' | 'slack' } | null {
	if (WEBHOOK_URL === undefined) return null;
	return { url: WEBHOOK_URL, secret: WEBHOOK_SECRET ?? null, format: WEBHOOK_FORMAT };
}

/** Shorter parts of a path are words. */
const MIN_PATH_SECRET_LENGTH = 16;

/** The parts of the webhook's URL and of its secret that let others send or sign. The whole URL is none: it begins like other URLs. */
function webhookSecrets({ WEBHOOK_URL, WEBHOOK_SECRET = '' }: Settings): string[] {
	const { pathname, searchParams } = new URL(WEBHOOK_URL ?? 'https://unset');
	const inPath = pathname.split('/').filter((part) => part.length >= MIN_PATH_SECRET_LENGTH);
	const inUrl = [...inPath.flatMap((part) => [part, decoded(part)]), ...searchParams.values()].filter(isDistinctive);
	return [...inUrl, WEBHOOK_SECRET.replace(/^whsec_/, '')];
}

/** Redacting a shorter text would garble the log and protect nothing. */
const MIN_SECRET_LENGTH = 4;

/** Every text that must not appear in a log: the token, the key, and the passwords in URLs, both percent-encoded and decoded. */
export function secretsOf(settings: Settings): string[] {
	const secrets = tokensOf(settings);
	for (const address of [settings.DATABASE_URL, settings.REDIS_URL, settings.SMTP_URL])
		if (address !== undefined) secrets.push(...passwordsIn(address));
	secrets.push(...webhookSecrets(settings));
	return [...new Set(secrets)].filter((secret) => secret.length >= MIN_SECRET_LENGTH);
}

/** Secrets that no one chooses like a word. */
function tokensOf({ DISCORD_TOKEN, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, HTTP_TOKEN }: Settings): string[] {
	const optional = [STRIPE_WEBHOOK_SECRET?.replace(/^whsec_/, ''), HTTP_TOKEN].flatMap((token) => token ?? []);
	return [DISCORD_TOKEN, STRIPE_SECRET_KEY, ...optional];
}

/** The passwords in a valid URL, both percent-encoded and decoded. */
export function passwordsIn(address: string): string[] {
	const url = new URL(address);
	return [url.password, ...url.searchParams.getAll('password')].flatMap((password) => [password, decoded(password)]);
}

/** A shorter secret may be part of ordinary text. */
const MIN_DISTINCTIVE_LENGTH = 8;

/**
 * The secrets that cannot be mistaken for a name, an ID or one of Reeve's own words. Only these are redacted from what is stored,
 * shown and sent: redacting a password like `scheduled` would corrupt it.
 */
export function distinctiveSecretsOf(settings: Settings): string[] {
	const alwaysDistinctive = tokensOf(settings);
	return secretsOf(settings).filter((secret) => alwaysDistinctive.includes(secret) || isDistinctive(secret));
}

function isDistinctive(secret: string): boolean {
	return secret.length >= MIN_DISTINCTIVE_LENGTH && /[a-z]/i.test(secret) && /[^a-z_]/i.test(secret);
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
