import { describe, expect, test } from 'vitest';
import {
	ADA,
	ago,
	BOB,
	customer,
	detection,
	exemption,
	inGuild,
	issues,
	NOW,
	only,
	type Parts,
	row,
	subscription,
	team,
	userId
} from '../builders.js';

/** Ada owes since then, as Stripe's invoice says; what she should have tells which moment counted. */
const owing = (given: Parts, unpaidSince: Date | null = null): readonly string[] => {
	const issue = only(
		issues({
			customers: [customer({ metadataDiscordId: given.rows ? null : ADA })],
			subscriptions: [subscription({ status: 'past_due', unpaidSince })],
			// Holding everything, she is an issue whatever is expected.
			guild: [inGuild(ADA, 'Knight', 'Lord', 'Debtor')],
			...given
		})
	);
	return issue.expectedRoles;
};

describe('who is skipped', () => {
	test('bots, whatever they hold, are counted', () => {
		const { issues: found, notices, membersChecked } = detection({ guild: [{ ...inGuild(ADA, 'Lord'), bot: true }, inGuild(BOB)] });
		expect(found).toEqual([]);
		expect(notices.bots).toBe(1);
		expect(membersChecked).toBe(1);
	});

	test.each([
		['without expiry', null, true],
		['until a second from now', ago({ seconds: -1 }), true],
		['expiring exactly now', NOW, false],
		['expired a second ago', ago({ seconds: 1 }), false]
	])('exempt people: %s', (_, expiresAt, skipped) => {
		const { issues: found, notices } = detection({ guild: [inGuild(ADA, 'Lord')], exemptions: [exemption(ADA, expiresAt)] });
		expect(found).toHaveLength(skipped ? 0 : 1);
		expect(notices.exempt).toBe(skipped ? 1 : 0);
	});

	test('an expired exemption does not end one that stands', () => {
		const exemptions = [exemption(ADA, ago({ days: -1 })), exemption(ADA, ago({ days: 1 }))];
		expect(issues({ guild: [inGuild(ADA, 'Lord')], exemptions })).toEqual([]);
	});

	test("one person's exemption is not another's", () => {
		expect(only(issues({ guild: [inGuild(ADA, 'Lord'), inGuild(BOB, 'Lord')], exemptions: [exemption(ADA)] })).discordId).toBe(BOB);
	});

	test('an unclaimed subscription is counted, never an issue', () => {
		const { issues: found, notices } = detection({ subscriptions: [subscription()], guild: [inGuild(ADA)] });
		expect(found).toEqual([]);
		expect(notices.unclaimed).toBe(1);
	});

	test.each(['canceled', 'incomplete', 'paused'])('a %s subscription that nobody claimed is not an unclaimed payer', (status) => {
		expect(detection({ subscriptions: [subscription({ status })] }).notices.unclaimed).toBe(0);
	});

	test('an unclaimed payer is counted once, however many subscriptions they have', () => {
		const subscriptions = [subscription(), subscription({ id: 'sub_2' }), subscription({ id: 'sub_3', customerId: 'cus_2' })];
		const { notices, payingCustomers } = detection({ subscriptions });
		expect(notices.unclaimed).toBe(2);
		expect(payingCustomers).toBe(2);
	});

	test('a linked payer who is not in the server is counted, never an issue; one who does not pay is not even counted', () => {
		const customers = [customer({ metadataDiscordId: ADA }), customer({ id: 'cus_2', metadataDiscordId: BOB })];
		const subscriptions = [subscription(), subscription({ id: 'sub_2', customerId: 'cus_2', status: 'canceled' })];
		const { issues: found, notices } = detection({ customers, subscriptions });
		expect(found).toEqual([]);
		expect(notices).toMatchObject({ absent: 1, unclaimed: 0 });
	});

	test('a guild member with other roles only, which the roster does not tell, is no issue', () => {
		const { issues: found, roleHolders, membersChecked } = detection({ guild: [inGuild(ADA)] });
		expect(found).toEqual([]);
		expect(roleHolders).toBe(0);
		expect(membersChecked).toBe(1);
	});

	test('a status that Reeve does not know leaves the person alone, and is told with whose it is', () => {
		const customers = [customer({ metadataDiscordId: ADA })];
		const found = detection({ customers, subscriptions: [subscription({ status: 'suspended' })], guild: [inGuild(ADA, 'Lord')] });
		expect(found.issues).toEqual([]);
		expect(found.skipped).toEqual(new Set([ADA]));
		expect(found.notices.unknownStatus).toEqual([{ discordId: ADA, status: 'suspended' }]);
	});

	test('people of unknown status are named in one order, whatever order they came in', () => {
		const parts = (...ids: string[]) => ({
			customers: ids.map((id) => customer({ id: `cus_${id}`, metadataDiscordId: id })),
			subscriptions: ids.map((id) => subscription({ id: `sub_${id}`, customerId: `cus_${id}`, status: `status of ${id}` })),
			guild: ids.map((id) => inGuild(id))
		});
		const named = [ADA, BOB].map((discordId) => ({ discordId, status: `status of ${discordId}` }));
		expect(detection(parts(ADA, BOB)).notices.unknownStatus).toEqual(named);
		expect(detection(parts(BOB, ADA)).notices.unknownStatus).toEqual(named);
	});

	test('those who hold a managed role are counted for the safety check: exempt people too, bots not', () => {
		const guild = [inGuild(ADA, 'Lord'), inGuild(BOB, 'Knight', 'Lord'), { ...inGuild(userId(3), 'Lord'), bot: true }, inGuild(userId(4))];
		expect(detection({ guild, exemptions: [exemption(ADA)] }).roleHolders).toBe(2);
	});
});

