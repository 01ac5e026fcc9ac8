import { describe, expect, it } from 'vitest';
import { botSettings, withoutSecrets } from '../../../sandbox/bot/environment.js';

const AROUND = { port: 4400, mailPort: 2525, token: 'token', stripeKey: 'rk_test_1', guildId: '1', adminChannelId: '2' };

describe('the settings of the bot', () => {
	it('lead it to the sandbox', () => {
		expect(botSettings(AROUND, {}, {})).toMatchObject({
			DISCORD_API_URL: 'http://127.0.0.1:4400/api',
			STRIPE_API_URL: 'http://127.0.0.1:4400',
			SMTP_URL: 'smtp://127.0.0.1:2525'
		});
	});

	it('take nothing of the surroundings but what a process needs, and the services', () => {
		const own = { PATH: '/bin', HOME: '/root', TZ: 'UTC', NODE_OPTIONS: '--inspect', RECONCILIATION_HOUR: '5', REDIS_URL: 'redis://here' };
		const settings = botSettings(AROUND, {}, own);
		expect(settings).toMatchObject({ PATH: '/bin', HOME: '/root', TZ: 'UTC', REDIS_URL: 'redis://here' });
		expect(settings).not.toHaveProperty('NODE_OPTIONS');
		expect(settings).not.toHaveProperty('RECONCILIATION_HOUR');
	});

	it('are what a reset says, and gone where it says null or nothing', () => {
		const settings = botSettings(
			AROUND,
			{ ADMIN_EMAIL: null, SMTP_URL: '', STRIPE_LORD_PRICE_IDS: 'prod_lord', DATABASE_URL: null },
			{ DATABASE_URL: 'postgres://x' }
		);
		expect(settings).not.toHaveProperty('ADMIN_EMAIL');
		expect(settings).not.toHaveProperty('SMTP_URL');
		expect(settings).not.toHaveProperty('DATABASE_URL');
		expect(settings.STRIPE_LORD_PRICE_IDS).toBe('prod_lord');
	});

	it('are shown without secrets', () => {
		const shown = withoutSecrets({
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
