import { type Cooperative, forEachYielding, runToCompletion } from '../../async/cooperative.js';
import type { Account, Accounts, Customer } from '../domain/billing.js';
import type { Notices } from '../domain/detection.js';
import { discordIdsWithin, parseDiscordId } from '../domain/discord-id.js';
import type { Links, MemberRow, TeamRow } from '../domain/links.js';
import { discordIdsInMetadata, membersIn, onlyValueIn, payeesOf, unreadableValues } from './payees.js';
import { discordIdOf, isUnreadable, RowOwners } from './row-owners.js';

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
	/** Those of which only the subscriptions whose payee they are pay for them, see `payeesOf`: metadata has more than one name. */
	readonly shared: readonly string[];
	/** Their seats: the row that gives the seat, and the team. */
	readonly seats: readonly { readonly row: MemberRow; readonly team: TeamRow }[];
	/** Customers that may pay for them, and do not count. Someone with nothing else is not linked. */
	readonly doubts: readonly LinkDoubt[];
}

/** A customer that may pay for a user, and does not count. */
export interface LinkDoubt {
	readonly customerId: string;
	/**
	 * `unclear`: metadata does not say clearly whom a subscription pays for, and the user is one of those whom it may mean. The others:
	 * {@link LinkProblem}.
	 */
	readonly kind: 'overridden' | 'unclear' | 'disputed' | 'unreadable-row';
	/** What the customer would pay for: a seat if it is a team's. */
	readonly seat: 'TEAM_MEMBER' | null;
}

/** Shared empty array: most members have no rows. */
const NONE: readonly never[] = [];

/** A user's links. Most users have a single customer by metadata or a single row, which is then stored as it is to save memory. */
type PersonLinks = string | MemberRow | Pick<LinkedPerson, 'rows' | 'customerIds' | 'shared'>;

/** Statuses with which a subscription will never pay again. */
const ENDED: readonly string[] = ['canceled', 'incomplete_expired'];

/**
 * All users with a link. A row overrides metadata. Of metadata, the most specific name counts for each subscription; a value that is not a
 * Discord ID is not a link, but leaves those unknown whom it may mean.
 */
export class LinkIndex {
	/** Links of its own; those of {@link base} with the same Discord ID are outdated. */
	private readonly links = new Map<string, PersonLinks>();
	private readonly doubts = new Map<string, readonly LinkDoubt[]>();
	private readonly malformedLinks: Notices['malformedLinks'][number][];
	private readonly contestedLinks: Notices['contestedLinks'][number][];

	private constructor(
		private readonly rowOwners: RowOwners,
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
		const index = new LinkIndex(new RowOwners(teams));
		yield* forEachYielding(members, (row) => index.linkByRow(row));
		yield* forEachYielding(accounts.values(), (account) => visit(account, index.linkByMetadata(account)));
		return index;
	}

	/**
	 * This index and the links of additional customers, who have no subscription. It shares the links of this index, which stays as
	 * it is: a million links are not copied for a few.
	 */
	public with(customers: Iterable<Customer>): LinkIndex {
		const index = new LinkIndex(this.rowOwners, this);
		for (const customer of customers) index.linkByMetadata({ customer, subscriptions: [] });
		return index;
	}

	/** Values that are not Discord IDs, in metadata and in rows. */
	public get malformed(): Notices['malformedLinks'] {
		return this.malformedLinks.toSorted(
			(a, b) => compare(a.customerId, b.customerId) || compare(a.value, b.value) || compare(a.rowId ?? '', b.rowId ?? '')
		);
	}

	/** Customers of which it is not clear whom they pay for, because metadata or rows name more than one user. */
	public get contested(): Notices['contestedLinks'] {
		const byRows = this.rowOwners.disputes.map((dispute) => ({ ...dispute, byRows: true }));
		return [...this.contestedLinks, ...byRows].sort((a, b) => compare(a.customerId, b.customerId));
	}

