import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { customer, detection, inGuild, type Parts, row, subscription, team, userId } from '../builders.js';

/**
 * Whom subscriptions pay for, over random worlds, against an independent implementation of the rules: a row, the subscription's metadata,
 * the customer's, the one member whom the customer's other subscriptions name. Small enough that they conflict often.
 */

const PEOPLE = [1, 2, 3, 4].map(userId);
const CUSTOMERS = ['cus_0', 'cus_1', 'cus_2'];
const TEAMS = ['t_0', 't_1'];

type World = Required<Pick<Parts, 'customers' | 'subscriptions' | 'rows' | 'teams'>>;

const person = fc.constantFrom(...PEOPLE);
const name = fc.oneof(
	{ weight: 5, arbitrary: fc.constant(null) },
	{ weight: 5, arbitrary: person },
	{ weight: 1, arbitrary: person.map((id) => ` <@${id}>\n`) },
	{ weight: 1, arbitrary: fc.constantFrom('ada', ' ', '') },
	{ weight: 1, arbitrary: person.map((id) => `"${id}"`) }
);

const worlds: fc.Arbitrary<World> = fc.record({
	customers: fc.tuple(...CUSTOMERS.map((id) => name.map((metadataDiscordId) => customer({ id, metadataDiscordId })))),
	subscriptions: fc
		.array(
			fc.record({
				customerId: fc.constantFrom(...CUSTOMERS),
				status: fc.constantFrom('active', 'active', 'canceled'),
				metadataDiscordId: name
			}),
			{ maxLength: 7 }
		)
		.map((all) => all.map((each, index) => subscription({ id: `sub_${index}`, ...each }))),
	rows: fc
		.array(
			fc.record({
				discordId: fc.oneof(
					person,
					person.map((id) => `${id} `),
					fc.constant(null),
					person.map((id) => `'${id}'`)
				),
				stripeCustomerId: fc.constantFrom(null, null, ...CUSTOMERS),
				teamId: fc.constantFrom(null, null, ...TEAMS)
			}),
			{ maxLength: 4 }
		)
		.map((all) => all.map((each, index) => row({ id: `m_${index}`, seatTier: 'TEAM_MEMBER', ...each }))),
	teams: fc.tuple(
		...TEAMS.map((id) => fc.constantFrom(null, null, ...CUSTOMERS).map((stripeCustomerId) => team({ id, name: id, stripeCustomerId })))
	)
});

type Verdict = 'yes' | 'perhaps' | 'no';

/** A value as the rules read it: whom it names, and whom it may mean. */
function read(value: string | null): { id: string | null; within: string[] } | null {
	if (value === null || value.trim() === '') return null;
	const within = PEOPLE.filter((id) => value.includes(id));
	const isClear = within.length === 1 && [within[0], `<@${within[0]}>`].includes(value.trim());
	return { id: isClear ? (within[0] ?? null) : null, within };
}

/** Whether the subscription pays for the member, by the text of the rules. */
function paysFor(id: string, { customerId, metadataDiscordId, id: subscriptionId }: World['subscriptions'][number], world: World): Verdict {
	const onCustomer = read(world.customers.find((each) => each.id === customerId)?.metadataDiscordId ?? null);
	const onSubscription = read(metadataDiscordId);
	const siblings = world.subscriptions.filter((each) => each.customerId === customerId && each.id !== subscriptionId);
	const others = siblings.flatMap((each) => read(each.metadataDiscordId) ?? []);
	const byMetadata = metadataVerdict(id, [onSubscription, onCustomer], others);

	const itsTeams = world.teams.filter((each) => each.stripeCustomerId === customerId).map((each) => each.id);
	const seats = world.rows.filter((each) => each.teamId !== null && itsTeams.includes(each.teamId));
	const owning = world.rows.filter(
		(each) => each.stripeCustomerId === customerId && !seats.includes(each) && read(each.discordId) !== null
	);
	if (itsTeams.length === 0 && owning.length === 0) return byMetadata;
	if (seats.some((each) => read(each.discordId)?.id === id)) return 'yes';
	const owners = new Set(owning.map((each) => read(each.discordId)?.id ?? null));
	if (owners.has(id)) return owners.size === 1 && itsTeams.length === 0 ? 'yes' : 'perhaps';
	if ([...owning, ...seats].some((each) => read(each.discordId)?.id === null && read(each.discordId)?.within.includes(id)))
		return 'perhaps';
	// A row overrides metadata, which leaves the members unknown whom it names or may mean.
	return byMetadata === 'no' ? 'no' : 'perhaps';
}

