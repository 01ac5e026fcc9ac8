import { type Cooperative, forEachYielding, runToCompletion } from '../../async/cooperative.js';
import type { Account, Accounts, Customer } from '../domain/billing.js';
import type { Notices } from '../domain/detection.js';
import { SNOWFLAKE } from '../domain/guild.js';
import type { Links, MemberRow, TeamRow } from '../domain/links.js';

/**
 * Who pays for whom: ties Discord users to the customers and teams that can pay for them. Links come from rows and from
 * Stripe metadata, never from an email address: that would let anyone claim anyone's access.
 */

/** A Discord user with everything that can pay for them. */
export interface LinkedPerson {
	readonly discordId: string;
	readonly rows: readonly MemberRow[];
	/** Their own customers, by rows and by metadata. */
	readonly customerIds: readonly string[];
	/** Their seats: the row that gives the seat, and the team. */
	readonly seats: readonly { readonly row: MemberRow; readonly team: TeamRow }[];
}

/** Of which most have nothing. */
const NONE: readonly never[] = [];

/** What ties somebody to customers and teams. Most have but one customer by metadata, or one row: then it is that. */
type PersonLinks = string | MemberRow | { readonly rows: readonly MemberRow[]; readonly customerIds: readonly string[] };

/**
 * Everybody whom a row or metadata ties to something. A row beats metadata; metadata on one customer (its own and its
 * subscriptions') that names two people is contested and links nobody; a value that is no Discord ID names nobody.
 */
export class LinkIndex {
	private readonly malformedLinks: { readonly customerId: string; readonly value: string }[] = [];
	private readonly contestedLinks: { readonly customerId: string; readonly values: readonly string[] }[] = [];
	private readonly links = new Map<string, PersonLinks>();
	private readonly teams: ReadonlyMap<string, TeamRow>;
	/** Customers whom a row gives to somebody, or whose team somebody sits in. */
	private readonly linkedByRow = new Set<string>();
	/** Customers whom a row gives to a person or a team: their metadata links nobody. */
	private readonly ownedByRow = new Set<string>();

	private constructor(teams: Links['teams']) {
		this.teams = new Map(teams.map((team) => [team.id, team]));
		for (const { stripeCustomerId } of teams) if (stripeCustomerId) this.ownedByRow.add(stripeCustomerId);
	}

	public static of(accounts: Accounts, links: Pick<Links, 'members' | 'teams'>): LinkIndex {
		return runToCompletion(LinkIndex.buildCooperatively(accounts, links));
	}

	/** @param visit - called with every account: they are gone through once; and whether somebody has claimed it, well or badly */
	public static *buildCooperatively(
		accounts: Accounts,
		links: Pick<Links, 'members' | 'teams'>,
		visit: (account: Account, claimed: boolean) => void = () => {}
	): Cooperative<LinkIndex> {
		const people = new LinkIndex(links.teams);
		yield* forEachYielding(links.members, (row) => people.linkByRow(row));
		yield* forEachYielding(accounts.values(), (account) => visit(account, people.linkByMetadata(account)));
		return people;
	}

	/** Ties those whom these customers name, who have no subscription and were not among the accounts. */
	public add(customers: Iterable<Customer>): void {
		for (const customer of customers) this.linkByMetadata({ customer, subscriptions: [] });
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
		return this.links.size;
	}

	public has(discordId: string): boolean {
		return this.links.has(discordId);
	}

	public get(discordId: string): LinkedPerson | undefined {
		const ties = this.links.get(discordId);
		return ties === undefined ? undefined : this.personOf(discordId, ties);
	}

	public ids(): Iterable<string> {
		return this.links.keys();
	}

	private linkByRow(row: MemberRow): void {
		const { discordId, stripeCustomerId, teamId } = row;
		if (discordId === null) return;
		this.link(discordId, row);
		if (stripeCustomerId) {
			this.linkedByRow.add(stripeCustomerId);
			this.ownedByRow.add(stripeCustomerId);
		}
		const teamCustomer = teamId === null ? undefined : this.teams.get(teamId)?.stripeCustomerId;
		if (teamCustomer) this.linkedByRow.add(teamCustomer);
	}

	/** @returns whether somebody has claimed the account, well or badly */
	private linkByMetadata(account: Account): boolean {
		const { id } = account.customer;
		if (this.ownedByRow.has(id)) return this.linkedByRow.has(id);
		const values = metadataValues(account);
		if (values.length === 0) return false;
		const named = values.filter((value) => SNOWFLAKE.test(value));
		if (named.length < values.length)
			for (const value of values) if (!SNOWFLAKE.test(value)) this.malformedLinks.push({ customerId: id, value });
		const [only] = named;
		if (named.length > 1) this.contestedLinks.push({ customerId: id, values: named });
		else if (only !== undefined) this.link(only, id);
		return true;
	}

	private link(discordId: string, to: string | MemberRow): void {
		const known = this.links.get(discordId);
		if (known === undefined) {
			this.links.set(discordId, to);
			return;
		}
		const { rows, customerIds } = expand(known);
		this.links.set(discordId, typeof to === 'string' ? { rows, customerIds: [...customerIds, to] } : { rows: [...rows, to], customerIds });
	}

	private personOf(discordId: string, ties: PersonLinks): LinkedPerson {
		if (typeof ties === 'string') return { discordId, rows: NONE, customerIds: [ties], seats: NONE };
		const { rows, customerIds } = expand(ties);
		const inOrder = rows.length > 1 ? [...rows].sort((a, b) => compare(a.id, b.id)) : rows;
		const customers = new Set(customerIds);
		const seats: LinkedPerson['seats'][number][] = [];
		for (const row of inOrder) {
			if (row.stripeCustomerId) customers.add(row.stripeCustomerId);
			const team = row.teamId === null ? undefined : this.teams.get(row.teamId);
			if (team) seats.push({ row, team });
		}
		return { discordId, rows: inOrder, customerIds: [...customers].sort(), seats };
	}
}

/** The people whom a customer's metadata names, its own and its subscriptions', whether or not that links them. */
export function discordIdsInMetadata(account: Account | undefined): readonly string[] {
	return account === undefined ? [] : metadataValues(account).filter((value) => SNOWFLAKE.test(value));
}

/** What stands in a customer's metadata where a Discord ID should, each once, in order. */
function metadataValues({ customer, subscriptions }: Account): readonly string[] {
	let values = NONE as readonly string[];
	const own = customer.metadataDiscordId;
	if (own) values = [own];
	for (const { metadataDiscordId } of subscriptions)
		if (metadataDiscordId && !values.includes(metadataDiscordId)) values = [...values, metadataDiscordId];
	return values.length > 1 ? values.toSorted() : values;
}

function expand(ties: PersonLinks): Exclude<PersonLinks, string | MemberRow> {
	if (typeof ties === 'string') return { rows: [], customerIds: [ties] };
	return 'rows' in ties ? ties : { rows: [ties], customerIds: [] };
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
