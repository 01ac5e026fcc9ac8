import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { envSchema, parseSettings, SettingsError, settingNames } from '../../src/config/env.js';

const TOKEN = 'MTA5NzU4Mzk0NzU4MzkyMTA0NQ.GabcDE.0123456789abcdefghijABCDEFGHIJ012345';
const required = {
	DISCORD_TOKEN: TOKEN,
	DISCORD_GUILD_ID: '109758394758392104',
	DISCORD_ADMIN_CHANNEL_ID: '109758394758392105',
	STRIPE_SECRET_KEY: 'rk_test_51abc'
};

function errorFor(env: NodeJS.ProcessEnv): string {
	try {
		parseSettings({ ...required, ...env });
	} catch (error) {
		if (error instanceof SettingsError) return error.message;
		throw error;
	}
	return '';
}

describe('parseSettings: defaults', () => {
	test('needs only the four required settings; all others have their documented defaults', () => {
		const { settings, warnings } = parseSettings(required);
		expect(settings).toMatchObject({
			RECONCILIATION_AUTO_FIX: 'false',
			RECONCILIATION_PAUSED: 'false',
			RECONCILIATION_TIMEZONE: 'America/New_York',
			RECONCILIATION_HOUR: 3,
			RECONCILIATION_TIERS: ['Knight', 'Lord'],
			RECONCILIATION_GRACE_HOURS: 48,
			RECONCILIATION_DEBTOR_DAYS: 30,
			RECONCILIATION_MAX_REVOKE_PERCENT: 10,
			RECONCILIATION_FIX_UNLINKED: 'false',
			DISCORD_KNIGHT_ROLE: 'Knight',
			DISCORD_LORD_ROLE: 'Lord',
			DISCORD_DEBTOR_ROLE: 'Debtor',
			DISCORD_OPERATOR_ROLE_IDS: [],
			STRIPE_OTHER_PRICE_IDS: [],
			STRIPE_UNMAPPED_PRICES: 'unknown',
			STRIPE_KNIGHT_PRICE_IDS: [],
			STRIPE_LORD_PRICE_IDS: [],
			STRIPE_DISCORD_ID_KEY: 'discord_id',
			DATA_DIR: './data',
			LOG_LEVEL: 'info',
			LOG_FORMAT: 'text',
			WEBHOOK_FORMAT: 'json',
			DISCORD_API_URL: 'https://discord.com/api',
			STRIPE_API_URL: 'https://api.stripe.com'
		});
		expect(settings.ADMIN_EMAIL).toBeUndefined();
		expect(settings.DATABASE_URL).toBeUndefined();
		expect(warnings).toEqual([]);
	});

	test('treats an empty or blank value as not set', () => {
		const { settings, warnings } = parseSettings({ ...required, RECONCILIATION_HOUR: '', ADMIN_EMAIL: '  ', DISCORD_NONSENSE: '' });
		expect(settings.RECONCILIATION_HOUR).toBe(3);
		expect(settings.ADMIN_EMAIL).toBeUndefined();
		expect(warnings).toEqual([]);
	});

	test('ignores spaces around a value', () => {
		const { settings } = parseSettings({ ...required, STRIPE_SECRET_KEY: ' rk_test_51abc\n', RECONCILIATION_HOUR: ' 0 ' });
		expect(settings.STRIPE_SECRET_KEY).toBe('rk_test_51abc');
		expect(settings.RECONCILIATION_HOUR).toBe(0);
	});

	test('envSchema parses the settings under their names and drops other variables', () => {
		expect(envSchema.parse({ ...required, PATH: '/bin', RECONCILIATION_AUTO_FIX: 'true', ADMIN_EMAIL: '' })).toMatchObject({
			RECONCILIATION_AUTO_FIX: 'true',
			RECONCILIATION_PAUSED: 'false',
			RECONCILIATION_TIMEZONE: 'America/New_York',
			RECONCILIATION_HOUR: 3
		});
		expect(envSchema.parse({ ...required, PATH: '/bin' })).not.toHaveProperty('PATH');
	});
});

