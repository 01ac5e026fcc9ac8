import type { BillingSnapshot, Links, MemberRow, Subscription, TeamRow } from './types.js';

/**
 * Who pays for whom: ties Discord users to the customers and teams that can pay for them. Links come from rows and from
 * Stripe metadata, never from an email address: that would let anyone claim anyone's access.
 */

/** A Discord user with everything that can pay for them. */
export interface Person {
	readonly discordId: string;
	readonly rows: readonly MemberRow[];
	/** Their own customers, by rows and by metadata. */
	readonly customerIds: readonly string[];
	/** Their seats: the row that gives the seat, and the team. */
	readonly seats: readonly { readonly row: MemberRow; readonly team: TeamRow }[];
}

export interface People {
	readonly byDiscordId: ReadonlyMap<string, Person>;
	/** Customer → the people its metadata names, whether or not that links them. */
	readonly namedBy: ReadonlyMap<string, readonly string[]>;
	/** Customers that somebody has claimed, well or badly: their payers are not unclaimed. */
	readonly claimedCustomers: ReadonlySet<string>;
	readonly malformed: readonly { readonly customerId: string; readonly value: string }[];
	readonly contested: readonly { readonly customerId: string; readonly values: readonly string[] }[];
}

const DISCORD_ID = /^\d{17,20}$/;

/** Groups subscriptions by the customer who pays for them. */
export function byCustomer(subscriptions: readonly Subscription[]): ReadonlyMap<string, readonly Subscription[]> {
	const grouped = new Map<string, Subscription[]>();
	for (const subscription of subscriptions) {
		const known = grouped.get(subscription.customerId);
		if (known) known.push(subscription);
		else grouped.set(subscription.customerId, [subscription]);
	}
	return grouped;
}

/** A person while their links are being gathered. */
interface Gathered {
	readonly discordId: string;
	readonly rows: MemberRow[];
	readonly customerIds: Set<string>;
	readonly seats: { readonly row: MemberRow; readonly team: TeamRow }[];
}

/**
 * Ties people to customers and teams. A row beats metadata; metadata on one customer (its own and its subscriptions') that
 * names two people is contested and links nobody; a value that is no Discord ID names nobody.
 */
export function findPeople(
	billing: Pick<BillingSnapshot, 'customers'>,
	subscriptionsOf: ReadonlyMap<string, readonly Subscription[]>,
	links: Links
): People {
	const people = new Map<string, Gathered>();
	const personOf = (discordId: string) => {
		const known = people.get(discordId);
		if (known) return known;
		const person: Gathered = { discordId, rows: [], customerIds: new Set(), seats: [] };
		people.set(discordId, person);
		return person;
	};

	const teams = new Map(links.teams.map((team) => [team.id, team]));
	const claimed = new Set<string>();
	const spokenFor = new Set<string>();
	for (const team of links.teams) if (team.stripeCustomerId) spokenFor.add(team.stripeCustomerId);
	for (const row of [...links.members].sort((a, b) => compare(a.id, b.id))) {
		if (row.discordId === null) continue;
		const person = personOf(row.discordId);
		person.rows.push(row);
		if (row.stripeCustomerId) {
			person.customerIds.add(row.stripeCustomerId);
			claimed.add(row.stripeCustomerId);
			spokenFor.add(row.stripeCustomerId);
		}
		const team = row.teamId === null ? undefined : teams.get(row.teamId);
		if (team) {
			person.seats.push({ row, team });
			if (team.stripeCustomerId) claimed.add(team.stripeCustomerId);
		}
	}

	const malformed: { customerId: string; value: string }[] = [];
	const contested: { customerId: string; values: string[] }[] = [];
	const namedBy = new Map<string, readonly string[]>();
	for (const customer of billing.customers.values()) {
		const named = new Set<string>();
		for (const value of [customer.claimedBy, ...(subscriptionsOf.get(customer.id) ?? []).map((subscription) => subscription.claimedBy)]) {
			if (value === null || value === '' || named.has(value)) continue;
			if (!spokenFor.has(customer.id)) claimed.add(customer.id);
			if (DISCORD_ID.test(value)) named.add(value);
			else if (!spokenFor.has(customer.id) && !malformed.some((known) => known.customerId === customer.id && known.value === value))
				malformed.push({ customerId: customer.id, value });
		}
		if (named.size > 0) namedBy.set(customer.id, [...named].sort());
		if (spokenFor.has(customer.id)) continue;
		const [only] = named;
		if (named.size > 1) contested.push({ customerId: customer.id, values: [...named].sort() });
		else if (only !== undefined) personOf(only).customerIds.add(customer.id);
	}

	return {
		byDiscordId: new Map([...people].map(([discordId, person]) => [discordId, { ...person, customerIds: [...person.customerIds].sort() }])),
		namedBy,
		claimedCustomers: claimed,
		malformed: malformed.sort((a, b) => compare(a.customerId, b.customerId) || compare(a.value, b.value)),
		contested: contested.sort((a, b) => compare(a.customerId, b.customerId))
	};
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
