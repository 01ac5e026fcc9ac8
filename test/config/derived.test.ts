import { describe, expect, test } from 'vitest';
import {
	distinctiveSecretsOf,
	httpSettings,
	managedRoleSettings,
	policySettings,
	secretsOf,
	settingsFingerprint
} from '../../src/config/derived.js';
import { parseSettings } from '../../src/config/env.js';
import type { Adjust } from '../../src/reconciliation/domain/rules.js';

const settingsWith = (env: NodeJS.ProcessEnv) =>
	parseSettings({
		DISCORD_TOKEN: 'a-token',
		DISCORD_GUILD_ID: '109758394758392104',
		DISCORD_ADMIN_CHANNEL_ID: '109758394758392105',
		STRIPE_SECRET_KEY: 'rk_test_51abc',
		...env
	}).settings;

test('policySettings gives owners the highest tier and team members the lowest; what unlisted prices buy is unknown', () => {
	const policy = policySettings(settingsWith({ RECONCILIATION_TIERS: 'Squire,Knight,Lord', STRIPE_LORD_PRICE_IDS: 'price_1' }));
	expect(policy).toEqual({
		tiers: [
			{ name: 'Squire', prices: [] },
			{ name: 'Knight', prices: [] },
			{ name: 'Lord', prices: ['price_1'] }
		],
		otherPrices: [],
		unlistedPrices: { buy: 'unknown' },
		seats: { OWNER: 'Lord', TEAM_MEMBER: 'Squire' },
		graceHours: 48,
		debtorDays: 30
	});
});

test.each([
	['unknown', { buy: 'unknown' }],
	['Nothing', { buy: 'nothing' }],
	['arch duke', { buy: 'tier', tier: 'Arch-Duke' }]
])('policySettings lets prices of no list buy %s', (STRIPE_UNMAPPED_PRICES, unlistedPrices) => {
	const env = { RECONCILIATION_TIERS: 'Knight,Arch-Duke', STRIPE_UNMAPPED_PRICES, STRIPE_OTHER_PRICE_IDS: 'price_tshirt, gold-monthly' };
	expect(policySettings(settingsWith(env))).toMatchObject({ unlistedPrices, otherPrices: ['price_tshirt', 'gold-monthly'] });
});

describe("a server's own rule", () => {
	const adjust: Adjust = (expected) => expected;
	const extraRoles = [{ name: 'Squire', role: '109758394758392109', above: 'Knight' }];
	const settings = { ...settingsWith({}), adjust, extraRoles };

	test('is part of the policy, with the names of its roles', () => {
		expect(policySettings(settings)).toMatchObject({ adjust, extraRoles: [{ name: 'Squire', above: 'Knight' }] });
	});

	test('adds its roles to those that Reeve manages', () => {
		expect(managedRoleSettings(settings).at(-1)).toEqual({ name: 'Squire', wanted: '109758394758392109', setting: 'extraRoles (Squire)' });
	});

	test('is stored with its roles alone: a new function is no change of the settings', () => {
		const stored = settingsFingerprint(settings);
		expect(stored.get('extraRoles')).toBe('Squire (109758394758392109, above Knight)');
		expect(stored.has('adjust')).toBe(false);
		expect(settingsFingerprint(settingsWith({})).has('extraRoles')).toBe(false);
	});
});

test('managedRoleSettings lists the tiers and Debtor with the guild role configured for each', () => {
	expect(managedRoleSettings(settingsWith({ DISCORD_KNIGHT_ROLE: '109758394758392107', DISCORD_DEBTOR_ROLE: 'Overdue' }))).toEqual([
		{ name: 'Knight', wanted: '109758394758392107', setting: 'DISCORD_KNIGHT_ROLE' },
		{ name: 'Lord', wanted: 'Lord', setting: 'DISCORD_LORD_ROLE' },
		{ name: 'Debtor', wanted: 'Overdue', setting: 'DISCORD_DEBTOR_ROLE' }
	]);
});