describe('parseSettings: errors', () => {
	test('lists every missing or invalid setting, with where to find its value', () => {
		const message = errorFor({
			DISCORD_TOKEN: '',
			DISCORD_GUILD_ID: 'my server',
			RECONCILIATION_HOUR: '25',
			RECONCILIATION_TIERS: 'Knight,Debtor'
		});
		expect(message).toContain('4 settings need fixing');
		expect(message).toContain('DISCORD_TOKEN is missing: Discord Developer Portal → your application → Bot → Reset Token');
		expect(message).toContain('DISCORD_GUILD_ID is "my server": it must be an ID of 17 to 20 digits. Where to find it: Discord →');
		expect(message).toContain('RECONCILIATION_HOUR is "25": it must be a whole hour from 0 (midnight) to 23.');
		expect(message).toContain('RECONCILIATION_TIERS is "Knight,Debtor": it must be a list without Debtor');
	});

	test.each([
		['RECONCILIATION_AUTO_FIX', 'yes', 'true or false'],
		['RECONCILIATION_PAUSED', 'TRUE', 'true or false'],
		['RECONCILIATION_FIX_UNLINKED', '1', 'true or false'],
		['RECONCILIATION_TIMEZONE', 'New York', 'the name of a time zone'],
		['RECONCILIATION_HOUR', '3.5', 'a whole hour'],
		['RECONCILIATION_HOUR', '-1', 'a whole hour'],
		['RECONCILIATION_HOUR', '24', 'a whole hour'],
		['RECONCILIATION_HOUR', '0x10', 'a whole hour'],
		['RECONCILIATION_GRACE_HOURS', '-1', 'a number of hours'],
		['RECONCILIATION_DEBTOR_DAYS', 'thirty', 'a number of days'],
		['RECONCILIATION_MAX_REVOKE_PERCENT', '101', 'from 0 to 100'],
		['RECONCILIATION_TIERS', ',', 'at least one name'],
		['RECONCILIATION_TIERS', 'Knight,Lörd', '"Lörd" isn\'t one'],
		['RECONCILIATION_TIERS', 'Arch Duke,ARCH-DUKE', 'differ in more than'],
		['RECONCILIATION_TIERS', 'Knight,debtor', 'a list without Debtor'],
		['RECONCILIATION_TIERS', 'Knight,Other', 'Other, Unknown and Nothing, which other settings use'],
		['STRIPE_UNMAPPED_PRICES', 'Lrod', 'unknown, nothing or the name of a tier (Knight, Lord)'],
		['ADMIN_EMAIL', 'ada@example.com, nonsense', '"nonsense" isn\'t an email address'],
		['ADMIN_EMAIL', 'ädä', '"ädä" isn\'t an email address'],
		['ADMIN_EMAIL', 'ä b@müller.example', '"ä b@müller.example" isn\'t an email address'],
		['MAIL_FROM', 'prüfer@müller', 'an email address'],
		['MAIL_FROM', 'prüfer..x@müller.example', 'an email address'],
		['DISCORD_OPERATOR_ROLE_IDS', '109758394758392104,Mods', '"Mods" isn\'t one'],
		['DISCORD_KNIGHT_ROLE', '@Knight', 'without the @'],
		['STRIPE_KNIGHT_PRICE_IDS', 'price_1, 9.99', '"9.99" isn\'t one'],
		['STRIPE_KNIGHT_PRICE_IDS', 'price_1 price_2', '"price_1 price_2" isn\'t one'],
		['STRIPE_KNIGHT_PRICE_IDS', 'sub_1ABCDEFGHIJKLMNOP', 'price or product IDs'],
		['DISCORD_ADMIN_CHANNEL_ID', '#reports', 'an ID of 17 to 20 digits'],
		['STRIPE_DISCORD_ID_KEY', 'x'.repeat(41), 'at most 40 characters'],
		['RECONCILIATION_EVENTS_SECONDS', '-1', 'from 0 to 3600'],
		['RECONCILIATION_SETTLE_SECONDS', '3601', 'from 0 to 3600'],
		['STRIPE_REQUESTS_PER_SECOND', '0', 'from 1 to 100'],
		['STRIPE_REQUESTS_PER_SECOND', '2.5', 'a whole number'],
		['LOG_FORMAT', 'xml', 'text or json'],
		['WEBHOOK_FORMAT', 'xml', 'json or slack'],
		['HTTP_PORT', '65536', 'a port from 1 to 65535'],
		['HTTP_PORT', '80a', 'a port from 1 to 65535'],
		['HTTP_HOST', 'http://127.0.0.1', 'an address of this machine'],
		['LOG_LEVEL', 'loud', 'trace, debug, info, warn or error'],
		['DISCORD_API_URL', 'discord.com', 'https://'],
		['STRIPE_API_URL', 'https://api.stripe.com/v1', 'nothing after the host and port']
	])('rejects %s=%s', (name, value, expected) => {
		const message = errorFor({ [name]: value });
		expect(message).toContain('1 setting needs fixing');
		expect(message).toContain(`${name} is "`);
		expect(message).toContain(expected);
	});

	test('recognises a publishable key', () => {
		expect(errorFor({ STRIPE_SECRET_KEY: 'pk_live_51abc' })).toContain('publishable key');
	});

	test('rejects a price that two tiers list, and names both settings', () => {
		expect(errorFor({ STRIPE_KNIGHT_PRICE_IDS: 'price_1,price_2', STRIPE_LORD_PRICE_IDS: 'price_2' })).toContain(
			'price_2 is listed in both STRIPE_KNIGHT_PRICE_IDS and STRIPE_LORD_PRICE_IDS; a price can be in only one list. Remove it from one.'
		);
	});

	test('rejects a price that is listed for a tier and as buying nothing', () => {
		expect(errorFor({ STRIPE_KNIGHT_PRICE_IDS: 'price_1', STRIPE_OTHER_PRICE_IDS: 'price_1' })).toContain(
			'price_1 is listed in both STRIPE_KNIGHT_PRICE_IDS and STRIPE_OTHER_PRICE_IDS'
		);
	});

	test('rejects one role for two tiers', () => {
		expect(errorFor({ DISCORD_KNIGHT_ROLE: 'Lord' })).toContain('DISCORD_KNIGHT_ROLE and DISCORD_LORD_ROLE are both "Lord"');
		expect(errorFor({ DISCORD_LORD_ROLE: 'Debtor' })).toContain('DISCORD_LORD_ROLE and DISCORD_DEBTOR_ROLE are both "Debtor"');
	});

	test.each([
		['WEBHOOK_URL', 'ftp://hooks.example', 'a URL that starts with https:// or http://, without user and password'],
		['WEBHOOK_URL', 'https://ada:pw@hooks.example', 'a URL that starts with https:// or http://, without user and password'],
		['WEBHOOK_SECRET', 'whsec_c2hvcnQ=', 'whsec_ followed by at least 24 bytes in base64']
	])('rejects %s=%s without quoting it', (name, value, expected) => {
		const message = errorFor({ [name]: value });
		expect(message).toContain(`${name} has an invalid value: it must be ${expected}`);
		expect(message).not.toContain(value);
	});

	test('quotes no secret, whichever setting it was pasted into', () => {
		const message = errorFor({
			DISCORD_TOKEN: `Bot ${TOKEN}`,
			STRIPE_SECRET_KEY: 'whatever-secret',
			DATABASE_URL: 'mysql://reeve:hunter22@db/reeve',
			DISCORD_GUILD_ID: TOKEN,
			ADMIN_EMAIL: 'sk_live_51secret',
			WEBHOOK_URL: 'hooks.example/hunter22',
			WEBHOOK_SECRET: 'hunter22',
			LOG_LEVEL: 'https://x:hunter22@db'
		});
		expect(message).toContain('8 settings need fixing');
		for (const secret of ['MTA5', 'whatever-secret', 'hunter22', '51secret']) expect(message).not.toContain(secret);
	});

	test('suggests the right name when a misspelt setting is missing', () => {
		expect(errorFor({ DISCORD_TOKEN: undefined, DISCORD_TOKNE: TOKEN })).toContain(
			'DISCORD_TOKNE is not a setting and has no effect. Did you mean DISCORD_TOKEN?'
		);
	});
});

