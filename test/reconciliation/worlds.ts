import fc from 'fast-check';
import { ago, customer, exemption, MANAGED, MAPPED, type Parts, row, subscription, team, UNMAPPED, userId } from './builders.js';
import { FakePorts } from './fakes.js';

/** Random worlds, small enough that rows, metadata and seats often conflict: 8 users, 6 customers, 3 teams. */

/** Parts with every list present. */
export type World = Required<Parts>;

export const PEOPLE = Array.from({ length: 8 }, (_, index) => userId(index));
const CUSTOMERS = Array.from({ length: 6 }, (_, index) => `cus_${index}`);
const TEAMS = ['t_0', 't_1', 't_2'];
export const STATUSES = ['active', 'trialing', 'past_due', 'unpaid', 'canceled', 'incomplete', 'incomplete_expired', 'paused', 'suspended'];

const moment = fc
	.oneof(fc.integer({ min: 0, max: 40 * 24 }), fc.constantFrom(0, 48, 49, 32 * 24, 32 * 24 + 1))
	.map((hours) => ago({ hours }));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const memberId = fc.constantFrom(...PEOPLE);
const claim = fc.oneof(
	{ weight: 4, arbitrary: fc.constant(null) },
	{ weight: 4, arbitrary: memberId },
	{ weight: 1, arbitrary: fc.constantFrom('', 'ada', '123', `${userId(1)} `) }
);

export const worlds: fc.Arbitrary<World> = fc.record({
	customers: fc
		.tuple(...CUSTOMERS.map((id) => fc.record({ id: fc.constant(id), metadataDiscordId: claim })))
		.map((all) => all.map((each) => customer(each))),
	subscriptions: fc
		.array(
			fc.record({
				customerId: fc.constantFrom(...CUSTOMERS),
				status: fc.oneof({ weight: 2, arbitrary: fc.constant('active') }, { weight: 5, arbitrary: fc.constantFrom(...STATUSES) }),
				prices: fc.subarray(['price_knight', 'price_lord', 'price_tshirt'], { minLength: 1 }),
				createdAt: moment,
				unpaidSince: maybe(moment),
				metadataDiscordId: claim,
				cancelAtPeriodEnd: fc.boolean(),
				collectionPaused: fc.boolean()
			}),
			{ maxLength: 10 }
		)
		.map((all) => all.map((each, index) => subscription({ id: `sub_${index}`, ...each }))),
	rows: fc
		.array(
			fc.record({
				discordId: maybe(memberId),
				stripeCustomerId: maybe(fc.constantFrom(...CUSTOMERS)),
				seatTier: fc.constantFrom('OWNER' as const, 'TEAM_MEMBER' as const, 'INDIVIDUAL' as const),
				teamId: maybe(fc.constantFrom(...TEAMS)),
				paymentFailedAt: maybe(moment)
			}),
			{ maxLength: 8 }
		)
		.map((all) => all.map((each, index) => row({ id: `m_${index}`, ...each }))),
	teams: fc
		.tuple(
			...TEAMS.map((id) =>
				fc.record({
					id: fc.constant(id),
					name: fc.constant(`Team ${id}`),
					stripeCustomerId: maybe(fc.constantFrom(...CUSTOMERS)),
					ownerSeatCount: fc.nat(1),
					teamSeatCount: fc.nat(2),
					paymentFailedAt: maybe(moment)
				})
			)
		)
		.map((all) => all.map((each) => team(each))),
	exemptions: fc
		.array(fc.record({ id: memberId, hours: maybe(fc.integer({ min: -2, max: 2 })) }), { maxLength: 2 })
		.map((all) => all.map(({ id, hours }) => exemption(id, hours === null ? null : ago({ hours })))),
	guild: fc.subarray(PEOPLE, { minLength: 4 }).chain((present) =>
		fc.tuple(
			...present.map((id) =>
				fc.record({
					id: fc.constant(id),
					name: fc.constant(`name of ${id}`),
					bot: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
					roles: fc.shuffledSubarray(MANAGED)
				})
			)
		)
	),
	firstSeenUnpaid: fc.dictionary(fc.constantFrom('sub_0', 'sub_1', 'sub_2', 'sub_3'), moment, { maxKeys: 3, noNullPrototype: true }),
	missingCustomers: fc.constant({}),
	oddObjects: fc.oneof(
		{ weight: 9, arbitrary: fc.constant([]) },
		{ weight: 1, arbitrary: fc.constant([{ id: 'sub_odd', problem: 'does not say whose it is', couldBeAnyones: true }]) }
	),
	changedCustomers: fc.subarray(CUSTOMERS, { maxLength: 1 }),
	changedPeople: fc.subarray(PEOPLE, { maxLength: 1 }),
	changedRows: fc.record({ customerIds: fc.subarray(CUSTOMERS, { maxLength: 1 }), discordIds: fc.subarray(PEOPLE, { maxLength: 1 }) })
});

export const policies = fc.constantFrom(MAPPED, UNMAPPED, { ...MAPPED, graceHours: 0 }, { ...MAPPED, debtorDays: 0 });

/** Stripe, Discord and the database with a world. Nothing changes while it is read. */
export function portsOf(world: World): FakePorts {
	const ports = new FakePorts();
	ports.billing.customers = [...world.customers];
	ports.billing.subscriptions = [...world.subscriptions];
	ports.ledger.rows = [...world.rows];
	ports.ledger.teams = [...world.teams];
	ports.ledger.exemptions = [...world.exemptions];
	ports.ledger.firstSeenUnpaid = new Map(Object.entries(world.firstSeenUnpaid));
	for (const { id, bot, roles } of world.guild) {
		ports.guild.join(id, ...roles);
		if (bot) ports.guild.bots.add(id);
	}
	return ports;
}