describe('distinctiveSecretsOf', () => {
	test('has the token and the key, but no password that is also a word or an ID of Reeve’s own', () => {
		const passwordOf = (password: string) =>
			distinctiveSecretsOf(settingsWith({ DATABASE_URL: `postgresql://reeve:${password}@localhost/reeve` }));
		const always = ['a-token', 'rk_test_51abc'];
		for (const common of ['reeve', 'scheduled', 'discord_id', '1100000000000000100', 'a1b2c3']) expect(passwordOf(common)).toEqual(always);
		expect(passwordOf('correct-horse')).toEqual([...always, 'correct-horse']);
		expect(distinctiveSecretsOf(settingsWith({ HTTP_TOKEN: 'onlysmallletters' }))).toEqual([...always, 'onlysmallletters']);
	});
});

describe('httpSettings', () => {
	test('is null without a port', () => {
		expect(httpSettings(settingsWith({}))).toBeNull();
		expect(httpSettings(settingsWith({ HTTP_TOKEN: 'sixteen-or-more-letters' }))).toBeNull();
	});

	test('has no token by default', () => {
		expect(httpSettings(settingsWith({ HTTP_PORT: '8080' }))).toEqual({ port: 8080, host: '127.0.0.1', token: null });
	});
});

describe('secretsOf', () => {
	test('has the token, the key and the passwords, percent-encoded and decoded', () => {
		const settings = settingsWith({ DATABASE_URL: 'postgresql://reeve:p%40ssword@db:5432/reeve?password=an%2Fother' });
		expect(secretsOf(settings)).toEqual(['a-token', 'rk_test_51abc', 'p%40ssword', 'p@ssword', 'an/other']);
	});

	test('has the key of the webhook and the long parts of its URL, which let others send and sign', () => {
		const secret = 'whsec_cGxhbnRlZC1zZWNyZXQtb2YtMzItYnl0ZXMtb2s=';
		const url = 'https://hooks.slack.example/services/T01/planted-path-0123456789?token=planted-123&wait=true';
		expect(secretsOf(settingsWith({ WEBHOOK_URL: url, WEBHOOK_SECRET: secret }))).toEqual([
			'a-token',
			'rk_test_51abc',
			'planted-path-0123456789',
			'planted-123',
			secret.slice('whsec_'.length)
		]);
	});

	test('has no password for a URL without one', () => {
		expect(secretsOf(settingsWith({ DATABASE_URL: 'postgresql://localhost/reeve' }))).toEqual(['a-token', 'rk_test_51abc']);
	});
});

test('settingsFingerprint contains no secret, but changes with one', () => {
	const env = { DISCORD_TOKEN: 'a-token', DISCORD_GUILD_ID: '109758394758392104', DISCORD_ADMIN_CHANNEL_ID: '109758394758392105' };
	const { settings } = parseSettings({
		...env,
		STRIPE_SECRET_KEY: 'rk_test_51abc',
		SMTP_URL: 'smtp://ada:hunter2@mail.test',
		HTTP_TOKEN: 'sixteen-or-more-letters',
		WEBHOOK_URL: 'https://hooks.example/planted-path',
		WEBHOOK_SECRET: `whsec_${'planted0'.repeat(4)}`,
		ADMIN_EMAIL: 'ada@mail.test'
	});
	const fingerprints = settingsFingerprint(settings);
	expect(fingerprints.get('RECONCILIATION_HOUR')).toBe('3');
	for (const value of fingerprints.values())
		for (const secret of ['a-token', 'rk_test', 'hunter2', 'sixteen', 'planted']) expect(value).not.toContain(secret);
	const { settings: otherSettings } = parseSettings({ ...env, STRIPE_SECRET_KEY: 'rk_test_51other' });
	expect(settingsFingerprint(otherSettings).get('STRIPE_SECRET_KEY')).not.toBe(fingerprints.get('STRIPE_SECRET_KEY'));
});
