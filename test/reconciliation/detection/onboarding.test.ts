import { describe, expect, it } from 'vitest';
import { checkOnboarding } from '../../../src/reconciliation/detection/onboarding.js';
import type { Coverage } from '../../../src/reconciliation/domain/onboarding.js';
import type { PolicySettings } from '../../../src/reconciliation/domain/rules.js';
import { customer, detection, exemption, inGuild, MAPPED, row, subscription, team, UNMAPPED, userId } from '../builders.js';

const FINISHED: Coverage = {
	payers: 100,
	linkedPayers: 100,
	holders: 100,
	unlinkedHolders: 0,
	heldRoles: ['Knight'],
	subscriptions: 100,
	unmappedSubscriptions: 0,
	hasMappedPrice: true
};
const reasons = (coverage: Partial<Coverage>, known: Parameters<typeof checkOnboarding>[1]['known'] = null) =>
	checkOnboarding({ ...FINISHED, ...coverage }, { issues: [], discordIdKey: 'discord_id', known })?.reasons ?? null;

describe('checkOnboarding', () => {
	it('holds while more than a fifth of the role holders have no link, and more than ten', () => {
		expect(reasons({ unlinkedHolders: 20 })).toBeNull();
		expect(reasons({ unlinkedHolders: 21 })).toEqual(['links']);
		expect(reasons({ holders: 10, unlinkedHolders: 10 })).toBeNull();
		expect(reasons({ holders: 11, unlinkedHolders: 11 })).toEqual(['links']);
	});

	it('holds while it is unknown what more than a fifth of the subscriptions buy, and more than ten', () => {
		expect(reasons({ unmappedSubscriptions: 20 })).toBeNull();
		expect(reasons({ unmappedSubscriptions: 21 })).toEqual(['prices']);
		expect(reasons({ subscriptions: 10, unmappedSubscriptions: 10 })).toBeNull();
	});

	it('holds for a single subscription as long as no price is mapped', () => {
		expect(reasons({ subscriptions: 1, unmappedSubscriptions: 1, hasMappedPrice: false })).toEqual(['prices']);
		expect(reasons({ subscriptions: 0, unmappedSubscriptions: 0, hasMappedPrice: false })).toBeNull();
	});

	it('counts the members who would lose access, and has not been ended', () => {
		const issues = (['removes', 'lowers', 'tidies', 'grants'] as const).map((effect) => ({ effect }));
		const found = checkOnboarding({ ...FINISHED, unlinkedHolders: 30 }, { issues, discordIdKey: 'key', known: null });
		expect(found).toMatchObject({ losing: 2, discordIdKey: 'key', endedBy: null, unlinkedHolders: 30 });
	});

	it('holds again only if the share is larger by a fifth than what an operator decided to be right', () => {
		const known = { holders: 100, unlinkedHolders: 30, subscriptions: 100, unmappedSubscriptions: 0 };
		expect(reasons({ unlinkedHolders: 50 }, known)).toBeNull();
		expect(reasons({ unlinkedHolders: 51 }, known)).toEqual(['links']);
		expect(reasons({ unlinkedHolders: 50, unmappedSubscriptions: 21 }, known)).toEqual(['prices']);
		expect(reasons({ unlinkedHolders: 100 }, { ...known, unlinkedHolders: 80 })).toBeNull();
	});
});

describe('the coverage that a detection counts', () => {
	const [PAYER, STRANGER, BOT, FOUNDER] = [userId(1), userId(2), userId(3), userId(4)];
	const count = (parts: Parameters<typeof detection>[0], policy: PolicySettings = MAPPED) => detection(parts, policy).coverage;

	it('has role holders without bots and exempt members, and those of them without a link', () => {
		expect(
			count({
				customers: [customer({ metadataDiscordId: PAYER })],
				subscriptions: [subscription()],
				guild: [
					inGuild(PAYER, 'Lord'),
					inGuild(STRANGER, 'Knight'),
					{ ...inGuild(BOT, 'Knight'), bot: true },
					inGuild(FOUNDER, 'Debtor'),
					inGuild(userId(5))
				],
				exemptions: [exemption(FOUNDER)]
			})
		).toMatchObject({ holders: 2, unlinkedHolders: 1, heldRoles: ['Knight', 'Lord'] });
	});

	it('does not count a member without a link whose role the own rule of the server gives', () => {
		const adjust: PolicySettings['adjust'] = () => ({ role: 'Knight' });
		expect(count({ guild: [inGuild(STRANGER, 'Knight')] }, { ...MAPPED, adjust })).toMatchObject({ holders: 1, unlinkedHolders: 0 });
	});

	it('has customers that pay, or may, and those that someone is linked to', () => {
		expect(
			count({
				customers: [customer({ id: 'cus_1', metadataDiscordId: PAYER }), customer({ id: 'cus_2' }), customer({ id: 'cus_3' })],
				subscriptions: [
					subscription({ id: 'sub_1', customerId: 'cus_1' }),
					subscription({ id: 'sub_2', customerId: 'cus_2', prices: ['price_new'] }),
					subscription({ id: 'sub_3', customerId: 'cus_3', status: 'canceled' })
				]
			})
		).toMatchObject({ payers: 2, linkedPayers: 1, subscriptions: 2, unmappedSubscriptions: 1 });
	});

	const personal = { customers: [customer()], subscriptions: [subscription({ prices: ['price_new'] })] };

	it('takes as unmapped what is unknown, not what an operator has decided about', () => {
		expect(count(personal).unmappedSubscriptions).toBe(1);
		expect(count(personal, { ...MAPPED, unlistedPrices: { buy: 'nothing' } }).unmappedSubscriptions).toBe(0);
		expect(count(personal, { ...MAPPED, unlistedPrices: { buy: 'tier', tier: 'Knight' } }).unmappedSubscriptions).toBe(0);
	});

	it('takes everything as unmapped while no price is, unless teams are what pays', () => {
		const nothing: PolicySettings = { ...UNMAPPED, unlistedPrices: { buy: 'nothing' } };
		expect(count(personal, UNMAPPED)).toMatchObject({ unmappedSubscriptions: 1, hasMappedPrice: false });
		expect(count(personal, nothing).unmappedSubscriptions).toBe(1);
		const seats = {
			rows: [row({ discordId: PAYER, teamId: 't_1', seatTier: 'TEAM_MEMBER' })],
			teams: [team()],
			customers: [...personal.customers, customer({ id: 'cus_team' })],
			subscriptions: [...personal.subscriptions, subscription({ id: 'sub_team', customerId: 'cus_team', prices: ['price_seat'] })]
		};
		expect(count(seats, nothing).unmappedSubscriptions).toBe(0);
		expect(count(seats, UNMAPPED).unmappedSubscriptions).toBe(1);
	});
});