/** @param names - the most specific first */
function metadataVerdict(id: string, [first, ...rest]: ReturnType<typeof read>[], others: NonNullable<ReturnType<typeof read>>[]): Verdict {
	if (first === undefined) {
		const named = new Set(others.map((each) => each.id));
		if (named.size === 1 && named.has(id)) return 'yes';
		return (named.size > 1 || named.has(null)) && others.some((each) => each.within.includes(id)) ? 'perhaps' : 'no';
	}
	const otherwise = metadataVerdict(id, rest, others);
	if (first === null) return otherwise;
	if (first.id !== null) return first.id === id ? 'yes' : 'no';
	return first.within.includes(id) || otherwise !== 'no' ? 'perhaps' : 'no';
}

/** What the member should have, of Knight alone: every price is Knight's. */
function verdictOf(id: string, world: World): Verdict {
	const verdicts = world.subscriptions.filter(({ status }) => status === 'active').map((each) => paysFor(id, each, world));
	return verdicts.includes('yes') ? 'yes' : verdicts.includes('perhaps') ? 'perhaps' : 'no';
}

describe('links, in any world', () => {
	it('grants to those who pay, takes from those who do not, and touches no member of whom it is unknown', () => {
		const seen = { yes: 0, perhaps: 0, no: 0 };
		fc.assert(
			fc.property(worlds, (world) => {
				const holding = detection({ ...world, guild: PEOPLE.map((id) => inGuild(id, 'Knight')) }).issues;
				const without = detection({ ...world, guild: PEOPLE.map((id) => inGuild(id)) }).issues;
				for (const id of PEOPLE) {
					const verdict = verdictOf(id, world);
					seen[verdict] += 1;
					const taken = holding.find(({ discordId }) => discordId === id)?.plan.remove ?? [];
					const given = without.find(({ discordId }) => discordId === id)?.plan.add ?? [];
					expect([id, verdict, taken, given]).toEqual([
						id,
						verdict,
						verdict === 'no' ? ['Knight'] : [],
						verdict === 'yes' ? ['Knight'] : []
					]);
				}
			}),
			{ numRuns: 1500 }
		);
		for (const count of Object.values(seen)) expect(count).toBeGreaterThan(300);
	});

	it('decides the same whatever the order of subscriptions, customers and rows', () => {
		fc.assert(
			fc.property(worlds, (world) => {
				const guild = PEOPLE.map((id) => inGuild(id, 'Knight'));
				const reversed = {
					customers: world.customers.toReversed(),
					subscriptions: world.subscriptions.toReversed(),
					rows: world.rows.toReversed(),
					teams: world.teams.toReversed()
				};
				const { issues, notices } = detection({ ...world, guild });
				const other = detection({ ...reversed, guild: guild.toReversed() });
				expect([other.issues, other.notices]).toEqual([issues, notices]);
			}),
			{ numRuns: 300 }
		);
	});

	it('lets a subscription pay for one member at most, unless a team shares it', () => {
		fc.assert(
			fc.property(worlds, (world) => {
				const personal = { ...world, teams: world.teams.map((each) => ({ ...each, stripeCustomerId: null })) };
				for (const each of personal.subscriptions) {
					const alone = {
						...personal,
						subscriptions: personal.subscriptions.map((other) => ({ ...other, status: other === each ? 'active' : 'canceled' }))
					};
					expect(detection({ ...alone, guild: PEOPLE.map((id) => inGuild(id)) }).issues.length).toBeLessThanOrEqual(1);
				}
			}),
			{ numRuns: 300 }
		);
	});
});
