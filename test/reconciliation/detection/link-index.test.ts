import { describe, expect, test } from 'vitest';
import { runToCompletion } from '../../../src/async/cooperative.js';
import { LinkIndex } from '../../../src/reconciliation/detection/link-index.js';
import {
	ADA,
	BOB,
	customer,
	detection,
	inGuild,
	issues,
	linkIndex,
	only,
	type Parts,
	row,
	snapshot,
	subscription,
	team,
	UNMAPPED,
	userId
} from '../builders.js';

const customerIdsOf = (parts: Parts, discordId: string) => linkIndex(parts).get(discordId)?.customerIds ?? null;

/** Whom somebody has claimed. */
function claimed(parts: Parts): string[] {
	const { billing, links } = snapshot(parts);
	const found: string[] = [];
	runToCompletion(LinkIndex.buildCooperatively(billing.accounts, links, ({ customer: { id } }, isClaimed) => isClaimed && found.push(id)));
	return found;
}

describe('links by rows', () => {
	test('a Member row ties a person to a customer', () => {
		const parts = { rows: [row({ discordId: ADA, stripeCustomerId: 'cus_1' })], customers: [customer()] };
		expect(customerIdsOf(parts, ADA)).toEqual(['cus_1']);
		expect(claimed(parts)).toEqual(['cus_1']);
	});

	test('a row without a Discord ID claims nothing: its payer is unclaimed', () => {
		const parts = { rows: [row({ stripeCustomerId: 'cus_1' })], subscriptions: [subscription()] };
		expect(linkIndex(parts).size).toBe(0);
		expect(detection(parts).notices.unclaimed).toBe(1);
	});

	test('several customers of one person all count', () => {
		const parts = {
			rows: [row({ id: 'm_1', discordId: ADA, stripeCustomerId: 'cus_2' }), row({ id: 'm_2', discordId: ADA, stripeCustomerId: 'cus_1' })],
			customers: [customer({ id: 'cus_3', metadataDiscordId: ADA })],
			subscriptions: [
				subscription({ id: 'sub_1', customerId: 'cus_1', status: 'canceled' }),
				subscription({ id: 'sub_2', customerId: 'cus_2', prices: ['price_knight'] }),
				subscription({ id: 'sub_3', customerId: 'cus_3', prices: ['price_lord'] })
			]
		};
		expect(customerIdsOf(parts, ADA)).toEqual(['cus_1', 'cus_2', 'cus_3']);
		const issue = only(issues({ ...parts, guild: [inGuild(ADA)] }));
		expect(issue).toMatchObject({ plan: { add: ['Lord'], remove: [] }, customerIds: ['cus_1', 'cus_2', 'cus_3'] });
	});

	test('a seat ties a person to the team and its customer', () => {
		const parts = { rows: [row({ discordId: ADA, teamId: 't_1', seatTier: 'TEAM_MEMBER' })], teams: [team()] };
		const ada = linkIndex(parts).get(ADA);
		expect(ada?.customerIds).toEqual([]);
		expect(ada?.seats.map((seat) => seat.team.id)).toEqual(['t_1']);
		expect(claimed({ ...parts, customers: [customer({ id: 'cus_team' })] })).toEqual(['cus_team']);
	});

	test('a team that nobody has a seat in is unclaimed', () => {
		expect(detection({ teams: [team()], subscriptions: [subscription({ customerId: 'cus_team' })] }).notices.unclaimed).toBe(1);
	});

	test('a row that names neither customer nor team is a link all the same: a member known to the database', () => {
		expect(only(issues({ rows: [row({ discordId: ADA })], guild: [inGuild(ADA, 'Knight')] }))).toMatchObject({
			severity: 'HIGH',
			linked: true,
			memberId: 'm_1'
		});
	});

	test.each([
		['TEAM_MEMBER', 'Knight'],
		['OWNER', 'Lord']
	] as const)("a team's subscription gives a seat %s the role %s, also where the row names the team's customer", (seatTier, role) => {
		const parts = {
			rows: [row({ discordId: ADA, teamId: 't_1', seatTier, stripeCustomerId: 'cus_team' })],
			teams: [team()],
			subscriptions: [subscription({ customerId: 'cus_team' })],
			guild: [inGuild(ADA)]
		};
		expect(only(issues(parts, UNMAPPED)).expectedRoles).toEqual([role]);
	});
});

