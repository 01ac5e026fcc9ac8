import { describe, expect, it } from 'vitest';
import { databaseSettings, managedRoleSettings, policySettings } from '../../src/config/derived.js';
import { parseSettings } from '../../src/config/env.js';
import { fromEnv, OptionsError, parseOptions, type ReeveOptions } from '../../src/plugin/options.js';
import type { Adjust } from '../../src/reconciliation/domain/rules.js';

const GUILD = '200000000000000001';
const CHANNEL = '200000000000000002';
const ROLE = '200000000000000003';

const LEAST = {
	guilds: [{ id: GUILD, adminChannelId: CHANNEL }],
	stripe: { key: 'rk_test_0123456789' },
	storage: { dataDir: './data' }
} as const satisfies ReeveOptions;

const EVERYTHING = {
	guilds: [
		{
			id: GUILD,
			adminChannelId: CHANNEL,
			operatorRoleIds: [ROLE],
			tiers: [
				{ name: 'Squire', role: 'Page', prices: ['price_squire'] },
				{ name: 'Duke', prices: ['price_duke', 'prod_duke'] }
			],
			debtorRole: 'Late',
			timeZone: 'Europe/Rome',
			hour: 0
		}
	],
	stripe: {
		key: 'rk_live_0123456789',
		discordIdKey: 'member',
		otherPrices: ['price_mug'],
		unmappedPrices: 'Squire',
		requestsPerSecond: 5,
		webhookSecret: 'whsec_0123456789abcdefghij',
		apiUrl: 'http://127.0.0.1:4400'
	},
	storage: { url: 'postgresql://reeve:pw@db:5432/reeve' },
	autoFix: true,
	fixUnlinked: true,
	paused: true,
	maxRevokePercent: 0,
	graceHours: 0,
	debtorDays: 7,
	verifyAfterMinutes: 5,
	eventsSeconds: 60,
	settleSeconds: 0,
	snapshotDays: 30,
	http: { port: 8080, host: '0.0.0.0', token: 'sixteen-or-more-letters' },
	webhook: { url: 'https://hooks.example/reeve', secret: `whsec_${'planted0'.repeat(4)}`, format: 'slack' },
	mail: { url: 'smtp://mail:25', to: ['a@example.com', 'b@example.com'], from: 'reeve@example.com', when: 'news' },
	commandName: 'billing',
	loadErrorListeners: false,
	schedule: 'in-process'
} as const satisfies ReeveOptions;

/** The least variables of the standalone bot. */
const VARIABLES = {
	DISCORD_TOKEN: 'token',
	DISCORD_GUILD_ID: GUILD,
	DISCORD_ADMIN_CHANNEL_ID: CHANNEL,
	STRIPE_SECRET_KEY: 'rk_test_0123456789'
};

/** The problems of options, as lines. */
function problemsOf(options: unknown): readonly string[] {
	try {
		parseOptions(options as ReeveOptions);
	} catch (error) {
		if (error instanceof OptionsError) return error.problems;
		throw error;
	}
	return [];
}

