import { describe, expect, it } from 'vitest';
import { botSettings, redactSecrets } from '../../../sandbox/bot/environment.js';

const ENDPOINTS = { port: 4400, mailPort: 2525, token: 'token', stripeKey: 'rk_test_1', guildId: '1', adminChannelId: '2' };

describe('bot settings', () => {
	it('point the bot to the sandbox', () => {
		expect(botSettings(ENDPOINTS, {}, {})).toMatchObject({
			DISCORD_API_URL: 'http://127.0.0.1:4400/api',
			STRIPE_API_URL: 'http://127.0.0.1:4400',
			SMTP_URL: 'smtp://127.0.0.1:2525'
		});
	});

	it('inherit only the variables a process and its services need', () => {
		const own = { PATH: '/bin', HOME: '/root', TZ: 'UTC', NODE_OPTIONS: '--inspect', RECONCILIATION_HOUR: '5', REDIS_URL: 'redis://here' };
		const settings = botSettings(ENDPOINTS, {}, own);
		expect(settings).toMatchObject({ PATH: '/bin', HOME: '/root', TZ: 'UTC', REDIS_URL: 'redis://here' });
		expect(settings).not.toHaveProperty('NODE_OPTIONS');
		expect(settings).not.toHaveProperty('RECONCILIATION_HOUR');
	});

	it('apply the overrides of a reset and drop null or empty ones', () => {
		const settings = botSettings(
			ENDPOINTS,
			{ ADMIN_EMAIL: null, SMTP_URL: '', STRIPE_LORD_PRICE_IDS: 'prod_lord', DATABASE_URL: null },
			{ DATABASE_URL: 'postgres://x' }
		);
		expect(settings).not.toHaveProperty('ADMIN_EMAIL');
		expect(settings).not.toHaveProperty('SMTP_URL');
		expect(settings).not.toHaveProperty('DATABASE_URL');
		expect(settings.STRIPE_LORD_PRICE_IDS).toBe('prod_lord');
	});

	it('are shown with secrets redacted', () => {
		const shown = redactSecrets({
			DISCORD_TOKEN: 'abc',
			STRIPE_SECRET_KEY: 'rk',
			REDIS_URL: 'redis://me:pass@host:1',
			DATABASE_URL: 'postgres://me:p%40ss@h/d',
			DATA_DIR: '/tmp'
		});
		expect(JSON.stringify(shown)).not.toMatch(/abc|rk|pass|p%40ss/);
		expect(shown.DATA_DIR).toBe('/tmp');
	});
});
