import { atOnce, type InPortions, inPortions } from './portions.js';
import type { Account, Accounts, Customer, Links, MemberRow, Notices, TeamRow } from './types.js';

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

/** Of which most have nothing. */
const NONE: readonly never[] = [];

const DISCORD_ID = /^\d{17,20}$/;

/** What ties somebody to customers and teams. Most have but one customer by metadata, or one row: then it is that. */
type Ties = string | MemberRow | { readonly rows: readonly MemberRow[]; readonly customerIds: readonly string[] };

/**
 * Everybody whom a row or metadata ties to something. A row beats metadata; metadata on one customer (its own and its
 * subscriptions') that names two people is contested and links nobody; a value that is no Discord ID names nobody.
 */
export class People {
	private readonly malformedLinks: { readonly customerId: string; readonly value: string }[] = [];
	private readonly contestedLinks: { readonly customerId: string; readonly values: readonly string[] }[] = [];
	private readonly ties = new Map<string, Ties>();
	private readonly teams: ReadonlyMap<string, TeamRow>;
	/** Customers whom a row gives to somebody, or whose team somebody sits in. */
	private readonly claimedByRows = new Set<string>();
	/** Customers whom a row gives to a person or a team: their metadata links nobody. */
	private readonly spokenFor = new Set<string>();

	private constructor(teams: Links['teams']) {
		this.teams = new Map(teams.map((team) => [team.id, team]));
		for (const { stripeCustomerId } of teams) if (stripeCustomerId) this.spokenFor.add(stripeCustomerId);
	}

	public static of(accounts: Accounts, links: Pick<Links, 'members' | 'teams'>): People {
		return atOnce(People.inPortions(accounts, links));
	}

	/** @param visit - called with every account: they are gone through once; and whether somebody has claimed it, well or badly */
	public static *inPortions(
		accounts: Accounts,
		links: Pick<Links, 'members' | 'teams'>,
		visit: (account: Account, claimed: boolean) => void = () => {}
	): InPortions<People> {
		const people = new People(links.teams);
		yield* inPortions(links.members, (row) => people.tieByRow(row));
		yield* inPortions(accounts.values(), (account) => visit(account, people.tieByMetadata(account)));
		return people;
	}

	/** Ties those whom these customers name, who have no subscription and were not among the accounts. */
	public add(customers: Iterable<Customer>): void {
		for (const customer of customers) this.tieByMetadata({ customer, subscriptions: [] });
	}

	/** Metadata values that are no Discord ID. */
	public get malformed(): Notices['malformedLinks'] {
		return this.malformedLinks.toSorted((a, b) => compare(a.customerId, b.customerId) || compare(a.value, b.value));
	}

	/** Customers whose metadata names more than one person. */
	public get contested(): Notices['contestedLinks'] {
		return this.contestedLinks.toSorted((a, b) => compare(a.customerId, b.customerId));
	}

	/** How many people. */
	public get size(): number {
		return this.ties.size;
	}

	public has(discordId: string): boolean {
		return this.ties.has(discordId);
	}

	public get(discordId: string): Person | undefined {
		const ties = this.ties.get(discordId);
		return ties === undefined ? undefined : this.personOf(discordId, ties);
	}

	public ids(): Iterable<string> {
		return this.ties.keys();
	}

	private tieByRow(row: MemberRow): void {
		const { discordId, stripeCustomerId, teamId } = row;
		if (discordId === null) return;
		this.tie(discordId, row);
		if (stripeCustomerId) {
			this.claimedByRows.add(stripeCustomerId);
			this.spokenFor.add(stripeCustomerId);
		}
		const teamCustomer = teamId === null ? undefined : this.teams.get(teamId)?.stripeCustomerId;
		if (teamCustomer) this.claimedByRows.add(teamCustomer);
	}

	/** @returns whether somebody has claimed the account, well or badly */
	private tieByMetadata(account: Account): boolean {
		const { id } = account.customer;
		if (this.spokenFor.has(id)) return this.claimedByRows.has(id);
		const values = valuesOf(account);
		if (values.length === 0) return false;
		const named = values.filter((value) => DISCORD_ID.test(value));
		if (named.length < values.length)
			for (const value of values) if (!DISCORD_ID.test(value)) this.malformedLinks.push({ customerId: id, value });
		const [only] = named;
		if (named.length > 1) this.contestedLinks.push({ customerId: id, values: named });
		else if (only !== undefined) this.tie(only, id);
		return true;
	}

	private tie(discordId: string, to: string | MemberRow): void {
		const known = this.ties.get(discordId);
		if (known === undefined) {
			this.ties.set(discordId, to);
			return;
		}
		const { rows, customerIds } = apart(known);
		this.ties.set(discordId, typeof to === 'string' ? { rows, customerIds: [...customerIds, to] } : { rows: [...rows, to], customerIds });
	}

	private personOf(discordId: string, ties: Ties): Person {
		if (typeof ties === 'string') return { discordId, rows: NONE, customerIds: [ties], seats: NONE };
		const { rows, customerIds } = apart(ties);
		const inOrder = rows.length > 1 ? [...rows].sort((a, b) => compare(a.id, b.id)) : rows;
		const customers = new Set(customerIds);
		const seats: Person['seats'][number][] = [];
		for (const row of inOrder) {
			if (row.stripeCustomerId) customers.add(row.stripeCustomerId);
			const team = row.teamId === null ? undefined : this.teams.get(row.teamId);
			if (team) seats.push({ row, team });
		}
		return { discordId, rows: inOrder, customerIds: [...customers].sort(), seats };
	}
}

/** The people whom a customer's metadata names, its own and its subscriptions', whether or not that links them. */
export function namedBy(account: Account | undefined): readonly string[] {
	return account === undefined ? [] : valuesOf(account).filter((value) => DISCORD_ID.test(value));
}

/** What stands in a customer's metadata where a Discord ID should, each once, in order. */
function valuesOf({ customer, subscriptions }: Account): readonly string[] {
	let values = NONE as readonly string[];
	const own = customer.claimedBy;
	if (own) values = [own];
	for (const { claimedBy } of subscriptions) if (claimedBy && !values.includes(claimedBy)) values = [...values, claimedBy];
	return values.length > 1 ? values.toSorted() : values;
}

function apart(ties: Ties): Exclude<Ties, string | MemberRow> {
	if (typeof ties === 'string') return { rows: [], customerIds: [ties] };
	return 'rows' in ties ? ties : { rows: [ties], customerIds: [] };
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
