import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Detection } from '../../../src/reconciliation/domain/detection.js';
import type { DriftIssue } from '../../../src/reconciliation/domain/issue.js';
import {
	ago,
	customer,
	detection,
	exemption,
	MANAGED,
	MAPPED,
	NOW,
	type Parts,
	row,
	subscription,
	team,
	UNMAPPED,
	userId
} from '../builders.js';

/**
 * Arbitrary worlds, small enough to collide all the time: eight people, six customers, three teams; rows, metadata and seats
 * that contradict each other.
 */

/** A world with every list there, so that its parts can be looked through. */
type World = Required<Parts>;

const PEOPLE = Array.from({ length: 8 }, (_, index) => userId(index));
const CUSTOMERS = Array.from({ length: 6 }, (_, index) => `cus_${index}`);
const TEAMS = ['t_0', 't_1', 't_2'];
const STATUSES = ['active', 'trialing', 'past_due', 'unpaid', 'canceled', 'incomplete', 'incomplete_expired', 'paused', 'suspended'];

const moment = fc
	.oneof(fc.integer({ min: 0, max: 40 * 24 }), fc.constantFrom(0, 48, 49, 32 * 24, 32 * 24 + 1))
	.map((hours) => ago({ hours }));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const someone = fc.constantFrom(...PEOPLE);
const claim = fc.oneof(
	{ weight: 4, arbitrary: fc.constant(null) },
	{ weight: 4, arbitrary: someone },
	{ weight: 1, arbitrary: fc.constantFrom('', 'ada', '123', `${userId(1)} `) }
);

const worlds: fc.Arbitrary<World> = fc.record({
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
				discordId: maybe(someone),
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
		.array(fc.record({ id: someone, hours: maybe(fc.integer({ min: -2, max: 2 })) }), { maxLength: 2 })
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
	changedCustomers: fc.subarray(CUSTOMERS, { maxLength: 1 }),
	changedPeople: fc.subarray(PEOPLE, { maxLength: 1 }),
	changedRows: fc.record({ customerIds: fc.subarray(CUSTOMERS, { maxLength: 1 }), discordIds: fc.subarray(PEOPLE, { maxLength: 1 }) })
});

const policies = fc.constantFrom(MAPPED, UNMAPPED, { ...MAPPED, graceHours: 0 }, { ...MAPPED, debtorDays: 0 });

function holds(property: (world: World, found: Detection, settings: typeof MAPPED) => void, numRuns = 150): void {
	fc.assert(
		fc.property(worlds, policies, (world, settings) => {
			property(world, detection(world, settings), settings);
		}),
		{ numRuns }
	);
}

/** What a person holds once the plan has been carried out. */
function afterPlan(held: readonly string[], { plan }: DriftIssue): string[] {
	return [...held.filter((role) => !plan.remove.includes(role)), ...plan.add];
}

/** Any order, told by one number, so that a failure reproduces. */
function shuffled<T>(list: readonly T[], seed: number): T[] {
	let state = seed >>> 0;
	const keyed = list.map((value) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return { value, key: state };
	});
	return keyed.sort((a, b) => a.key - b.key).map(({ value }) => value);
}

function inAnotherOrder(world: World, seed: number): World {
	return {
		...world,
		customers: shuffled(world.customers, seed),
		subscriptions: shuffled(world.subscriptions, seed + 1),
		rows: shuffled(world.rows, seed + 2),
		teams: shuffled(world.teams, seed + 3),
		exemptions: shuffled(world.exemptions, seed + 4),
		guild: shuffled(world.guild, seed + 5).map((member) => ({ ...member, roles: shuffled(member.roles, seed + 6) })),
		firstSeenUnpaid: Object.fromEntries(shuffled(Object.entries(world.firstSeenUnpaid), seed + 7))
	};
}

/** Who has an active subscription in a mapped price by a valid link, reckoned from the words of DESIGN rather than from the code. */
function payers(world: World): Set<string> {
	const paid = new Set(
		world.subscriptions
			.filter(
				({ status, prices }) =>
					['active', 'trialing'].includes(status) && (prices.includes('price_knight') || prices.includes('price_lord'))
			)
			.map(({ customerId }) => customerId)
	);
	const found = new Set<string>();
	for (const customerId of paid) {
		const byRow = world.rows.filter((each) => each.stripeCustomerId === customerId && each.discordId !== null);
		const payingTeams = world.teams.filter((each) => each.stripeCustomerId === customerId).map(({ id }) => id);
		for (const { discordId } of byRow) if (discordId) found.add(discordId);
		for (const { discordId, teamId } of world.rows) if (discordId && teamId && payingTeams.includes(teamId)) found.add(discordId);
		if (byRow.length > 0 || payingTeams.length > 0) continue;
		const said = [
			...world.customers.filter(({ id }) => id === customerId),
			...world.subscriptions.filter((each) => each.customerId === customerId)
		].map(({ metadataDiscordId }) => metadataDiscordId ?? '');
		const [one, other] = new Set(said.filter((value) => /^[0-9]{17,20}$/.test(value)));
		if (one !== undefined && other === undefined) found.add(one);
	}
	return found;
}