describe('parseSettings: warnings', () => {
	test('names misspelt settings and what was meant, but no values', () => {
		const { warnings } = parseSettings({
			...required,
			RECONCILIATION_AUTOFIX: 'true',
			RECONCILATION_HOUR: '4',
			DISCORD_KNIGT_ROLE: 'Ritter',
			STRIPE_BARON_PRICE_IDS: 'price_1',
			STRIPE_WEBHOK_SECRT: 'whsec_1'
		});
		expect(warnings).toEqual([
			'RECONCILIATION_AUTOFIX is not a setting and has no effect. Did you mean RECONCILIATION_AUTO_FIX?',
			'RECONCILATION_HOUR is not a setting and has no effect. Did you mean RECONCILIATION_HOUR?',
			'DISCORD_KNIGT_ROLE is not a setting and has no effect. Did you mean DISCORD_KNIGHT_ROLE?',
			'STRIPE_BARON_PRICE_IDS matches no tier and has no effect: RECONCILIATION_TIERS lists Knight, Lord.',
			'STRIPE_WEBHOK_SECRT is not a setting and has no effect. Did you mean STRIPE_WEBHOOK_SECRET?'
		]);
	});

	test('says what is missing for events that Stripe sends', () => {
		const signed = { ...required, STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdefghij' };
		expect(parseSettings(signed).warnings).toEqual([expect.stringMatching(/^STRIPE_WEBHOOK_SECRET is set, but HTTP_PORT is not/)]);
		expect(parseSettings({ ...signed, HTTP_PORT: '8080' }).warnings).toEqual([]);
		expect(parseSettings({ ...signed, HTTP_PORT: '8080', RECONCILIATION_EVENTS_SECONDS: '0' }).warnings).toEqual([
			expect.stringContaining('RECONCILIATION_EVENTS_SECONDS is 0')
		]);
	});

	test('ignores variables of other programs', () => {
		expect(parseSettings({ ...required, PATH: '/bin', NODE_ENV: 'test', REDIS_HOST: 'x' }).warnings).toEqual([]);
	});
});

test('parseSettings accepts price IDs of every age: plan_…, and those that their owner chose', () => {
	const ids = ['price_1', 'prod_NaBcDeFgHiJkLm', 'plan_GaBcDeFgHiJkLm', 'gold-monthly', 'Gold Plan 2014', '42', 'sub_monthly', 'été'];
	expect(parseSettings({ ...required, STRIPE_LORD_PRICE_IDS: ids.join(', ') }).settings.STRIPE_LORD_PRICE_IDS).toEqual(ids);
});

test('parseSettings reads mentions of channels and roles as their IDs', () => {
	const { settings } = parseSettings({
		...required,
		DISCORD_ADMIN_CHANNEL_ID: '<#109758394758392104>',
		DISCORD_OPERATOR_ROLE_IDS: '<@&109758394758392105>, 109758394758392106'
	});
	expect(settings.DISCORD_ADMIN_CHANNEL_ID).toBe('109758394758392104');
	expect(settings.DISCORD_OPERATOR_ROLE_IDS).toEqual(['109758394758392105', '109758394758392106']);
});

test('parseSettings reads a role and a price list for each tier', () => {
	const { settings } = parseSettings({
		...required,
		RECONCILIATION_TIERS: 'Squire, Arch Duke',
		DISCORD_ARCH_DUKE_ROLE: '109758394758392107',
		STRIPE_ARCH_DUKE_PRICE_IDS: 'price_a, prod_b,price_a'
	});
	expect(settings.RECONCILIATION_TIERS).toEqual(['Squire', 'Arch Duke']);
	expect(settings.DISCORD_SQUIRE_ROLE).toBe('Squire');
	expect(settings.DISCORD_ARCH_DUKE_ROLE).toBe('109758394758392107');
	expect(settings.STRIPE_ARCH_DUKE_PRICE_IDS).toEqual(['price_a', 'prod_b']);
	expect(settings).not.toHaveProperty('DISCORD_KNIGHT_ROLE');
});

test('parseSettings joins several addresses with commas', () => {
	expect(parseSettings({ ...required, ADMIN_EMAIL: 'jürgen@müller.example,ada@例え.jp' }).settings.ADMIN_EMAIL).toBe(
		'jürgen@müller.example,ada@例え.jp'
	);
	expect(parseSettings({ ...required, ADMIN_EMAIL: 'ada@example.com, bob@example.com' }).settings.ADMIN_EMAIL).toBe(
		'ada@example.com,bob@example.com'
	);
});

test('parseSettings returns settings or throws a SettingsError without secrets, whatever the environment', () => {
	const names = settingNames(['Knight', 'Lord']);
	const secrets = ['DISCORD_TOKEN', 'STRIPE_SECRET_KEY'];
	const value = fc.oneof(
		fc.string({ unit: 'binary', maxLength: 40 }),
		fc.constantFrom(
			'',
			' ',
			'true',
			'TRUE',
			'-1',
			'1e9',
			'NaN',
			'24',
			'UTC',
			'Mars/Olympus',
			'a,b,,c',
			'__proto__',
			'http://[',
			'smtp://:@',
			'constructor'
		)
	);
	fc.assert(
		fc.property(fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 12 }), (env) => {
			try {
				parseSettings({ ...required, ...env });
			} catch (error) {
				expect(error).toBeInstanceOf(SettingsError);
				for (const [name, value] of Object.entries(env)) {
					// The same text in a setting that is not secret may be quoted there.
					const elsewhere = Object.values({ ...env, [name]: '' }).some((other) => other.includes(value));
					if (secrets.includes(name) && value.trim().length > 6 && !elsewhere) expect((error as Error).message).not.toContain(value);
				}
			}
		}),
		{ numRuns: 500 }
	);
});