describe('a person with no link at all', () => {
	test('who holds a managed role is LOW, is not linked and has nobody to ask about', () => {
		expect(only(issues({ guild: [inGuild(ADA, 'Knight')] }))).toMatchObject({
			type: 'UNAUTHORIZED_ACCESS',
			severity: 'LOW',
			memberId: null,
			linked: false,
			customerIds: [],
			databaseStatus: 'not known'
		});
	});

	test('known by metadata alone is linked, without a row', () => {
		const parts = { customers: [customer({ metadataDiscordId: ADA })], subscriptions: [subscription({ status: 'canceled' })] };
		expect(only(issues({ ...parts, guild: [inGuild(ADA, 'Knight')] }))).toMatchObject({ severity: 'HIGH', memberId: null, linked: true });
	});
});

describe('changed while reading is left to the next run', () => {
	const dead = { customers: [customer({ metadataDiscordId: ADA })], subscriptions: [subscription({ status: 'canceled' })] };
	const seat = {
		rows: [row({ discordId: ADA, teamId: 't_1', seatTier: 'OWNER' as const })],
		teams: [team()],
		subscriptions: [subscription({ customerId: 'cus_team', status: 'canceled' })]
	};

	test.each<[string, Parts]>([
		['a customer of theirs', { ...dead, changedCustomers: ['cus_1'] }],
		["their team's customer", { ...seat, changedCustomers: ['cus_team'] }],
		['a changed customer that names them now', { ...dead, changedPeople: [ADA] }],
		['a changed customer that names somebody so far unlinked', { changedPeople: [ADA] }],
		['their row', { ...dead, changedRows: { discordIds: [ADA] } }],
		['a new row for somebody so far unlinked', { changedRows: { discordIds: [ADA] } }],
		['a row of their customer', { ...dead, changedRows: { customerIds: ['cus_1'] } }],
		["their team's row", { ...seat, changedRows: { customerIds: ['cus_team'] } }],
		[
			'a row that took their customer from them',
			{
				...dead,
				rows: [row({ discordId: BOB, stripeCustomerId: 'cus_1' })],
				changedRows: { customerIds: ['cus_1'], discordIds: [BOB] }
			}
		]
	])('%s', (_, parts) => {
		const found = detection({ ...parts, guild: [inGuild(ADA, 'Knight')] });
		expect(found.issues).toEqual([]);
		expect(found.skipped).toEqual(new Set([ADA]));
		expect(found.notices.leftToNextRun).toBe(1);
	});

	test("somebody else's change changes nothing for them", () => {
		const found = detection({
			...dead,
			guild: [inGuild(ADA, 'Knight')],
			changedCustomers: ['cus_9'],
			changedPeople: [BOB],
			changedRows: { customerIds: ['cus_9'], discordIds: [BOB] }
		});
		expect(found.issues).toHaveLength(1);
		expect(found.skipped.size).toBe(0);
	});
});

