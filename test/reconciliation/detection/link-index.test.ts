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

	it('lets one customer pay for several members, each by a subscription that names them', () => {
		const gift = subscription({ id: 'sub_gift', metadataDiscordId: BOB, prices: ['price_lord'] });
		const parts = { subscriptions: [subscription({ metadataDiscordId: ADA }), gift] };
		expect(issues({ ...parts, guild: [inGuild(ADA, 'Knight'), inGuild(BOB, 'Lord')] })).toEqual([]);
		expect(issues({ ...parts, guild: [inGuild(ADA), inGuild(BOB)] })).toMatchObject([
			{ discordId: ADA, plan: { add: ['Knight'], remove: [] }, customerIds: ['cus_1'] },
			{ discordId: BOB, plan: { add: ['Lord'], remove: [] }, customerIds: ['cus_1'] }
		]);
		expect(detection(parts).notices).toMatchObject({ contestedLinks: [], unclaimed: 0, absent: 2 });
	});

	it('does not count a gift for the customer who pays for it', () => {
		const parts = {
			customers: [customer({ metadataDiscordId: ADA })],
			subscriptions: [subscription({ metadataDiscordId: BOB })],
			guild: [inGuild(ADA, 'Knight'), inGuild(BOB, 'Knight')]
		};
		expect(issues(parts)).toMatchObject([{ discordId: ADA, linked: true, plan: { add: [], remove: ['Knight'] } }]);
	});

	it('leaves all members unknown whom a customer names, if one of its subscriptions names none', () => {
		const parts = {
			subscriptions: [
				subscription({ id: 'sub_ada', status: 'canceled', metadataDiscordId: ADA }),
				subscription({ id: 'sub_bob', status: 'canceled', metadataDiscordId: BOB }),
				subscription({ id: 'sub_whose' })
			],
			guild: [inGuild(ADA, 'Knight'), inGuild(BOB), inGuild(userId(3), 'Knight')]
		};
		const { issues: found, unknown, notices } = detection(parts);
		expect(found).toMatchObject([{ discordId: userId(3), severity: 'LOW' }]);
		expect([...unknown].sort()).toEqual([ADA, BOB]);
		expect(notices.unknown).toMatchObject([{ reason: { kind: 'link', customerId: 'cus_1', problem: 'several' }, count: 2 }]);
		expect(notices.contestedLinks).toEqual([{ customerId: 'cus_1', values: [ADA, BOB] }]);
	});

	it('does not doubt because of a subscription that gives nothing', () => {
		const parts = {
			subscriptions: [
				subscription({ id: 'sub_ada', status: 'canceled', metadataDiscordId: ADA }),
				subscription({ id: 'sub_bob', metadataDiscordId: BOB }),
				subscription({ id: 'sub_old', status: 'canceled' })
			],
			guild: [inGuild(ADA, 'Knight'), inGuild(BOB, 'Knight')]
		};
		expect(issues(parts)).toMatchObject([{ discordId: ADA, plan: { remove: ['Knight'] } }]);
		expect(detection(parts).notices.contestedLinks).toEqual([]);
	});

	it('does not doubt the subscription of one member because of another that gives nothing', () => {
		const parts = {
			subscriptions: [
				subscription({ id: 'sub_ada', metadataDiscordId: ADA }),
				subscription({ id: 'sub_bob', metadataDiscordId: BOB }),
				subscription({ id: 'sub_whose', prices: ['price_tshirt'] })
			],
			guild: [inGuild(ADA, 'Knight', 'Lord')]
		};
		expect(only(issues(parts)).plan).toEqual({ add: [], remove: ['Lord'] });
	});

	it('grants what a known subscription gives, whatever is unknown besides', () => {
		const parts = {
			subscriptions: [
				subscription({ id: 'sub_ada', metadataDiscordId: ADA }),
				subscription({ id: 'sub_bob', metadataDiscordId: BOB }),
				subscription({ id: 'sub_whose', prices: ['price_lord'] })
			]
		};
		expect(only(issues({ ...parts, guild: [inGuild(ADA)] })).plan).toEqual({ add: ['Knight'], remove: [] });
		expect(issues({ ...parts, guild: [inGuild(ADA, 'Knight', 'Lord')] })).toEqual([]);
	});

	it.each(['ada', '1234567890123456', '123456789012345678901', '10000000000000000x', '٣'.repeat(18)])(
		'reports %j, which is not a Discord ID, as malformed',
		(value) => {
			const parts = { customers: [customer({ metadataDiscordId: value })], subscriptions: [subscription({ metadataDiscordId: value })] };
			expect(linkIndex(parts).size).toBe(0);
			expect(linkIndex(parts).malformed).toEqual([{ customerId: 'cus_1', value }]);
			expect(linkIndex(parts).contested).toEqual([]);
			expect(detection(parts).notices).toMatchObject({ malformedLinks: [{ customerId: 'cus_1', value }], unclaimed: 0 });
		}
	);

	it.each([`${ADA} `, `\u200b${ADA}`, `<@${ADA}>`, ` <@!${ADA}>\n`])('reads %j', (value) => {
		expect(customerIdsOf({ customers: [customer({ metadataDiscordId: value })] }, ADA)).toEqual(['cus_1']);
		const parts = { subscriptions: [subscription({ metadataDiscordId: value })], guild: [inGuild(ADA, 'Knight')] };
		expect(detection(parts)).toMatchObject({ issues: [], notices: { malformedLinks: [] } });
	});

	it.each([`"${ADA}"`, `discord:${ADA}`, `${ADA},${BOB}`, '100 000 000 000 000 001'])(
		'leaves a member unknown who is named in a value that cannot be read: %j',
		(value) => {
			const parts = { subscriptions: [subscription({ metadataDiscordId: value })], guild: [inGuild(ADA, 'Knight')] };
			const { issues: found, skipped, notices } = detection(parts);
			expect(found).toEqual([]);
			expect(skipped).toEqual(new Set([ADA]));
			expect(notices.unknown).toMatchObject([
				{ reason: { kind: 'link', customerId: 'cus_1', problem: 'unreadable', value }, discordIds: [ADA], count: 1 }
			]);
			expect(detection({ ...parts, guild: [inGuild(ADA)] }).issues).toEqual([]);
		}
	);

	it('leaves the customer’s member unknown if the subscription has a name that cannot be read', () => {
		const parts = { customers: [customer({ metadataDiscordId: ADA })], subscriptions: [subscription({ metadataDiscordId: 'ada' })] };
		expect(detection({ ...parts, guild: [inGuild(ADA, 'Knight')] })).toMatchObject({ issues: [], skipped: new Set([ADA]) });
		expect(issues({ ...parts, guild: [inGuild(ADA)] })).toEqual([]);
	});

	it('takes roles from a member whom an unreadable value means, once that subscription has ended', () => {
		const parts = { subscriptions: [subscription({ metadataDiscordId: `"${ADA}"`, status: 'canceled' })], guild: [inGuild(ADA, 'Knight')] };
		expect(only(issues(parts))).toMatchObject({ linked: false, severity: 'LOW', customerIds: [] });
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
	const overridden = {
		rows: [row({ discordId: BOB, stripeCustomerId: 'cus_1' })],
		customers: [customer({ metadataDiscordId: ADA })],
		subscriptions: [subscription()]
	};

	it('gives the customer to the member of the row', () => {
		expect(linkIndex(overridden).has(ADA)).toBe(false);
		expect(customerIdsOf(overridden, BOB)).toEqual(['cus_1']);
		expect(only(issues({ ...overridden, guild: [inGuild(BOB)] })).plan.add).toEqual(['Knight']);
	});

	it.each<[string, Parts]>([
		['the customer’s', overridden],
		['the customer’s unreadable', { ...overridden, customers: [customer({ metadataDiscordId: `"${ADA}"` })] }],
		['a subscription’s', { ...overridden, customers: [], subscriptions: [subscription({ metadataDiscordId: `<@${ADA}>` })] }],
		[
			'another subscription’s',
			{
				...overridden,
				customers: [],
				subscriptions: [subscription({ metadataDiscordId: ADA, status: 'canceled' }), subscription({ id: 'sub_2' })]
			}
		]
	])('leaves the member unknown whom %s metadata names', (_, parts) => {
		const { issues: found, skipped, notices } = detection({ ...parts, guild: [inGuild(ADA, 'Knight'), inGuild(BOB, 'Knight')] });
		expect(found).toEqual([]);
		expect(skipped).toEqual(new Set([ADA]));
		expect(notices.unknown).toMatchObject([{ reason: { problem: 'overridden', customerId: 'cus_1' }, discordIds: [ADA] }]);
		expect(notices.contestedLinks).toEqual([]);
		expect(issues({ ...parts, guild: [inGuild(ADA)] })).toEqual([]);
	});

	it('does not keep a role for a subscription that gives nothing', () => {
		const parts = { ...overridden, subscriptions: [subscription({ status: 'canceled' })], guild: [inGuild(ADA, 'Knight')] };
		expect(only(issues(parts))).toMatchObject({ discordId: ADA, linked: false, severity: 'LOW', customerIds: ['cus_1'] });
	});

	it('does not doubt where row and metadata agree', () => {
		const parts = { ...overridden, rows: [row({ discordId: ` ${ADA}`, stripeCustomerId: 'cus_1' })], guild: [inGuild(ADA, 'Knight')] };
		expect(detection(parts)).toMatchObject({ issues: [], skipped: new Set(), notices: { unknown: [] } });
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

	it('does not let metadata on the customer of a team claim the whole team, and leaves the member unknown', () => {
		const parts = {
			teams: [team()],
			customers: [customer({ id: 'cus_team', metadataDiscordId: ADA })],
			subscriptions: [subscription({ customerId: 'cus_team', metadataDiscordId: ADA, prices: ['price_lord'] })]
		};
		expect(linkIndex(parts).has(ADA)).toBe(false);
		expect(issues({ ...parts, guild: [inGuild(ADA)] })).toEqual([]);
		expect(detection({ ...parts, guild: [inGuild(ADA, 'Lord')] })).toMatchObject({ issues: [], skipped: new Set([ADA]) });
	});

	it('does not doubt a seat of the member whom the team’s customer names', () => {
		const parts = {
			rows: [row({ discordId: ADA, teamId: 't_1', seatTier: 'OWNER' as const })],
			teams: [team()],
			customers: [customer({ id: 'cus_team', metadataDiscordId: ADA })],
			subscriptions: [subscription({ customerId: 'cus_team' })]
		};
		expect(detection({ ...parts, guild: [inGuild(ADA, 'Lord', 'Knight')] })).toMatchObject({
			issues: [{ plan: { add: [], remove: ['Knight'] } }],
			notices: { unknown: [] }
		});
	});

	it('keeps the metadata link to another customer', () => {
		const parts = {
			rows: [row({ discordId: ADA, stripeCustomerId: 'cus_1' })],
			customers: [customer(), customer({ id: 'cus_2', metadataDiscordId: ADA })]
		};
		expect(customerIdsOf(parts, ADA)).toEqual(['cus_1', 'cus_2']);
	});
});

describe('LinkIndex: rows that disagree', () => {
	it.each<[string, Parts]>([
		[
			'two members',
			{
				rows: [row({ id: 'm_1', discordId: ADA, stripeCustomerId: 'cus_1' }), row({ id: 'm_2', discordId: BOB, stripeCustomerId: 'cus_1' })]
			}
		],
		[
			'two members and metadata',
			{
				rows: [
					row({ id: 'm_1', discordId: ADA, stripeCustomerId: 'cus_1' }),
					row({ id: 'm_2', discordId: BOB, stripeCustomerId: 'cus_1' })
				],
				customers: [customer({ metadataDiscordId: ADA })]
			}
		]
	])('leaves both unknown: %s', (_, parts) => {
		const all = { ...parts, subscriptions: [subscription()] };
		const { issues: found, unknown, notices } = detection({ ...all, guild: [inGuild(ADA, 'Knight'), inGuild(BOB)] });
		expect(found).toEqual([]);
		expect([...unknown].sort()).toEqual([ADA, BOB]);
		expect(notices.unknown).toMatchObject([{ reason: { problem: 'disputed', customerId: 'cus_1' }, count: 2 }]);
		expect(notices.contestedLinks).toEqual([{ customerId: 'cus_1', values: [ADA, BOB], byRows: true }]);
	});

	it('gives the customer to a member with two rows for it', () => {
		const rows = [
			row({ id: 'm_1', discordId: ADA, stripeCustomerId: 'cus_1' }),
			row({ id: 'm_2', discordId: ` ${ADA}`, stripeCustomerId: 'cus_1' })
		];
		expect(only(issues({ rows, subscriptions: [subscription()], guild: [inGuild(ADA)] })).plan.add).toEqual(['Knight']);
	});

	it('keeps the seats of a team whose customer a row gives to a member without a seat, and leaves that member unknown', () => {
		const parts = {
			rows: [
				row({ id: 'm_1', discordId: ADA, stripeCustomerId: 'cus_team' }),
				row({ id: 'm_2', discordId: BOB, teamId: 't_1', seatTier: 'TEAM_MEMBER' as const })
			],
			teams: [team()],
			subscriptions: [subscription({ customerId: 'cus_team' })],
			guild: [inGuild(ADA, 'Knight'), inGuild(BOB)]
		};
		expect(detection(parts)).toMatchObject({
			issues: [{ discordId: BOB, plan: { add: ['Knight'] } }],
			skipped: new Set([ADA]),
			notices: { contestedLinks: [{ customerId: 'cus_team', values: [ADA], byRows: true }] }
		});
	});
});

describe('LinkIndex: Discord IDs in rows', () => {
	it.each([` ${ADA}`, `<@${ADA}>`])('reads %j', (discordId) => {
		const parts = { rows: [row({ discordId, stripeCustomerId: 'cus_1' })], subscriptions: [subscription()], guild: [inGuild(ADA)] };
		expect(only(issues(parts))).toMatchObject({ linked: true, plan: { add: ['Knight'] } });
	});

	it.each([`"${ADA}"`, `user ${ADA}`])('leaves the member unknown whom %j may mean, and reports it', (discordId) => {
		const parts = {
			rows: [row({ discordId, stripeCustomerId: 'cus_1' })],
			subscriptions: [subscription()],
			guild: [inGuild(ADA, 'Knight')]
		};
		expect(detection(parts)).toMatchObject({
			issues: [],
			skipped: new Set([ADA]),
			notices: {
				unclaimed: 0,
				malformedLinks: [{ customerId: 'cus_1', value: discordId, rowId: 'm_1' }],
				unknown: [{ reason: { problem: 'unreadable-row' } }]
			}
		});
	});

	it('leaves the member unknown whom a seat’s unreadable ID may mean', () => {
		const parts = {
			rows: [row({ discordId: `"${ADA}"`, teamId: 't_1' })],
			teams: [team()],
			subscriptions: [subscription({ customerId: 'cus_team' })],
			guild: [inGuild(ADA, 'Knight')]
		};
		expect(detection(parts)).toMatchObject({ issues: [], skipped: new Set([ADA]) });
	});

	it('treats a blank ID as none', () => {
		const parts = { rows: [row({ discordId: ' ', stripeCustomerId: 'cus_1' })], subscriptions: [subscription()] };
		expect(detection(parts).notices).toMatchObject({ unclaimed: 1, malformedLinks: [] });
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