describe('parseSettings: the HTTP endpoint', () => {
	const warningsOf = (env: NodeJS.ProcessEnv) => parseSettings({ ...required, ...env }).warnings;
	const HTTP_TOKEN = 'a-token-of-25-characters-';

	test('is off by default, and listens on loopback', () => {
		expect(parseSettings(required).settings.HTTP_PORT).toBeUndefined();
		expect(parseSettings({ ...required, HTTP_PORT: '0' }).settings).toMatchObject({ HTTP_PORT: 0, HTTP_HOST: '127.0.0.1' });
	});

	test.each(['short-token', 'fifteen-letters', 'with spaces in between', '"quoted-as-in-a-shell"'])(
		'rejects the token %j without quoting it',
		(token) => {
			const message = errorFor({ HTTP_PORT: '8080', HTTP_TOKEN: token });
			expect(message).toContain('1 setting needs fixing');
			expect(message).toContain('HTTP_TOKEN has an invalid value: it must be at least 16 letters, digits and . _ ~ + / = -, such as');
			expect(message).not.toContain(token);
		}
	);

	test.each(['127.0.0.1', '127.0.0.53', 'localhost', '::1', undefined])('needs no token on %s', (HTTP_HOST) => {
		expect(warningsOf({ HTTP_PORT: '8080', HTTP_HOST })).toEqual([]);
	});

	test.each(['0.0.0.0', '::', '192.168.1.2', 'reeve.internal', '127.0.0.1.example'])('warns of %s without a token', (HTTP_HOST) => {
		expect(warningsOf({ HTTP_PORT: '8080', HTTP_HOST })).toEqual([expect.stringMatching(/^HTTP_HOST is ".*", .* HTTP_TOKEN is not set/)]);
		expect(warningsOf({ HTTP_PORT: '8080', HTTP_HOST, HTTP_TOKEN })).toEqual([]);
	});

	test('warns of a token without a port', () => {
		expect(warningsOf({ HTTP_TOKEN, HTTP_HOST: '0.0.0.0' })).toEqual([
			expect.stringMatching(/^HTTP_TOKEN is set, but HTTP_PORT is not: there is no HTTP endpoint/)
		]);
	});
});