describe('the moment of the first failed payment', () => {
	const long = ago({ days: 5 });
	const short = ago({ hours: 5 });
	const ancient = ago({ days: 50 });

	test('is the oldest open invoice', () => {
		expect(owing({}, short)).toEqual(['Knight']);
		expect(owing({}, long)).toEqual(['Debtor']);
		expect(owing({}, ancient)).toEqual([]);
	});

	test.each([
		[short, long, ['Knight']],
		[long, short, ['Debtor']],
		[ancient, short, []]
	])('is Member.paymentFailedAt where set (%s), which beats the invoice', (paymentFailedAt, invoice, roles) => {
		expect(owing({ rows: [row({ discordId: ADA, stripeCustomerId: 'cus_1', paymentFailedAt })] }, invoice)).toEqual(roles);
	});

	test("is Team.paymentFailedAt for a team's subscription, not the member's", () => {
		const parts = (teamFailed: Date | null, memberFailed: Date | null): Parts => ({
			rows: [row({ discordId: ADA, teamId: 't_1', seatTier: 'TEAM_MEMBER', paymentFailedAt: memberFailed })],
			teams: [team({ paymentFailedAt: teamFailed })],
			subscriptions: [subscription({ customerId: 'cus_team', status: 'unpaid', unpaidSince: short })]
		});
		expect(owing(parts(long, null))).toEqual(['Debtor']);
		expect(owing(parts(short, ancient))).toEqual(['Knight']);
		expect(owing(parts(null, ancient))).toEqual(['Knight']);
	});

	test("of one customer says nothing about another's debt", () => {
		const rows = [
			row({ id: 'm_1', discordId: ADA, stripeCustomerId: 'cus_1', paymentFailedAt: null }),
			row({ id: 'm_2', discordId: ADA, stripeCustomerId: 'cus_2', paymentFailedAt: ancient })
		];
		expect(owing({ rows }, long)).toEqual(['Debtor']);
	});

	test('is what an earlier run saw where nothing else is known', () => {
		expect(owing({ firstSeenUnpaid: { sub_1: long } })).toEqual(['Debtor']);
		expect(owing({ firstSeenUnpaid: { sub_1: short } })).toEqual(['Knight']);
		expect(owing({ firstSeenUnpaid: { sub_1: ancient } }, short)).toEqual(['Knight']);
		expect(owing({ firstSeenUnpaid: { sub_other: ancient } })).toEqual(['Knight']);
	});

	test('is this run where nothing is known at all, which is to be stored', () => {
		expect(owing({})).toEqual(['Knight']);
		const subscriptions = [
			subscription({ id: 'sub_b', status: 'unpaid' }),
			subscription({ id: 'sub_a', status: 'past_due' }),
			subscription({ id: 'sub_dated', status: 'past_due', unpaidSince: short }),
			subscription({ id: 'sub_seen', status: 'past_due' }),
			subscription({ id: 'sub_fine' }),
			subscription({ id: 'sub_gone', status: 'canceled' })
		];
		expect(detection({ subscriptions, firstSeenUnpaid: { sub_seen: long } }).newlyUnpaid).toEqual(['sub_a', 'sub_b']);
	});

	test('is forgotten once nothing is owed, so that the next debt starts anew', () => {
		const subscriptions = [
			subscription({ id: 'sub_paid' }),
			subscription({ id: 'sub_gone', status: 'canceled' }),
			subscription({ id: 'sub_owing', status: 'unpaid' }),
			subscription({ id: 'sub_never' })
		];
		const firstSeenUnpaid = { sub_paid: long, sub_gone: long, sub_owing: long };
		expect(detection({ subscriptions, firstSeenUnpaid }).clearedDebts).toEqual(['sub_gone', 'sub_paid']);
	});
});