describe('parseOptions', () => {
	it('gives the same settings as the standalone bot has with the same values', () => {
		const { settings } = parseSettings({
			DISCORD_TOKEN: 'token',
			DISCORD_GUILD_ID: GUILD,
			DISCORD_ADMIN_CHANNEL_ID: CHANNEL,
			DISCORD_OPERATOR_ROLE_IDS: ROLE,
			DISCORD_DEBTOR_ROLE: 'Late',
			DISCORD_SQUIRE_ROLE: 'Page',
			RECONCILIATION_TIERS: 'Squire, Duke',
			RECONCILIATION_TIMEZONE: 'Europe/Rome',
			RECONCILIATION_HOUR: '0',
			RECONCILIATION_AUTO_FIX: 'true',
			RECONCILIATION_FIX_UNLINKED: 'true',
			RECONCILIATION_PAUSED: 'true',
			RECONCILIATION_MAX_REVOKE_PERCENT: '0',
			RECONCILIATION_GRACE_HOURS: '0',
			RECONCILIATION_DEBTOR_DAYS: '7',
			RECONCILIATION_VERIFY_AFTER_MINUTES: '5',
			RECONCILIATION_EVENTS_SECONDS: '60',
			RECONCILIATION_SETTLE_SECONDS: '0',
			RECONCILIATION_SNAPSHOT_DAYS: '30',
			STRIPE_SECRET_KEY: 'rk_live_0123456789',
			STRIPE_DISCORD_ID_KEY: 'member',
			STRIPE_SQUIRE_PRICE_IDS: 'price_squire',
			STRIPE_DUKE_PRICE_IDS: 'price_duke, prod_duke',
			STRIPE_OTHER_PRICE_IDS: 'price_mug',
			STRIPE_UNMAPPED_PRICES: 'Squire',
			STRIPE_REQUESTS_PER_SECOND: '5',
			STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdefghij',
			STRIPE_API_URL: 'http://127.0.0.1:4400',
			DATABASE_URL: 'postgresql://reeve:pw@db:5432/reeve',
			HTTP_PORT: '8080',
			HTTP_HOST: '0.0.0.0',
			HTTP_TOKEN: 'sixteen-or-more-letters',
			WEBHOOK_URL: 'https://hooks.example/reeve',
			WEBHOOK_SECRET: `whsec_${'planted0'.repeat(4)}`,
			WEBHOOK_FORMAT: 'slack',
			SMTP_URL: 'smtp://mail:25',
			ADMIN_EMAIL: 'a@example.com, b@example.com',
			MAIL_FROM: 'reeve@example.com',
			MAIL_WHEN: 'news'
		});
		const parsed = parseOptions(EVERYTHING);
		expect(parsed.settings).toEqual({ ...settings, DISCORD_TOKEN: '', databaseSchema: 'reeve' });
		expect(parsed).toMatchObject({ commandName: 'billing', loadErrorListeners: false, schedule: 'in-process', warnings: [] });
	});

	it('has the defaults of the standalone bot', () => {
		const variables = { DISCORD_TOKEN: 'token', DISCORD_GUILD_ID: GUILD, DISCORD_ADMIN_CHANNEL_ID: CHANNEL };
		const { settings } = parseSettings({ ...variables, STRIPE_SECRET_KEY: 'rk_test_0123456789' });
		const parsed = parseOptions(LEAST);
		expect(parsed.settings).toEqual({ ...settings, DISCORD_TOKEN: '' });
		expect(parsed).toMatchObject({
			commandName: 'reconcile',
			contextMenuName: 'Why these roles?',
			loadErrorListeners: true,
			schedule: 'auto'
		});
		expect(parseSettings({ ...parsed.nextEnvironment() }).settings.DISCORD_GUILD_ID).toBe(GUILD);
	});

	it('takes an object that reads people, and nothing else', () => {
		const people = { name: 'the bot', readAll: async () => ({ members: [], teams: [] }), readOf: async () => ({ members: [], teams: [] }) };
		expect(parseOptions({ ...LEAST, people }).people).toBe(people);
		expect(() => parseOptions({ ...LEAST, people: { name: 'the bot' } } as never)).toThrow(
			'people is an object: it must be an object with name, readAll and readOf, such as prismaPeople(…).'
		);
	});

	it('lists everything that is wrong at once, with where to find the value, and quotes no secret', () => {
		const message = (() => {
			try {
				parseOptions({
					guilds: [{ id: 'x', operatorRoleIds: ['12'], tiers: [{ name: 'a,b', prices: ['cus_0123456789abcd'] }], hour: 24 }],
					stripe: { key: 'pk_live_hunter22' },
					storage: { url: 'mysql://user:hunter22@db' },
					autoFix: 'yes',
					mail: { url: 'smtp//hunter22', to: [] },
					http: { port: 65_536, token: 'hunter22' }
				} as never);
			} catch (error) {
				return (error as Error).message;
			}
			return '';
		})();
		expect(message.split('\n')).toEqual([
			'12 settings need fixing, in the option "reeve" of the client.',
			expect.stringMatching(/^ {2}• guilds\[0\]\.id is "x": it must be an ID of 17 to 20 digits\. Where to find it: Discord → Settings/),
			expect.stringMatching(/^ {2}• guilds\[0\]\.operatorRoleIds\[0\] is "12": it must be an ID of 17 to 20 digits\. Where to find it:/),
			expect.stringMatching(/^ {2}• guilds\[0\]\.tiers\[0\]\.name is "a,b": it must be a name made of letters/),
			expect.stringMatching(
				/^ {2}• guilds\[0\]\.tiers\[0\]\.prices\[0\] is "cus_0123456789abcd": it must be a price or product ID from Stripe/
			),
			expect.stringMatching(/^ {2}• guilds\[0\]\.hour is 24: it must be a whole hour from 0/),
			expect.stringMatching(/^ {2}• stripe\.key has an invalid value: it must be a restricted/),
			expect.stringMatching(/^ {2}• storage\.url has an invalid value: it must be a URL like postgresql:/),
			expect.stringMatching(/^ {2}• autoFix is "yes": it must be true or false\. Where to find it: true: Reeve fixes/),
			expect.stringMatching(/^ {2}• mail\.url has an invalid value: it must be a URL like smtp:/),
			expect.stringMatching(/^ {2}• mail\.to is an empty list: it must be a list of at least one email address/),
			expect.stringMatching(
				/^ {2}• http\.port is 65536: it must be a port from 1 to 65535, or 0 for any free one\. Where to find it: the port/
			),
			expect.stringMatching(/^ {2}• http\.token has an invalid value: it must be at least 16 letters/)
		]);
		expect(message).not.toContain('hunter22');
	});

	it.each<[string, object, RegExp]>([
		['no guild', { guilds: [] }, /^guilds is an empty list: it must be a list of exactly one server/],
		['no options at all', { guilds: undefined, stripe: undefined, storage: undefined }, /^guilds is missing/],
		[
			'both storages',
			{ storage: { url: 'postgresql://db/x', dataDir: 'x' } },
			/^storage is an object: it must be either \{ url \} or \{ dataDir \}/
		],
		['no storage', { storage: {} }, /it must be either \{ url \} or \{ dataDir \}/],
		['a misspelt option', { autofix: true }, /^autofix is not an option\. Did you mean autoFix\?$/],
		[
			'a misspelt option of a guild',
			{ guilds: [{ ...LEAST.guilds[0], timezone: 'UTC' }] },
			/^guilds\[0\]\.timezone is not an option\. Did you mean timeZone\?$/
		],
		[
			'a context menu name that Discord refuses',
			{ contextMenuName: 'x'.repeat(33) },
			/^contextMenuName is .*: it must be a name of 1 to 32/
		],
		['a command name that Discord refuses', { commandName: 'My Command' }, /^commandName is "My Command": it must be a name of 1 to 32/],
		['an unknown schedule', { schedule: 'cron' }, /^schedule is "cron": it must be "auto" or "in-process"/],
		[
			'a price in two tiers',
			{
				guilds: [
					{
						...LEAST.guilds[0],
						tiers: [
							{ name: 'A', prices: ['price_1'] },
							{ name: 'B', prices: ['price_1'] }
						]
					}
				]
			},
			/^price_1 is listed in both guilds\[0\]\.tiers\[0\]\.prices and guilds\[0\]\.tiers\[1\]\.prices/
		],
		[
			'one role for two tiers',
			{
				guilds: [
					{
						...LEAST.guilds[0],
						tiers: [
							{ name: 'A', role: 'x' },
							{ name: 'B', role: 'x' }
						]
					}
				]
			},
			/^guilds\[0\]\.tiers\[0\]\.role and guilds\[0\]\.tiers\[1\]\.role are both "x"/
		],
		['a tier that is named twice', { guilds: [{ ...LEAST.guilds[0], tiers: [{ name: 'A' }, { name: 'a' }] }] }, /^guilds\[0\]\.tiers is/],
		[
			'unmapped prices that buy an unknown tier',
			{ stripe: { ...LEAST.stripe, unmappedPrices: 'Earl' } },
			/^stripe\.unmappedPrices is "Earl": it must be unknown, nothing or the name of a tier/
		]
	])('refuses %s', (_, change, problem) => {
		expect(problemsOf({ ...LEAST, ...change })[0]).toMatch(problem);
	});

	it.each([
		[{ url: 'postgresql://db/x' }, 'reeve'],
		[{ url: 'postgresql://db/x?schema=public' }, 'reeve'],
		[{ url: 'postgresql://db/x?schema=public', schema: 'council' }, 'council'],
		[{ dataDir: './data' }, undefined],
		[{ dataDir: './data', schema: 'council' }, 'council']
	])('keeps the tables of storage %j in the schema %s', (storage, schema) => {
		expect(databaseSettings(parseOptions({ ...LEAST, storage }).settings).schema).toBe(schema);
	});

	const adjust: Adjust = (expected, { extra }) => (extra.introduced ? expected : { role: 'Squire' });
	const TIERS = [
		{ name: 'Knight', role: 'Cavalier' },
		{ name: 'Lord', role: 'Lord' }
	];

	it.each([
		['options', { ...LEAST, guilds: [{ ...LEAST.guilds[0], tiers: TIERS }] }],
		['the variables of the standalone bot', fromEnv({ ...VARIABLES, DISCORD_KNIGHT_ROLE: 'Cavalier' })]
	])("takes the server's own rule with its roles, beside %s", (_, options) => {
		const given = { ...options, adjust, extraRoles: [{ name: 'Squire' }, { name: 'Captain', role: ROLE, above: 'Knight' }] };
		const { settings } = parseOptions(given as ReeveOptions);
		expect(policySettings(settings)).toMatchObject({ adjust, extraRoles: [{ name: 'Squire' }, { name: 'Captain', above: 'Knight' }] });
		expect(managedRoleSettings(settings).map(({ name, wanted }) => `${name}: ${wanted}`)).toEqual([
			'Knight: Cavalier',
			'Lord: Lord',
			'Debtor: Debtor',
			'Squire: Squire',
			`Captain: ${ROLE}`
		]);
	});

	it.each<[string, object, RegExp]>([
		['a rule that is no function', { adjust: 'Squire' }, /^adjust is "Squire": it must be a function: adjust\(expected, person\)\.$/],
		[
			'an extra role with the name of a tier',
			{ extraRoles: [{ name: 'knight' }] },
			/^extraRoles\[0\]\.name is "knight": it must be another name/
		],
		['an extra role that is named Debtor', { extraRoles: [{ name: 'Debtor', role: ROLE }] }, /^extraRoles\[0\]\.name is "Debtor"/],
		['an extra role that is named twice', { extraRoles: [{ name: 'A' }, { name: 'A', role: 'B' }] }, /^extraRoles\[1\]\.name is "A"/],
		[
			'the guild role of a tier',
			{ extraRoles: [{ name: 'Squire', role: 'Lord' }] },
			/^extraRoles\[0\]\.role is "Lord": it must be another role/
		],
		[
			'a rank above no tier',
			{ extraRoles: [{ name: 'Squire', above: 'Page' }] },
			/^extraRoles\[0\]\.above is "Page": it must be a tier \(Knight, Lord\)/
		],
		['a misspelt option', { adjsut: adjust }, /^adjsut is not an option\. Did you mean adjust\?$/],
		['a misspelt option of an extra role', { extraRoles: [{ name: 'Squire', abov: 'Knight' }] }, /Did you mean above\?$/]
	])('refuses %s', (_, change, problem) => {
		expect(problemsOf({ ...LEAST, ...change })[0]).toMatch(problem);
		if (!('adjsut' in change)) expect(problemsOf({ ...fromEnv(VARIABLES), ...change })[0]).toMatch(problem);
	});

	it('refuses anything but an object', () => {
		for (const options of [true, 'yes', [], null]) expect(problemsOf(options)).not.toEqual([]);
	});
});

