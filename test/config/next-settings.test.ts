import { describe, expect, it } from 'vitest';
import { ruleSettingNames, settingsWith } from '../../src/config/next-settings.js';

describe('ruleSettingNames', () => {
	it('has every setting that decides about roles, and no other', () => {
		expect([...ruleSettingNames(['Knight', 'Arch-Duke'])].sort()).toEqual([
			'DISCORD_ARCH_DUKE_ROLE',
			'DISCORD_DEBTOR_ROLE',
			'DISCORD_KNIGHT_ROLE',
			'RECONCILIATION_DEBTOR_DAYS',
			'RECONCILIATION_GRACE_HOURS',
			'RECONCILIATION_TIERS',
			'STRIPE_ARCH_DUKE_PRICE_IDS',
			'STRIPE_DISCORD_ID_KEY',
			'STRIPE_KNIGHT_PRICE_IDS',
			'STRIPE_OTHER_PRICE_IDS',
			'STRIPE_UNMAPPED_PRICES'
		]);
	});
});

describe('settingsWith', () => {
	it('changes some settings, and unsets those that are left blank', () => {
		const environment = {
			DISCORD_TOKEN: 'token',
			DISCORD_GUILD_ID: '100000000000000001',
			DISCORD_ADMIN_CHANNEL_ID: '100000000000000002',
			STRIPE_SECRET_KEY: 'rk_test_1',
			RECONCILIATION_GRACE_HOURS: '1'
		};
		expect(settingsWith(environment, { RECONCILIATION_GRACE_HOURS: '2' }).RECONCILIATION_GRACE_HOURS).toBe(2);
		expect(settingsWith(environment, { RECONCILIATION_GRACE_HOURS: '' }).RECONCILIATION_GRACE_HOURS).toBe(48);
	});
});
