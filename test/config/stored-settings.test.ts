import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../src/config/env.js';
import { decidePrice, decisionOn } from '../../src/config/price-decisions.js';
import { withStoredSettings } from '../../src/config/stored-settings.js';

const REQUIRED = {
	DISCORD_TOKEN: 'token',
	DISCORD_GUILD_ID: '100000000000000001',
	STRIPE_SECRET_KEY: 'rk_test_0123456789'
};

describe('withStoredSettings', () => {
	it('takes what the environment does not set from what is stored', () => {
		const merged = withStoredSettings(
			{ ...REQUIRED, DISCORD_KNIGHT_ROLE: ' ', STRIPE_LORD_PRICE_IDS: 'price_a' },
			{ DISCORD_KNIGHT_ROLE: '200000000000000002', STRIPE_LORD_PRICE_IDS: 'price_b', DISCORD_ADMIN_CHANNEL_ID: '300000000000000003' }
		);
		expect(merged).toEqual({
			...REQUIRED,
			DISCORD_KNIGHT_ROLE: '200000000000000002',
			STRIPE_LORD_PRICE_IDS: 'price_a',
			DISCORD_ADMIN_CHANNEL_ID: '300000000000000003'
		});
	});

	it('leaves out a stored price or role that the environment uses for something else', () => {
		const { settings } = parseSettings(
			withStoredSettings(
				{ ...REQUIRED, STRIPE_LORD_PRICE_IDS: 'price_a', DISCORD_LORD_ROLE: '200000000000000002' },
				{ STRIPE_KNIGHT_PRICE_IDS: 'price_a,price_b', DISCORD_KNIGHT_ROLE: '200000000000000002' }
			)
		);
		expect(settings).toMatchObject({
			STRIPE_KNIGHT_PRICE_IDS: ['price_b'],
			STRIPE_LORD_PRICE_IDS: ['price_a'],
			DISCORD_KNIGHT_ROLE: 'Knight'
		});
	});

	it('lets a price or role that is stored twice count for the highest tier', () => {
		// Moved to Knight while the environment named no Lord, which it names again now.
		const stored = {
			STRIPE_KNIGHT_PRICE_IDS: 'price_a,price_b',
			STRIPE_LORD_PRICE_IDS: 'price_a',
			STRIPE_OTHER_PRICE_IDS: 'price_b,price_c',
			DISCORD_KNIGHT_ROLE: '200000000000000002',
			DISCORD_LORD_ROLE: '200000000000000002'
		};
		expect(parseSettings(withStoredSettings(REQUIRED, stored)).settings).toMatchObject({
			STRIPE_KNIGHT_PRICE_IDS: ['price_b'],
			STRIPE_LORD_PRICE_IDS: ['price_a'],
			STRIPE_OTHER_PRICE_IDS: ['price_c'],
			DISCORD_KNIGHT_ROLE: 'Knight',
			DISCORD_LORD_ROLE: '200000000000000002'
		});
	});

	it('ignores what is stored for tiers that there are no longer, and names that cannot be stored', () => {
		const stored = { RECONCILIATION_TIERS: 'Squire', DISCORD_SQUIRE_ROLE: 'S', DISCORD_LORD_ROLE: 'L', RECONCILIATION_AUTO_FIX: 'true' };
		expect(withStoredSettings(REQUIRED, stored)).toEqual({ ...REQUIRED, RECONCILIATION_TIERS: 'Squire', DISCORD_SQUIRE_ROLE: 'S' });
		expect(withStoredSettings({ ...REQUIRED, RECONCILIATION_TIERS: 'Lord' }, stored)).toEqual({
			...REQUIRED,
			RECONCILIATION_TIERS: 'Lord',
			DISCORD_LORD_ROLE: 'L'
		});
	});
});

describe('decidePrice', () => {
	const tiers = ['Knight', 'Lord'];
	const catalog = [
		{ id: 'price_month', productId: 'prod_1' },
		{ id: 'price_year', productId: 'prod_1' },
		{ id: 'price_other', productId: 'prod_2' }
	];
	const [month, year] = catalog as [(typeof catalog)[number], (typeof catalog)[number]];

	it('moves a price between lists', () => {
		const values = { STRIPE_KNIGHT_PRICE_IDS: 'price_month,price_x' };
		const changes = decidePrice(month, 'Lord', values, { tiers, given: {}, catalog });
		expect(changes).toEqual({ STRIPE_KNIGHT_PRICE_IDS: 'price_x', STRIPE_LORD_PRICE_IDS: 'price_month' });
		expect(decidePrice(month, null, changes, { tiers, given: {}, catalog })).toEqual({ STRIPE_LORD_PRICE_IDS: '' });
	});

	it('leaves the other prices of a listed product what they buy', () => {
		const values = { STRIPE_KNIGHT_PRICE_IDS: 'prod_1' };
		const changes = decidePrice(month, 'nothing', values, { tiers, given: {}, catalog });
		expect(changes).toEqual({ STRIPE_KNIGHT_PRICE_IDS: 'price_year', STRIPE_OTHER_PRICE_IDS: 'price_month' });
		expect(decisionOn(year, changes, tiers, {})).toEqual({ buys: 'Knight', fixedBy: null });
	});

	it('names the variable that decides', () => {
		const given = { STRIPE_LORD_PRICE_IDS: 'price_month' };
		expect(decisionOn(month, given, tiers, given)).toEqual({ buys: 'Lord', fixedBy: 'STRIPE_LORD_PRICE_IDS' });
	});

	it('leaves each price in at most one list, and the others as they were', () => {
		const decision = fc.record({ index: fc.nat(2), buys: fc.constantFrom('Knight', 'Lord', 'nothing', null) });
		fc.assert(
			fc.property(fc.array(decision, { maxLength: 12 }), (decisions) => {
				let values: Readonly<Record<string, string>> = {};
				const expected = new Map<string, string | null>();
				for (const { index, buys } of decisions) {
					const price = catalog[index] as (typeof catalog)[number];
					values = { ...values, ...decidePrice(price, buys, values, { tiers, given: {}, catalog }) };
					expected.set(price.id, buys);
				}
				for (const price of catalog) expect(decisionOn(price, values, tiers, {}).buys).toBe(expected.get(price.id) ?? null);
				parseSettings({ ...REQUIRED, ...values });
			})
		);
	});
});