describe('teams', () => {
	const seat = (number: number) => row({ id: `m_${number}`, discordId: userId(number), teamId: 't_1', seatTier: 'TEAM_MEMBER' });

	test('with as many seats claimed as paid for are fine, with one more are a notice and never an issue', () => {
		const teams = [team({ ownerSeatCount: 1, teamSeatCount: 2 })];
		const unclaimed = row({ id: 'm_9', teamId: 't_1', seatTier: 'TEAM_MEMBER' });
		expect(detection({ teams, rows: [seat(1), seat(2), seat(3), unclaimed] }).notices.overclaimedTeams).toEqual([]);
		const over = detection({
			teams,
			rows: [seat(1), seat(2), seat(3), seat(4)],
			subscriptions: [subscription({ customerId: 'cus_team' })],
			guild: [1, 2, 3, 4].map((number) => inGuild(userId(number), 'Knight'))
		});
		expect(over.notices.overclaimedTeams).toEqual([{ teamId: 't_1', name: 'Acme', claimed: 4, paid: 3 }]);
		expect(over.issues).toEqual([]);
		expect(over.teamsChecked).toBe(1);
	});

	test('a dead team does not hide a live personal subscription', () => {
		const parts: Parts = {
			rows: [row({ discordId: ADA, stripeCustomerId: 'cus_1', teamId: 't_1', seatTier: 'OWNER' })],
			teams: [team({ paymentFailedAt: ago({ days: 400 }) })],
			subscriptions: [
				subscription({ createdAt: ago({ days: 300 }) }),
				subscription({ id: 'sub_team', customerId: 'cus_team', status: 'canceled', createdAt: ago({ days: 1 }) }),
				subscription({ id: 'sub_owed', customerId: 'cus_team', status: 'unpaid', createdAt: ago({ days: 1 }) })
			]
		};
		expect(issues({ ...parts, guild: [inGuild(ADA, 'Knight')] })).toEqual([]);
		expect(only(issues({ ...parts, guild: [inGuild(ADA)] })).plan.add).toEqual(['Knight']);
	});

	test('a dead personal subscription does not hide a live team', () => {
		const parts: Parts = {
			rows: [row({ discordId: ADA, stripeCustomerId: 'cus_1', teamId: 't_1', seatTier: 'OWNER' })],
			teams: [team()],
			subscriptions: [
				subscription({ status: 'canceled', createdAt: ago({ days: 1 }) }),
				subscription({ id: 'sub_team', customerId: 'cus_team' })
			]
		};
		expect(only(issues({ ...parts, guild: [inGuild(ADA)] })).plan.add).toEqual(['Lord']);
	});

	test('a seat in a team that has no customer pays for nothing', () => {
		const parts = { rows: [row({ discordId: ADA, teamId: 't_1', seatTier: 'OWNER' as const })], teams: [team({ stripeCustomerId: null })] };
		expect(only(issues({ ...parts, guild: [inGuild(ADA, 'Lord')] }))).toMatchObject({
			severity: 'HIGH',
			plan: { add: [], remove: ['Lord'] }
		});
	});

	test('whoever is in a team without owning it sits on a member’s seat', () => {
		const parts = {
			rows: [row({ discordId: ADA, teamId: 't_1', seatTier: 'INDIVIDUAL' as const })],
			teams: [team()],
			subscriptions: [subscription({ customerId: 'cus_team', prices: ['price_lord'] })]
		};
		expect(only(issues({ ...parts, guild: [inGuild(ADA)] })).plan.add).toEqual(['Knight']);
	});
});

