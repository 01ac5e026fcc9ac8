import { type World, worldSchema } from '../../sandbox/world/world.js';

/** A small world with every kind of drift, and of what only looks like drift. What is right is written by hand, and not computed. */

const HOUR = 3_600;

export interface Person {
	readonly id: string;
	/** The managed roles they hold where something has drifted. */
	readonly drifted: readonly string[];
	/** The managed roles that are right. */
	readonly right: readonly string[];
}

const person = (number: number, drifted: readonly string[], right: readonly string[] = drifted): Person => ({
	id: String(300_000_000_000_000_000n + BigInt(number)),
	drifted,
	right
});

export const PEOPLE = {
	payerWithoutRole: person(1, [], ['Knight']),
	payerNoMore: person(2, ['Lord'], []),
	wrongTier: person(3, ['Lord'], ['Knight']),
	debtor: person(4, ['Knight'], ['Debtor']),
	inGrace: person(5, ['Knight']),
	exempt: person(6, ['Lord']),
	/** Known to nobody: never fixed automatically. */
	unlinked: person(7, ['Knight'], []),
	seat: person(8, ['Knight']),
	owner: person(9, ['Lord']),
	twoCustomers: person(10, ['Lord']),
	right: person(11, ['Knight']),
	bystander: person(12, [])
} as const;

const everybody = Object.values(PEOPLE);

/** Everybody who can drift: then they have an issue each. */
export const DRIFTERS = everybody.filter(({ drifted, right }) => drifted !== right);

/** Managed roles by Discord ID. */
export type Roles = ReadonlyMap<string, readonly string[]>;

export const rightRoles: Roles = new Map(everybody.map(({ id, right }) => [id, right]));

/** Everybody has what is right, but for these. */
export const driftedRoles = (drifters: readonly Person[]): Roles =>
	new Map([...rightRoles, ...drifters.map(({ id, drifted }) => [id, drifted] as const)]);

/** A role that is none of Reeve's business. */
const OTHER_ROLE = 'Moderator';

export function makeWorld(now: Date): World {
	const seconds = Math.floor(now.getTime() / 1000);
	const { payerWithoutRole, payerNoMore, debtor, inGrace, twoCustomers, right } = PEOPLE;
	const claimed = ({ id }: Person) => ({ metadata: { discord_id: id } });
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
			members: everybody.map(({ id, right: roles }, index) => ({
				id,
				username: `p${index + 1}`,
				roles: index % 3 === 0 ? [...roles, OTHER_ROLE] : roles
			}))
		},
		stripe: {
			customers: [
				{ id: 'cus_payer', ...claimed(payerWithoutRole) },
				{ id: 'cus_nomore', ...claimed(payerNoMore) },
				{ id: 'cus_tier' },
				{ id: 'cus_debtor', ...claimed(debtor) },
				{ id: 'cus_grace', ...claimed(inGrace) },
				{ id: 'cus_team' },
				{ id: 'cus_past', ...claimed(twoCustomers) },
				{ id: 'cus_present', ...claimed(twoCustomers) },
				{ id: 'cus_right', ...claimed(right) }
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