describe('links by metadata', () => {
	test('on the customer', () => {
		expect(customerIdsOf({ customers: [customer({ metadataDiscordId: ADA })] }, ADA)).toEqual(['cus_1']);
	});

	test('on a subscription', () => {
		expect(customerIdsOf({ subscriptions: [subscription({ metadataDiscordId: ADA })] }, ADA)).toEqual(['cus_1']);
	});

	test('on both, naming the same person, is not contested', () => {
		const parts = {
			customers: [customer({ metadataDiscordId: ADA })],
			subscriptions: [subscription({ metadataDiscordId: ADA }), subscription({ id: 'sub_2', metadataDiscordId: ADA })]
		};
		expect(customerIdsOf(parts, ADA)).toEqual(['cus_1']);
		expect(linkIndex(parts).contested).toEqual([]);
	});

	test('a person linked by one subscription is paid for by all of that customer', () => {
		const parts = {
			subscriptions: [subscription({ status: 'canceled', metadataDiscordId: ADA }), subscription({ id: 'sub_2', prices: ['price_lord'] })],
			guild: [inGuild(ADA)]
		};
		expect(only(issues(parts)).plan.add).toEqual(['Lord']);
	});

	test.each([
		['customer and subscription', [customer({ metadataDiscordId: ADA })], [subscription({ metadataDiscordId: BOB })]],
		['two subscriptions', [customer()], [subscription({ metadataDiscordId: BOB }), subscription({ id: 'sub_2', metadataDiscordId: ADA })]],
		['a living and a dead one', [customer({ metadataDiscordId: ADA })], [subscription({ metadataDiscordId: BOB, status: 'canceled' })]]
	])('that names two people (%s) is contested and links nobody', (_, customers, subscriptions) => {
		const parts = { customers, subscriptions };
		expect(linkIndex(parts).size).toBe(0);
		expect(linkIndex(parts).contested).toEqual([{ customerId: 'cus_1', values: [ADA, BOB] }]);
		const { notices, issues: found } = detection({ ...parts, guild: [inGuild(ADA), inGuild(BOB)] });
		expect(notices.contestedLinks).toHaveLength(1);
		expect(notices.unclaimed).toBe(0);
		expect(found).toEqual([]);
	});

	test('contested metadata gives nobody a link, so whoever holds a role by it is unlinked: LOW', () => {
		const parts = { customers: [customer({ metadataDiscordId: ADA })], subscriptions: [subscription({ metadataDiscordId: BOB })] };
		expect(only(issues({ ...parts, guild: [inGuild(ADA, 'Knight')] }))).toMatchObject({ severity: 'LOW', linked: false });
	});

	test.each([
		'ada',
		'1234567890123456',
		'123456789012345678901',
		' 100000000000000001',
		'100000000000000001\n',
		'10000000000000000x',
		'٣'.repeat(18)
	])('a value that is not 17–20 digits (%j) is malformed and links nobody', (value) => {
		const parts = { customers: [customer({ metadataDiscordId: value })], subscriptions: [subscription({ metadataDiscordId: value })] };
		expect(linkIndex(parts).size).toBe(0);
		expect(linkIndex(parts).malformed).toEqual([{ customerId: 'cus_1', value }]);
		expect(linkIndex(parts).contested).toEqual([]);
		expect(detection(parts).notices).toMatchObject({ malformedLinks: [{ customerId: 'cus_1', value }], unclaimed: 0 });
	});

	test.each(['12345678901234567', '12345678901234567890'])('17 and 20 digits are well formed (%s)', (value) => {
		expect(customerIdsOf({ customers: [customer({ metadataDiscordId: value })] }, value)).toEqual(['cus_1']);
	});

	test('a malformed value does not spoil a valid one beside it, nor make it contested', () => {
		const parts = { customers: [customer({ metadataDiscordId: 'ada#1' })], subscriptions: [subscription({ metadataDiscordId: ADA })] };
		expect(customerIdsOf(parts, ADA)).toEqual(['cus_1']);
		expect(linkIndex(parts).malformed).toEqual([{ customerId: 'cus_1', value: 'ada#1' }]);
		expect(linkIndex(parts).contested).toEqual([]);
	});

	test('an empty value is none: the payer is unclaimed', () => {
		const parts = { customers: [customer({ metadataDiscordId: '' })], subscriptions: [subscription({ metadataDiscordId: '' })] };
		expect(linkIndex(parts).malformed).toEqual([]);
		expect(detection(parts).notices.unclaimed).toBe(1);
	});
});