describe('in any world', () => {
	test('carrying out the plans leaves no issue behind', () => {
		holds((world, found, settings) => {
			const guild = world.guild.map((member) => {
				const issue = found.issues.find(({ discordId }) => discordId === member.id);
				return issue ? { ...member, roles: afterPlan(member.roles, issue) } : member;
			});
			expect(detection({ ...world, guild }, settings).issues).toEqual([]);
		});
	});

	test('a plan, its expected roles and the roles held are managed roles; a plan adds what is not held and removes what is', () => {
		holds((world, { issues }) => {
			for (const issue of issues) {
				const held = world.guild.find(({ id }) => id === issue.discordId)?.roles ?? [];
				for (const role of [...issue.expectedRoles, ...issue.plan.add, ...issue.plan.remove]) expect(MANAGED).toContain(role);
				for (const role of issue.plan.add) expect(held).not.toContain(role);
				for (const role of issue.plan.remove) expect(held).toContain(role);
				expect(issue.expectedRoles.length).toBeLessThanOrEqual(1);
				expect(afterPlan(held, issue).sort()).toEqual([...issue.expectedRoles].sort());
			}
		});
	});

	test('a plan never both adds and removes one role, and is never empty', () => {
		holds((_, { issues }) => {
			for (const { plan } of issues) {
				expect(plan.add.filter((role) => plan.remove.includes(role))).toEqual([]);
				expect(plan.add.length + plan.remove.length).toBeGreaterThan(0);
			}
		});
	});

	test('a person has at most one issue', () => {
		holds((_, { issues }) => expect(new Set(issues.map(({ discordId }) => discordId)).size).toBe(issues.length));
	});

	test('nobody absent, exempt or a bot is ever an issue, nor anybody left alone', () => {
		holds((world, { issues, skipped }) => {
			for (const { discordId } of issues) {
				expect(world.guild.find(({ id }) => id === discordId)?.bot).toBe(false);
				expect(world.exemptions.some((each) => each.discordId === discordId && (each.expiresAt === null || each.expiresAt > NOW))).toBe(
					false
				);
				expect(skipped.has(discordId)).toBe(false);
			}
		});
	});

	test('an unclaimed subscription, whatever it is, changes no issue', () => {
		const added = fc.record({
			status: fc.constantFrom(...STATUSES),
			prices: fc.subarray(['price_knight', 'price_lord'], { minLength: 1 })
		});
		fc.assert(
			fc.property(worlds, policies, added, (world, settings, given) => {
				const stranger = subscription({ id: 'sub_stranger', customerId: 'cus_stranger', ...given });
				const more = {
					...world,
					customers: [...world.customers, customer({ id: 'cus_stranger' })],
					subscriptions: [...world.subscriptions, stranger]
				};
				expect(detection(more, settings).issues).toEqual(detection(world, settings).issues);
			}),
			{ numRuns: 100 }
		);
	});

	test('whoever has an active subscription in a mapped price by a valid link is never left without a tier role', () => {
		let seen = 0;
		holds((world, { issues }) => {
			const paying = payers(world);
			for (const issue of issues) {
				if (!paying.has(issue.discordId)) continue;
				seen += 1;
				const held = world.guild.find(({ id }) => id === issue.discordId)?.roles ?? [];
				expect(afterPlan(held, issue).filter((role) => role === 'Knight' || role === 'Lord')).toHaveLength(1);
			}
		}, 300);
		expect(seen).toBeGreaterThan(50);
	});

	test('whoever pays so, is in the guild and may be judged has a tier role, or an issue that gives one', () => {
		holds((world, { issues, skipped }) => {
			for (const discordId of payers(world)) {
				const member = world.guild.find(({ id }) => id === discordId);
				if (!member || member.bot || skipped.has(discordId)) continue;
				if (world.exemptions.some((each) => each.discordId === discordId && (each.expiresAt === null || each.expiresAt > NOW))) continue;
				const issue = issues.find((each) => each.discordId === discordId);
				const after = issue ? afterPlan(member.roles, issue) : member.roles;
				expect(after.some((role) => role === 'Knight' || role === 'Lord')).toBe(true);
			}
		});
	});

	test('the order in which things are read changes nothing that is decided', () => {
		/** All but the two sentences that are only for reading. */
		const decided = ({ issues, ...rest }: Detection) => ({
			...rest,
			issues: issues.map(({ stripeStatus: _s, databaseStatus: _d, ...issue }) => issue)
		});
		fc.assert(
			fc.property(worlds, policies, fc.nat(), (world, settings, seed) => {
				expect(decided(detection(inAnotherOrder(world, seed), settings))).toEqual(decided(detection(world, settings)));
			}),
			{ numRuns: 150 }
		);
	});

	test('the order in which things are read changes no word of an issue either', () => {
		fc.assert(
			fc.property(worlds, policies, fc.nat(), (world, settings, seed) => {
				expect(detection(inAnotherOrder(world, seed), settings).issues).toEqual(detection(world, settings).issues);
			}),
			{ numRuns: 250 }
		);
	});

	test('what is read is not changed', () => {
		holds((world, found, settings) => {
			const copy = structuredClone(world);
			expect(detection(world, settings)).toEqual(found);
			expect(world).toEqual(copy);
		}, 100);
	});

	test('everybody in the guild is accounted for once', () => {
		holds((world, { membersChecked, notices }) => {
			expect(membersChecked + notices.bots + notices.exempt + notices.leftToNextRun).toBe(world.guild.length);
		});
	});
});
