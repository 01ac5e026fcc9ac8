import { type World, worldSchema } from '../../sandbox/world/world.js';

/** A small world with every kind of drift, and cases that only look like drift. The right roles are written by hand, not computed. */

const HOUR = 3_600;

export interface Person {
	readonly id: string;
	/** The managed roles after the drift. */
	readonly drifted: readonly string[];
	/** The managed roles they should have. */
	readonly right: readonly string[];
}

const person = (number: number, drifted: readonly string[], right: readonly string[] = drifted): Person => ({
	id: String(300_000_000_000_000_000n + BigInt(number)),
	drifted,
	right
});

export const PEOPLE = {
	payerWithoutRole: person(1, [], ['Knight']),
	formerPayer: person(2, ['Lord'], []),
	wrongTier: person(3, ['Lord'], ['Knight']),
	debtor: person(4, ['Knight'], ['Debtor']),
	inGrace: person(5, ['Knight']),
	exempt: person(6, ['Lord']),
	/** Never fixed automatically. */
	unlinked: person(7, ['Knight'], []),
	seat: person(8, ['Knight']),
	owner: person(9, ['Lord']),
	twoCustomers: person(10, ['Lord']),
	right: person(11, ['Knight']),
	bystander: person(12, [])
} as const;

const everyone = Object.values(PEOPLE);

/** Members whose drifted roles are wrong: one issue each. */
export const DRIFTERS = everyone.filter(({ drifted, right }) => drifted !== right);

/** Managed roles by Discord ID. */
export type Roles = ReadonlyMap<string, readonly string[]>;

export const rightRoles: Roles = new Map(everyone.map(({ id, right }) => [id, right]));

/** The right roles, except for these members. */
export const driftedRoles = (drifters: readonly Person[]): Roles =>
	new Map([...rightRoles, ...drifters.map(({ id, drifted }) => [id, drifted] as const)]);

/** An unmanaged role. */
const OTHER_ROLE = 'Moderator';

export function makeWorld(now: Date): World {
	const seconds = Math.floor(now.getTime() / 1000);
	const { payerWithoutRole, formerPayer, debtor, inGrace, twoCustomers, right } = PEOPLE;
	const inMetadata = ({ id }: Person) => ({ metadata: { discord_id: id } });
	let created = seconds - 1_000 * HOUR;
	const subscription = (customer: string, status: string, price: string, failedHoursAgo?: number) => ({
		id: `sub_${customer.slice('cus_'.length)}`,
		customer,
		status,
		price,
		created: created++,
		...(failedHoursAgo === undefined ? {} : { failedAt: seconds - failedHoursAgo * HOUR })
	});
	return worldSchema.parse({
		guild: {
			members: everyone.map(({ id, right: roles }, index) => ({
				id,
				username: `p${index + 1}`,
				roles: index % 3 === 0 ? [...roles, OTHER_ROLE] : roles
			}))
		},
		stripe: {
			customers: [
				{ id: 'cus_payer', ...inMetadata(payerWithoutRole) },
				{ id: 'cus_nomore', ...inMetadata(formerPayer) },
				{ id: 'cus_tier' },
				{ id: 'cus_debtor', ...inMetadata(debtor) },
				{ id: 'cus_grace', ...inMetadata(inGrace) },
				{ id: 'cus_team' },
				{ id: 'cus_past', ...inMetadata(twoCustomers) },
				{ id: 'cus_present', ...inMetadata(twoCustomers) },
				{ id: 'cus_right', ...inMetadata(right) }
			],
			subscriptions: [
				subscription('cus_payer', 'active', 'price_knight'),
				subscription('cus_nomore', 'canceled', 'price_lord'),
				subscription('cus_tier', 'trialing', 'price_knight'),
				subscription('cus_debtor', 'past_due', 'price_knight', 10 * 24),
				subscription('cus_grace', 'past_due', 'price_knight', 2),
				subscription('cus_team', 'active', 'price_knight'),
				subscription('cus_present', 'active', 'price_lord'),
				subscription('cus_past', 'canceled', 'price_lord'),
				subscription('cus_right', 'active', 'price_knight')
			]
		},
		database: {
			teams: [{ id: 't1', name: 'Acme', stripeCustomerId: 'cus_team', ownerSeatCount: 1, teamSeatCount: 3 }],
			members: [
				{ id: 'm1', discordId: PEOPLE.wrongTier.id, stripeCustomerId: 'cus_tier', seatTier: 'INDIVIDUAL' },
				{ id: 'm2', discordId: PEOPLE.seat.id, seatTier: 'TEAM_MEMBER', teamId: 't1' },
				{ id: 'm3', discordId: PEOPLE.owner.id, seatTier: 'OWNER', teamId: 't1' }
			],
			exemptions: [{ discordId: PEOPLE.exempt.id, reason: 'founder', createdBy: '1', expiresAt: null }]
		}
	});
}