	/** Number of linked users. */
	public get size(): number {
		return this.base === null ? this.links.size : this.base.size + this.addedTo(this.base).length;
	}

	/** Whether the user is linked, not counting doubts. */
	public has(discordId: string): boolean {
		return this.linksOf(discordId) !== undefined;
	}

	/** Undefined for a user with neither links nor doubts. */
	public get(discordId: string): LinkedPerson | undefined {
		const links = this.linksOf(discordId);
		const doubts = this.doubtsOf(discordId);
		return links === undefined && doubts.length === 0 ? undefined : this.personOf(discordId, links, doubts);
	}

	/** Whether a row gives the customer to a user or a team. */
	public isOwnedByRow(customerId: string): boolean {
		return this.rowOwners.has(customerId);
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

	private doubtsOf(discordId: string): readonly LinkDoubt[] {
		return this.doubts.get(discordId) ?? this.base?.doubtsOf(discordId) ?? NONE;
	}

	private linkByRow(row: MemberRow): void {
		this.rowOwners.add(row);
		const discordId = discordIdOf(row);
		if (discordId !== null) this.link(discordId, row);
		else if (isUnreadable(row)) this.doubtRow(row);
	}

	private doubtRow(row: MemberRow): void {
		const value = row.discordId ?? '';
		const team = this.rowOwners.teamOf(row)?.stripeCustomerId;
		const customerIds = [row.stripeCustomerId, team].flatMap((id) => id || []);
		for (const customerId of new Set(customerIds)) {
			this.malformedLinks.push({ customerId, value, rowId: row.id });
			for (const discordId of discordIdsWithin(value)) this.doubt(discordId, customerId, 'unreadable-row');
		}
	}

	/** @returns whether the account is claimed, see {@link buildCooperatively} */
	private linkByMetadata(account: Account): boolean {
		const { id } = account.customer;
		const isOwnedByRow = this.rowOwners.has(id);
		const value = onlyValueIn(account);
		if (isOwnedByRow) {
			if (value !== null) this.doubtOverridden(account);
			return this.rowOwners.isClaimed(id);
		}
		if (value === null) return false;
		const only = value === undefined ? null : parseDiscordId(value);
		if (only !== null) {
			this.link(only, id);
			return true;
		}
		const discordIds = discordIdsInMetadata(account);
		for (const discordId of discordIds) this.link(discordId, id, true);
		const values = unreadableValues(account);
		for (const each of values) this.malformedLinks.push({ customerId: id, value: each });
		if (discordIds.length > 1 || values.length > 0) this.doubtUnclear(account, discordIds);
		return discordIds.length > 0 || values.length > 0;
	}

	/** Doubts of users whom metadata names, or may mean, although rows give the customer to someone else. */
	private doubtOverridden(account: Account): void {
		const { id: customerId } = account.customer;
		for (const discordId of new Set(membersIn(account))) {
			if (this.rowOwners.names(customerId, discordId)) continue;
			const seats = this.rowsOf(discordId).map((row) => this.rowOwners.teamOf(row)?.stripeCustomerId);
			if (!seats.includes(customerId)) this.doubt(discordId, customerId, 'overridden');
		}
	}

	/** Doubts of those for whom a subscription may pay whose payee is uncertain. */
	private doubtUnclear(account: Account, named: readonly string[]): void {
		const { customer, subscriptions } = account;
		const uncertain = payeesOf(account).flatMap((payee, index) =>
			payee.kind === 'uncertain' && !ENDED.includes(subscriptions[index]?.status ?? '') ? payee : []
		);
		const discordIds = new Set(uncertain.flatMap((payee) => payee.discordIds));
		for (const discordId of discordIds) this.doubt(discordId, customer.id, 'unclear');
		if (uncertain.some(({ values }) => values.length === 0)) this.contestedLinks.push({ customerId: customer.id, values: named });
	}

	private doubt(discordId: string, customerId: string, kind: LinkDoubt['kind']): void {
		this.doubts.set(discordId, [...this.doubtsOf(discordId), this.doubtAbout(customerId, kind)]);
	}

	private doubtAbout(customerId: string, kind: LinkDoubt['kind']): LinkDoubt {
		return { customerId, kind, seat: this.rowOwners.isTeams(customerId) ? 'TEAM_MEMBER' : null };
	}

	/** @param isShared - whether a customer's metadata has more than one name */
	private link(discordId: string, to: string | MemberRow, isShared = false): void {
		const known = this.linksOf(discordId);
		if (known === undefined && !isShared) {
			this.links.set(discordId, to);
			return;
		}
		const { rows, customerIds, shared } = expand(known ?? NO_LINKS);
		this.links.set(
			discordId,
			typeof to === 'string'
				? { rows, customerIds: [...customerIds, to], shared: isShared ? [...shared, to] : shared }
				: { rows: [...rows, to], customerIds, shared }
		);
	}

	private rowsOf(discordId: string): readonly MemberRow[] {
		const links = this.linksOf(discordId);
		return links === undefined || typeof links === 'string' ? NONE : expand(links).rows;
	}

	private personOf(discordId: string, links: PersonLinks | undefined, doubts: readonly LinkDoubt[]): LinkedPerson {
		if (typeof links === 'string')
			return { discordId, rows: NONE, customerIds: [links], shared: NONE, seats: NONE, doubts: inOrder(doubts) };
		const { rows, customerIds, shared } = expand(links ?? NO_LINKS);
		const sortedRows = rows.length > 1 ? [...rows].sort((a, b) => compare(a.id, b.id)) : rows;
		const seats: LinkedPerson['seats'][number][] = [];
		for (const row of sortedRows) {
			const team = this.rowOwners.teamOf(row);
			if (team) seats.push({ row, team });
		}
		const customers = [...customerIds];
		let disputed = doubts;
		for (const { stripeCustomerId: customerId } of sortedRows) {
			if (!customerId || customers.includes(customerId)) continue;
			// A seat's customer is shown as the person's own if a row says so, but pays for the seat.
			if (this.rowOwners.isSole(customerId, discordId) || seats.some(({ team }) => team.stripeCustomerId === customerId))
				customers.push(customerId);
			else disputed = [...disputed, this.doubtAbout(customerId, 'disputed')];
		}
		return { discordId, rows: sortedRows, customerIds: customers.sort(), shared, seats, doubts: inOrder(disputed) };
	}
}

/** Whether the user has a link, not only doubts. */
export function isLinked(person: LinkedPerson | undefined): person is LinkedPerson {
	return person !== undefined && (person.rows.length > 0 || person.customerIds.length > 0);
}

function inOrder(doubts: readonly LinkDoubt[]): readonly LinkDoubt[] {
	return doubts.length < 2 ? doubts : doubts.toSorted((a, b) => compare(a.customerId, b.customerId) || compare(a.kind, b.kind));
}

const NO_LINKS = { rows: NONE, customerIds: NONE, shared: NONE };

function expand(links: PersonLinks): Exclude<PersonLinks, string | MemberRow> {
	if (typeof links === 'string') return { ...NO_LINKS, customerIds: [links] };
	return 'rows' in links ? links : { ...NO_LINKS, rows: [links] };
}

function* concat<Item>(...parts: readonly Iterable<Item>[]): Iterable<Item> {
	for (const part of parts) yield* part;
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

/** All customers that can pay for a person: their own, their teams', and those of which it is not clear; sorted. */
export function payingCustomerIds({ customerIds, seats, doubts }: LinkedPerson): readonly string[] {
	const teams = seats.flatMap(({ team }) => team.stripeCustomerId ?? []);
	return [...new Set([...customerIds, ...teams, ...doubts.map(({ customerId }) => customerId)])].sort();
}
