import { describe, expect, it } from 'vitest';
import { fromEnv, parseOptions, type ReeveOptions } from '../../src/plugin/options.js';
import { createRewording } from '../../src/plugin/wording.js';

const OPTIONS: ReeveOptions = {
	guilds: [{ id: '200000000000000001', adminChannelId: '200000000000000002' }],
	stripe: { key: 'rk_test_0123456789' },
	storage: { dataDir: './data' }
};
const VARIABLES = {
	DISCORD_TOKEN: 'token',
	DISCORD_GUILD_ID: '200000000000000001',
	DISCORD_ADMIN_CHANNEL_ID: '200000000000000002',
	STRIPE_SECRET_KEY: 'rk_test_0123456789'
};

describe('createRewording', () => {
	it('names the command as it is called in this bot', () => {
		const reword = createRewording(parseOptions({ ...OPTIONS, commandName: 'billing' }));
		expect(reword('Use `/reconcile run` or /reconcile.')).toBe('Use `/billing run` or /billing.');
		expect(reword('https://example.com/reconcile and /reconciled')).toBe('https://example.com/reconcile and /reconciled');
	});

	it('names the options in place of the variables', () => {
		const reword = createRewording(parseOptions(OPTIONS));
		expect(reword('Check DISCORD_GUILD_ID and STRIPE_LORD_PRICE_IDS; RECONCILIATION_AUTO_FIX is true.')).toBe(
			'Check guilds[0].id and guilds[0].tiers[1].prices; autoFix is true.'
		);
		expect(reword('MISSING_ACCESS stays')).toBe('MISSING_ACCESS stays');
	});

	it('keeps the variables where the settings come from them, as in the standalone bot', () => {
		const reword = createRewording(parseOptions(fromEnv(VARIABLES)));
		const text = 'Use `/reconcile run`, and check DISCORD_GUILD_ID.';
		expect(reword(text)).toBe(text);
	});
});
