import { type Cooperative, forEachYielding, runToCompletion } from '../../async/cooperative.js';
import type { Account, Accounts, Customer } from '../domain/billing.js';
import type { Notices } from '../domain/detection.js';
import { SNOWFLAKE } from '../domain/discord-id.js';
import type { Links, MemberRow, TeamRow } from '../domain/links.js';
import type { UnknownReason } from '../domain/unknown.js';

/**
 * Links Discord users to the customers and teams that can pay for them. Links come from rows and from Stripe metadata, never from an
 * email address: a customer can enter any address, and would gain its owner's access.
 */

/** A Discord user and everything that can pay for them. */
export interface LinkedPerson {
	readonly discordId: string;
	readonly rows: readonly MemberRow[];
	/** Their own customers, by rows and by metadata; sorted. */
	readonly customerIds: readonly string[];
	/** Their seats: the row that gives the seat, and the team. */
	readonly seats: readonly { readonly row: MemberRow; readonly team: TeamRow }[];
}

/** Shared empty array: most members have no rows. */
const NONE: readonly never[] = [];

/** A user's links. Most users have a single customer by metadata or a single row, which is then stored as it is to save memory. */
type PersonLinks = string | MemberRow | { readonly rows: readonly MemberRow[]; readonly customerIds: readonly string[] };

/**
 * All users with a link. A row overrides metadata; metadata on one customer (its own and its subscriptions') that names two users is
 * contested and links neither; a value that is not a Discord ID is not a link.
 */
export class LinkIndex {
	/** Links of its own; those of {@link base} with the same Discord ID are outdated. */
	private readonly links = new Map<string, PersonLinks>();
	private readonly malformedLinks: Notices['malformedLinks'][number][];
	private readonly contestedLinks: Notices['contestedLinks'][number][];

	private constructor(
		private readonly teams: ReadonlyMap<string, TeamRow>,
		/** Customers that a row links to a user, or whose team has one. */
		private readonly linkedByRow: Set<string>,
		/** Customers that a row assigns to a user or a team: their metadata is ignored. */
		private readonly ownedByRow: Set<string>,
		private readonly base: LinkIndex | null = null
	) {
		this.malformedLinks = [...(base?.malformedLinks ?? [])];
		this.contestedLinks = [...(base?.contestedLinks ?? [])];
	}

	public static of(accounts: Accounts, links: Pick<Links, 'members' | 'teams'>): LinkIndex {
		return runToCompletion(LinkIndex.buildCooperatively(accounts, links));
	}

	/**
	 * @param visit - called once for every account, so that the caller needs no pass of its own. `claimed`: a row or metadata links the
	 * account to a user, or metadata tries to
	 */
	public static *buildCooperatively(
		accounts: Accounts,
		{ members, teams }: Pick<Links, 'members' | 'teams'>,
		visit: (account: Account, claimed: boolean) => void = () => {}
	): Cooperative<LinkIndex> {
		const teamCustomers = teams.flatMap(({ stripeCustomerId }) => stripeCustomerId || []);
		const index = new LinkIndex(new Map(teams.map((team) => [team.id, team])), new Set(), new Set(teamCustomers));
		yield* forEachYielding(members, (row) => index.linkByRow(row));
		yield* forEachYielding(accounts.values(), (account) => visit(account, index.linkByMetadata(account)));
		return index;
	}

	/**
	 * This index and the links of additional customers, who have no subscription. It shares the links of this index, which stays as
	 * it is: a million links are not copied for a few.
	 */
	public with(customers: Iterable<Customer>): LinkIndex {
		const index = new LinkIndex(this.teams, this.linkedByRow, this.ownedByRow, this);
		for (const customer of customers) index.linkByMetadata({ customer, subscriptions: [] });
		return index;
	}

	/** Metadata values that are not Discord IDs. */
	public get malformed(): Notices['malformedLinks'] {
		return this.malformedLinks.toSorted((a, b) => compare(a.customerId, b.customerId) || compare(a.value, b.value));
	}

	/** Customers whose metadata names more than one user. */
	public get contested(): Notices['contestedLinks'] {
		return this.contestedLinks.toSorted((a, b) => compare(a.customerId, b.customerId));
	}

