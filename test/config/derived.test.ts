import { describe, expect, test } from 'vitest';
import { distinctiveSecretsOf, managedRoleSettings, policySettings, secretsOf, settingsFingerprint } from '../../src/config/derived.js';
import { parseSettings } from '../../src/config/env.js';

const settingsWith = (env: NodeJS.ProcessEnv) =>
	parseSettings({
		DISCORD_TOKEN: 'a-token',
		DISCORD_GUILD_ID: '109758394758392104',
		DISCORD_ADMIN_CHANNEL_ID: '109758394758392105',
		STRIPE_SECRET_KEY: 'rk_test_51abc',
		...env
	}).settings;

test('owners have the highest tier, team members the lowest, and an unmapped subscription buys the highest', () => {
	const policy = policySettings(settingsWith({ RECONCILIATION_TIERS: 'Squire,Knight,Lord', STRIPE_LORD_PRICE_IDS: 'price_1' }));
	expect(policy).toEqual({
		tiers: [
			{ name: 'Squire', prices: [] },
			{ name: 'Knight', prices: [] },
			{ name: 'Lord', prices: ['price_1'] }
		],
		seats: { OWNER: 'Lord', TEAM_MEMBER: 'Squire', INDIVIDUAL: 'Lord' },
		graceHours: 48,
		debtorDays: 30
	});
});

test('the managed roles are the tiers and Debtor, under the names the guild has for them', () => {
	expect(managedRoleSettings(settingsWith({ DISCORD_KNIGHT_ROLE: '109758394758392107', DISCORD_DEBTOR_ROLE: 'Overdue' }))).toEqual([
		{ name: 'Knight', wanted: '109758394758392107', setting: 'DISCORD_KNIGHT_ROLE' },
		{ name: 'Lord', wanted: 'Lord', setting: 'DISCORD_LORD_ROLE' },
		{ name: 'Debtor', wanted: 'Overdue', setting: 'DISCORD_DEBTOR_ROLE' }
	]);
});

describe('distinctiveSecretsOf', () => {
	test('has the token and the key, and no password that a word or an ID of Reeve’s own could be', () => {
		const passwordOf = (password: string) =>
			distinctiveSecretsOf(settingsWith({ DATABASE_URL: `postgresql://reeve:${password}@localhost/reeve` }));
		const always = ['a-token', 'rk_test_51abc'];
		for (const common of ['reeve', 'scheduled', 'discord_id', '1100000000000000100', 'a1b2c3']) expect(passwordOf(common)).toEqual(always);
		expect(passwordOf('correct-horse')).toEqual([...always, 'correct-horse']);
	});
});

describe('secretsOf', () => {
	test('names token, key and password, the password as written and as meant', () => {
		const settings = settingsWith({ DATABASE_URL: 'postgresql://reeve:p%40ssword@db:5432/reeve?password=an%2Fother' });
		expect(secretsOf(settings)).toEqual(['a-token', 'rk_test_51abc', 'p%40ssword', 'p@ssword', 'an/other']);
	});

	test('leaves out what is not there', () => {
		expect(secretsOf(settingsWith({ DATABASE_URL: 'postgresql://localhost/reeve' }))).toEqual(['a-token', 'rk_test_51abc']);
	});
});

test('settings are remembered without what opens anything', () => {
	const env = { DISCORD_TOKEN: 'a-token', DISCORD_GUILD_ID: '109758394758392104', DISCORD_ADMIN_CHANNEL_ID: '109758394758392105' };
	const { settings } = parseSettings({
		...env,
		STRIPE_SECRET_KEY: 'rk_test_51abc',
		SMTP_URL: 'smtp://ada:hunter2@mail.test',
		ADMIN_EMAIL: 'ada@mail.test'
	});
	const remembered = settingsFingerprint(settings);
	expect(remembered.get('RECONCILIATION_HOUR')).toBe('3');
	for (const value of remembered.values()) for (const secret of ['a-token', 'rk_test', 'hunter2']) expect(value).not.toContain(secret);
	const { settings: others } = parseSettings({ ...env, STRIPE_SECRET_KEY: 'rk_test_51other' });
	expect(settingsFingerprint(others).get('STRIPE_SECRET_KEY')).not.toBe(remembered.get('STRIPE_SECRET_KEY'));
});