describe('fromEnv', () => {
	it('reads the variables of the standalone bot, beside the options that say how Reeve is mounted', () => {
		const parsed = parseOptions({ ...fromEnv(VARIABLES), commandName: false });
		expect(parsed.settings).toEqual(parseSettings(VARIABLES).settings);
		expect(parsed.commandName).toBe(false);
	});

	it('uses other variables for the next start', () => {
		const next = { ...VARIABLES, RECONCILIATION_GRACE_HOURS: '1' };
		expect(parseOptions(fromEnv(VARIABLES, () => next)).nextEnvironment()).toEqual(next);
		expect(parseOptions(fromEnv(VARIABLES)).nextEnvironment()).toEqual(VARIABLES);
	});

	it('lists what is wrong under the names of the variables', () => {
		expect(problemsOf(fromEnv({ ...VARIABLES, DISCORD_GUILD_ID: 'x', STRIPE_SECRET_KEY: '' }))).toEqual([
			expect.stringMatching(/^DISCORD_GUILD_ID is "x"/),
			expect.stringMatching(/^STRIPE_SECRET_KEY is missing/)
		]);
	});

	it('refuses options that the variables give', () => {
		expect(problemsOf({ ...fromEnv(VARIABLES), ...LEAST })[0]).toMatch(/^guilds is not an option/);
	});
});