	/** Number of linked users. */
	public get size(): number {
		return this.base === null ? this.links.size : this.base.size + this.addedTo(this.base).length;
	}

	public has(discordId: string): boolean {
		return this.linksOf(discordId) !== undefined;
	}

	public get(discordId: string): LinkedPerson | undefined {
		const links = this.linksOf(discordId);
		return links === undefined ? undefined : this.personOf(discordId, links);
	}

	/** Links that may pay for a user and do not count: while there is one, it is unknown what the user should have. */
	public problemsOf(_discordId: string): readonly UnknownReason[] {
		return NONE;
	}

	/** Discord IDs of all linked users, each once. */
	public ids(): Iterable<string> {
		const { base } = this;
		return base === null ? this.links.keys() : concat(base.ids(), this.addedTo(base));
	}

	private addedTo(base: LinkIndex): readonly string[] {
		return [...this.links.keys()].filter((discordId) => !base.has(discordId));
	}

	private linksOf(discordId: string): PersonLinks | undefined {
		return this.links.get(discordId) ?? this.base?.linksOf(discordId);
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

	/** @returns whether the account is claimed, see {@link buildCooperatively} */
	private linkByMetadata(account: Account): boolean {
		const { id } = account.customer;
		if (this.ownedByRow.has(id)) return this.linkedByRow.has(id);
		const values = metadataValues(account);
		if (values.length === 0) return false;
		const discordIds = values.filter((value) => SNOWFLAKE.test(value));
		if (discordIds.length < values.length)
			for (const value of values) if (!SNOWFLAKE.test(value)) this.malformedLinks.push({ customerId: id, value });
		const [only] = discordIds;
		if (discordIds.length > 1) this.contestedLinks.push({ customerId: id, values: discordIds });
		else if (only !== undefined) this.link(only, id);
		return true;
	}

	private link(discordId: string, to: string | MemberRow): void {
		const known = this.linksOf(discordId);
		if (known === undefined) {
			this.links.set(discordId, to);
			return;
		}
		const { rows, customerIds } = expand(known);
		this.links.set(discordId, typeof to === 'string' ? { rows, customerIds: [...customerIds, to] } : { rows: [...rows, to], customerIds });
	}

	private personOf(discordId: string, links: PersonLinks): LinkedPerson {
		if (typeof links === 'string') return { discordId, rows: NONE, customerIds: [links], seats: NONE };
		const { rows, customerIds } = expand(links);
		const sortedRows = rows.length > 1 ? [...rows].sort((a, b) => compare(a.id, b.id)) : rows;
		const customers = new Set(customerIds);
		const seats: LinkedPerson['seats'][number][] = [];
		for (const row of sortedRows) {
			if (row.stripeCustomerId) customers.add(row.stripeCustomerId);
			const team = row.teamId === null ? undefined : this.teams.get(row.teamId);
			if (team) seats.push({ row, team });
		}
		return { discordId, rows: sortedRows, customerIds: [...customers].sort(), seats };
	}
}

/** The users that a customer's metadata names, its own and its subscriptions', whether or not that links them. */
export function discordIdsInMetadata(account: Account | undefined): readonly string[] {
	return account === undefined ? [] : metadataValues(account).filter((value) => SNOWFLAKE.test(value));
}

/** The Discord ID metadata of a customer and its subscriptions, as found: each value once, sorted. */
function metadataValues({ customer, subscriptions }: Account): readonly string[] {
	let values = NONE as readonly string[];
	const own = customer.metadataDiscordId;
	if (own) values = [own];
	for (const { metadataDiscordId } of subscriptions)
		if (metadataDiscordId && !values.includes(metadataDiscordId)) values = [...values, metadataDiscordId];
	return values.length > 1 ? values.toSorted() : values;
}

function expand(links: PersonLinks): Exclude<PersonLinks, string | MemberRow> {
	if (typeof links === 'string') return { rows: [], customerIds: [links] };
	return 'rows' in links ? links : { rows: [links], customerIds: [] };
}

function* concat<Item>(...parts: readonly Iterable<Item>[]): Iterable<Item> {
	for (const part of parts) yield* part;
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