describe('the issues', () => {
	test('are at most one for a person, however many things are wrong with them', () => {
		const parts: Parts = {
			rows: [row({ id: 'm_2', discordId: ADA, stripeCustomerId: 'cus_2' }), row({ id: 'm_1', discordId: ADA, teamId: 't_1' })],
			teams: [team()],
			customers: [customer({ metadataDiscordId: ADA })],
			subscriptions: [
				subscription({ status: 'canceled' }),
				subscription({ id: 'sub_2', customerId: 'cus_2', status: 'unpaid', unpaidSince: ago({ days: 5 }) }),
				subscription({ id: 'sub_3', customerId: 'cus_team', status: 'past_due', unpaidSince: ago({ days: 90 }) })
			],
			guild: [inGuild(ADA, 'Knight', 'Lord')]
		};
		expect(only(issues(parts))).toMatchObject({
			type: 'DEBTOR_MISMATCH',
			memberId: 'm_1',
			plan: { add: ['Debtor'], remove: ['Knight', 'Lord'] },
			customerIds: ['cus_1', 'cus_2', 'cus_team']
		});
	});

	test('come the gravest first: missing access, unauthorized access, Debtor, tier, the unlinked last; then by Discord ID', () => {
		const linked = (number: number, given: Parameters<typeof subscription>[0]) => ({
			rows: row({ id: `m_${number}`, discordId: userId(number), stripeCustomerId: `cus_${number}` }),
			subscriptions: subscription({ id: `sub_${number}`, customerId: `cus_${number}`, ...given })
		});
		const ports = [
			linked(8, {}),
			linked(7, {}),
			linked(6, { status: 'canceled' }),
			linked(5, { status: 'past_due', unpaidSince: ago({ days: 5 }) }),
			linked(4, { prices: ['price_lord'] })
		];
		const guild = [
			inGuild(userId(1), 'Knight'),
			inGuild(userId(2), 'Knight'),
			inGuild(userId(4), 'Knight'),
			inGuild(userId(5), 'Knight'),
			inGuild(userId(6), 'Knight'),
			inGuild(userId(7)),
			inGuild(userId(8))
		];
		const parts = { rows: ports.map((each) => each.rows), subscriptions: ports.map((each) => each.subscriptions) };
		const order = [7, 8, 6, 5, 4, 1, 2].map(userId);
		expect(issues({ ...parts, guild }).map((issue) => issue.discordId)).toEqual(order);
		expect(issues({ ...parts, guild: guild.reverse() }).map((issue) => issue.discordId)).toEqual(order);
	});

	test('tell what Stripe and the database say, the deciding subscription first', () => {
		const parts = {
			rows: [row({ discordId: ADA, stripeCustomerId: 'cus_1', teamId: 't_1', seatTier: 'OWNER' as const })],
			teams: [team()],
			subscriptions: [
				subscription({ status: 'canceled', createdAt: ago({ days: 1 }) }),
				subscription({ id: 'sub_team', customerId: 'cus_team', status: 'past_due', unpaidSince: ago({ days: 5 }) })
			]
		};
		const issue = only(issues({ ...parts, guild: [inGuild(ADA, 'Lord')] }));
		expect(issue.stripeStatus).toMatch(/^past_due since 2026-02-05 \(their team\).*sub_team.*; canceled: .*sub_1/);
		expect(issue.databaseStatus).toMatch(/OWNER seat in Acme; customer cus_1/);
		expect(issue.description).toMatch(/overdue.*Lord.*Debtor/);
		expect(issue.discordName).toBe(`name of ${ADA}`);
	});

	test('nobody at all is no issue', () => {
		expect(detection({})).toMatchObject({ issues: [], membersChecked: 0, payingCustomers: 0 });
	});
});