describe('a row beats metadata', () => {
	test('on the customer and on its subscriptions', () => {
		const parts = {
			rows: [row({ discordId: BOB, stripeCustomerId: 'cus_1' })],
			customers: [customer({ metadataDiscordId: ADA })],
			subscriptions: [subscription({ metadataDiscordId: ADA })]
		};
		expect(customerIdsOf(parts, ADA)).toBeNull();
		expect(customerIdsOf(parts, BOB)).toEqual(['cus_1']);
	});

	test('and settles a contested claim', () => {
		const parts = {
			rows: [row({ discordId: BOB, stripeCustomerId: 'cus_1' })],
			customers: [customer({ metadataDiscordId: ADA })],
			subscriptions: [subscription({ metadataDiscordId: userId(3) })]
		};
		expect(linkIndex(parts).contested).toEqual([]);
		expect(customerIdsOf(parts, BOB)).toEqual(['cus_1']);
	});

	test('a row that names no Discord user leaves the word to the metadata', () => {
		expect(customerIdsOf({ rows: [row({ stripeCustomerId: 'cus_1' })], customers: [customer({ metadataDiscordId: ADA })] }, ADA)).toEqual([
			'cus_1'
		]);
	});

	test('a Team row for a customer beats metadata on it: nobody claims the whole team for themselves', () => {
		const parts = {
			teams: [team()],
			customers: [customer({ id: 'cus_team', metadataDiscordId: ADA })],
			subscriptions: [subscription({ customerId: 'cus_team', metadataDiscordId: ADA, prices: ['price_lord'] })]
		};
		expect(customerIdsOf(parts, ADA)).toBeNull();
		expect(issues({ ...parts, guild: [inGuild(ADA)] })).toEqual([]);
	});

	test('a row for one customer does not undo metadata on another', () => {
		const parts = {
			rows: [row({ discordId: ADA, stripeCustomerId: 'cus_1' })],
			customers: [customer(), customer({ id: 'cus_2', metadataDiscordId: ADA })]
		};
		expect(customerIdsOf(parts, ADA)).toEqual(['cus_1', 'cus_2']);
	});
});

test('never from an email address by itself', () => {
	const parts = {
		rows: [row({ id: 'm_1', discordId: ADA, stripeCustomerId: 'cus_1' })],
		customers: [customer({ id: 'cus_1', email: 'ada@example.com' }), customer({ id: 'cus_2', email: 'ada@example.com', name: ADA })],
		subscriptions: [subscription({ customerId: 'cus_2' })],
		guild: [inGuild(ADA)]
	};
	expect(customerIdsOf(parts, ADA)).toEqual(['cus_1']);
	expect(issues(parts)).toEqual([]);
	expect(detection(parts).notices.unclaimed).toBe(1);
});
