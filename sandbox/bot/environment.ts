/** The settings the bot is started with. */

/** Settings from a reset: a value that replaces the sandbox's, or null to remove it. */
export type Overrides = Readonly<Record<string, string | null>>;

export interface BotEndpoints {
	readonly port: number;
	readonly mailPort: number;
	readonly token: string;
	readonly stripeKey: string;
	readonly guildId: string;
	readonly adminChannelId: string;
}

/** The only variables the bot inherits from the sandbox's environment. */
const INHERITED = ['PATH', 'HOME', 'TZ', 'DATABASE_URL', 'REDIS_URL'];

export function botSettings(endpoints: BotEndpoints, overrides: Overrides, processEnv: NodeJS.ProcessEnv): Record<string, string> {
	const server = `http://127.0.0.1:${endpoints.port}`;
	const settings: Record<string, string | null | undefined> = {
		...Object.fromEntries(INHERITED.map((name) => [name, processEnv[name]])),
		DISCORD_TOKEN: endpoints.token,
		DISCORD_API_URL: `${server}/api`,
		DISCORD_GUILD_ID: endpoints.guildId,
		DISCORD_ADMIN_CHANNEL_ID: endpoints.adminChannelId,
		STRIPE_SECRET_KEY: endpoints.stripeKey,
		STRIPE_API_URL: server,
		STRIPE_KNIGHT_PRICE_IDS: 'price_knight',
		STRIPE_LORD_PRICE_IDS: 'price_lord',
		STRIPE_OTHER_PRICE_IDS: 'price_postcard',
		SMTP_URL: `smtp://127.0.0.1:${endpoints.mailPort}`,
		MAIL_FROM: 'reeve@sandbox.test',
		ADMIN_EMAIL: 'operator@sandbox.test',
		...overrides
	};
	const given = Object.entries(settings).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '');
	return Object.fromEntries(given);
}

const REDACTED = '(hidden)';
const SECRET = /TOKEN|SECRET|PASSWORD/;

/** The settings in force, with secrets redacted. */
export function redactSecrets(settings: Readonly<Record<string, string>>): Record<string, string> {
	return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, SECRET.test(name) ? REDACTED : redactPassword(value)]));
}

function redactPassword(value: string): string {
	return value.replace(/(:\/\/[^/@:]*:)[^@]*@/, `$1${REDACTED}@`);
}
