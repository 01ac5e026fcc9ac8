import { describe, expect, it, test } from 'vitest';
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

/** IDs of the customers that count as claimed. */
function claimed(parts: Parts): string[] {
	const { billing, links } = snapshot(parts);
	const found: string[] = [];
	runToCompletion(LinkIndex.buildCooperatively(billing.accounts, links, ({ customer: { id } }, isClaimed) => isClaimed && found.push(id)));
	return found;
}

describe('LinkIndex: rows', () => {
	it('links a member to the customer of their row', () => {
		const parts = { rows: [row({ discordId: ADA, stripeCustomerId: 'cus_1' })], customers: [customer()] };
		expect(customerIdsOf(parts, ADA)).toEqual(['cus_1']);
		expect(claimed(parts)).toEqual(['cus_1']);
	});

	it('leaves the customer of a row without a Discord ID unclaimed', () => {
		const parts = { rows: [row({ stripeCustomerId: 'cus_1' })], subscriptions: [subscription()] };
		expect(linkIndex(parts).size).toBe(0);
		expect(detection(parts).notices.unclaimed).toBe(1);
	});

	it('links all customers of one member', () => {
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

	it('links a seat to the team and claims its customer', () => {
		const parts = { rows: [row({ discordId: ADA, teamId: 't_1', seatTier: 'TEAM_MEMBER' })], teams: [team()] };
		const ada = linkIndex(parts).get(ADA);
		expect(ada?.customerIds).toEqual([]);
		expect(ada?.seats.map((seat) => seat.team.id)).toEqual(['t_1']);
		expect(claimed({ ...parts, customers: [customer({ id: 'cus_team' })] })).toEqual(['cus_team']);
	});

	it('leaves the customer of a team without seats unclaimed', () => {
		expect(detection({ teams: [team()], subscriptions: [subscription({ customerId: 'cus_team' })] }).notices.unclaimed).toBe(1);
	});

	it('treats a row without customer or team as a link', () => {
		expect(only(issues({ rows: [row({ discordId: ADA })], guild: [inGuild(ADA, 'Knight')] }))).toMatchObject({
			severity: 'HIGH',
			linked: true,
			memberId: 'm_1'
		});
	});

	it.each([
		['TEAM_MEMBER', 'Knight'],
		['OWNER', 'Lord']
	] as const)("gives a seat %s the role %s, even if the row names the team's customer as its own", (seatTier, role) => {
		const parts = {
			rows: [row({ discordId: ADA, teamId: 't_1', seatTier, stripeCustomerId: 'cus_team' })],
			teams: [team()],
			subscriptions: [subscription({ customerId: 'cus_team' })],
			guild: [inGuild(ADA)]
		};
		expect(only(issues(parts, UNMAPPED)).expectedRoles).toEqual([role]);
	});
});

describe('LinkIndex: metadata', () => {
	it('links by metadata of the customer', () => {
		expect(customerIdsOf({ customers: [customer({ metadataDiscordId: ADA })] }, ADA)).toEqual(['cus_1']);
	});

	it('links by metadata of a subscription', () => {
		expect(customerIdsOf({ subscriptions: [subscription({ metadataDiscordId: ADA })] }, ADA)).toEqual(['cus_1']);
	});

	it('does not treat repeated metadata for one user as contested', () => {
		const parts = {
			customers: [customer({ metadataDiscordId: ADA })],
			subscriptions: [subscription({ metadataDiscordId: ADA }), subscription({ id: 'sub_2', metadataDiscordId: ADA })]
		};
		expect(customerIdsOf(parts, ADA)).toEqual(['cus_1']);
		expect(linkIndex(parts).contested).toEqual([]);
	});

	it('counts all subscriptions of a customer that one subscription links', () => {
		const parts = {
			subscriptions: [subscription({ status: 'canceled', metadataDiscordId: ADA }), subscription({ id: 'sub_2', prices: ['price_lord'] })],
			guild: [inGuild(ADA)]
		};
		expect(only(issues(parts)).plan.add).toEqual(['Lord']);
	});

	it.each([
		['customer and subscription', [customer({ metadataDiscordId: ADA })], [subscription({ metadataDiscordId: BOB })]],
		['two subscriptions', [customer()], [subscription({ metadataDiscordId: BOB }), subscription({ id: 'sub_2', metadataDiscordId: ADA })]],
		[
			'customer and canceled subscription',
			[customer({ metadataDiscordId: ADA })],
			[subscription({ metadataDiscordId: BOB, status: 'canceled' })]
		]
	])('treats metadata that names two users as contested, without a link: %s', (_, customers, subscriptions) => {
		const parts = { customers, subscriptions };
		expect(linkIndex(parts).size).toBe(0);
		expect(linkIndex(parts).contested).toEqual([{ customerId: 'cus_1', values: [ADA, BOB] }]);
		const { notices, issues: found } = detection({ ...parts, guild: [inGuild(ADA), inGuild(BOB)] });
		expect(notices.contestedLinks).toHaveLength(1);
		expect(notices.unclaimed).toBe(0);
		expect(found).toEqual([]);
	});

	it('leaves role holders with contested metadata unlinked: LOW', () => {
		const parts = { customers: [customer({ metadataDiscordId: ADA })], subscriptions: [subscription({ metadataDiscordId: BOB })] };
		expect(only(issues({ ...parts, guild: [inGuild(ADA, 'Knight')] }))).toMatchObject({ severity: 'LOW', linked: false });
	});

	it.each([
		'ada',
		'1234567890123456',
		'123456789012345678901',
		' 100000000000000001',
		'100000000000000001\n',
		'10000000000000000x',
		'٣'.repeat(18)
	])('reports %j, which is not 17–20 digits, as malformed', (value) => {
		const parts = { customers: [customer({ metadataDiscordId: value })], subscriptions: [subscription({ metadataDiscordId: value })] };
		expect(linkIndex(parts).size).toBe(0);
		expect(linkIndex(parts).malformed).toEqual([{ customerId: 'cus_1', value }]);
		expect(linkIndex(parts).contested).toEqual([]);
		expect(detection(parts).notices).toMatchObject({ malformedLinks: [{ customerId: 'cus_1', value }], unclaimed: 0 });
	});

	it.each(['12345678901234567', '12345678901234567890'])('accepts 17 and 20 digits (%s)', (value) => {
		expect(customerIdsOf({ customers: [customer({ metadataDiscordId: value })] }, value)).toEqual(['cus_1']);
	});

	it('links by a valid value beside a malformed one', () => {
		const parts = { customers: [customer({ metadataDiscordId: 'ada#1' })], subscriptions: [subscription({ metadataDiscordId: ADA })] };
		expect(customerIdsOf(parts, ADA)).toEqual(['cus_1']);
		expect(linkIndex(parts).malformed).toEqual([{ customerId: 'cus_1', value: 'ada#1' }]);
		expect(linkIndex(parts).contested).toEqual([]);
	});

	it('ignores an empty value: the customer is unclaimed', () => {
		const parts = { customers: [customer({ metadataDiscordId: '' })], subscriptions: [subscription({ metadataDiscordId: '' })] };
		expect(linkIndex(parts).malformed).toEqual([]);
		expect(detection(parts).notices.unclaimed).toBe(1);
	});
});

describe('LinkIndex: rows override metadata', () => {
	it('overrides metadata of the customer and its subscriptions', () => {
		const parts = {
			rows: [row({ discordId: BOB, stripeCustomerId: 'cus_1' })],
			customers: [customer({ metadataDiscordId: ADA })],
			subscriptions: [subscription({ metadataDiscordId: ADA })]
		};
		expect(customerIdsOf(parts, ADA)).toBeNull();
		expect(customerIdsOf(parts, BOB)).toEqual(['cus_1']);
	});

	it('settles contested metadata', () => {
		const parts = {
			rows: [row({ discordId: BOB, stripeCustomerId: 'cus_1' })],
			customers: [customer({ metadataDiscordId: ADA })],
			subscriptions: [subscription({ metadataDiscordId: userId(3) })]
		};
		expect(linkIndex(parts).contested).toEqual([]);
		expect(customerIdsOf(parts, BOB)).toEqual(['cus_1']);
	});

	it('uses metadata if the row has no Discord ID', () => {
		expect(customerIdsOf({ rows: [row({ stripeCustomerId: 'cus_1' })], customers: [customer({ metadataDiscordId: ADA })] }, ADA)).toEqual([
			'cus_1'
		]);
	});

	it('ignores metadata on the customer of a team: no user can claim the whole team', () => {
		const parts = {
			teams: [team()],
			customers: [customer({ id: 'cus_team', metadataDiscordId: ADA })],
			subscriptions: [subscription({ customerId: 'cus_team', metadataDiscordId: ADA, prices: ['price_lord'] })]
		};
		expect(customerIdsOf(parts, ADA)).toBeNull();
		expect(issues({ ...parts, guild: [inGuild(ADA)] })).toEqual([]);
	});

	it('keeps the metadata link to another customer', () => {
		const parts = {
			rows: [row({ discordId: ADA, stripeCustomerId: 'cus_1' })],
			customers: [customer(), customer({ id: 'cus_2', metadataDiscordId: ADA })]
		};
		expect(customerIdsOf(parts, ADA)).toEqual(['cus_1', 'cus_2']);
	});
});

test('LinkIndex never links by email address', () => {
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
