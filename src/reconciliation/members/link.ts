import { LinkIndex } from '../detection/link-index.js';
import { membersIn, unreadableValues } from '../detection/payees.js';
import { type RoleStatus, roleStatusOf } from '../detection/role-status.js';
import { discordIdOf } from '../detection/row-owners.js';
import type { AuditEntry } from '../domain/audit.js';
import type { BillingSnapshot, Customer, Subscription } from '../domain/billing.js';
import { fingerprint } from '../domain/fingerprint.js';
import type { RosterMember } from '../domain/guild.js';
import type { Links, MemberRow } from '../domain/links.js';
import { type LinkWritten, linksKeptElsewhere } from '../domain/people.js';
import type { Billing, Guild, LinkReader } from '../domain/ports.js';
import type { PolicySettings } from '../domain/rules.js';
import { attempt } from '../domain/source-result.js';
import { type CustomerMetadataSearch, SEARCH_LAG_MS } from './explain.js';

/**
 * Links between Discord members and Stripe customers that operators make by hand. A conflict is explained, never overwritten: a row that
 * links another member has to be unlinked first, and Stripe metadata is overruled only by an operator who has seen whom it names.
 */

/** A customer with enough about their subscriptions to recognize them. */
export interface CustomerFound {
	readonly customer: Customer;
	readonly subscriptions: readonly Pick<Subscription, 'id' | 'status' | 'items'>[];
}

export interface CustomerLookup {
	/** Whether the text is meant as a customer ID, not as an email address or a name. */
	looksLikeCustomerId(text: string): boolean;
	/** `missing` for a malformed ID too. @throws {SourceError} */
	findCustomer(customerId: string): Promise<CustomerFound | 'missing' | 'deleted'>;
	/** Customers with this email first, then those whose email or name contains the text. @throws {SourceError} */
	searchCustomers(text: string, limit: number): Promise<readonly CustomerFound[]>;
}

/** Every change is written with its entry in the audit log: in one transaction, if the rows are Reeve's own. */
export interface LinkStore {
	/** Where links are kept, if Reeve may not change them; null if it may. */
	readonly linksKeptIn: string | null;
	/** Links the customer to the member, with one winner among operators who link one customer at the same time. */
	writeLink(link: { discordId: string; customerId: string; actor: AuditEntry['actor']; at: Date }): Promise<LinkWritten>;
	/** Removes the member from this row. False if it no longer names them. */
	removeLink(link: { rowId: string; discordId: string; actor: AuditEntry['actor']; at: Date }): Promise<boolean>;
}

/** Options of a Discord select menu. */
const MAX_CUSTOMERS_SHOWN = 25;

export type CustomersResult =
	| { readonly kind: 'found'; readonly customers: readonly CustomerFound[] }
	| { readonly kind: 'unreadable'; readonly why: string };

/** Finds customers by ID, by email, or by a part of an email or a name. */
export async function searchCustomers(customers: CustomerLookup, text: string): Promise<CustomersResult> {
	const query = text.trim();
	if (query === '') return { kind: 'found', customers: [] };
	return orUnreadable(async () => {
		if (!customers.looksLikeCustomerId(query)) {
			return { kind: 'found', customers: await customers.searchCustomers(query, MAX_CUSTOMERS_SHOWN) };
		}
		const found = await customers.findCustomer(query);
		return { kind: 'found', customers: found === 'missing' || found === 'deleted' ? [] : [found] };
	});
}

export interface LinkingDeps {
	readonly billing: Pick<Billing, 'readCustomers' | 'findCustomersNaming'> & CustomerLookup & CustomerMetadataSearch;
	readonly guild: Pick<Guild, 'readMember'>;
	readonly ledger: Pick<LinkReader, 'readLinksOf'> & LinkStore;
	readonly now: () => Date;
}

export interface LinkOrder {
	readonly discordId: string;
	readonly customerId: string;
	/** The operator's Discord ID. */
	readonly actor: string;
	/** Fingerprint of the members whom the confirmation listed; null without a confirmation. */
	readonly confirmed: string | null;
}

export type LinkResult =
	| {
			readonly kind: 'linked';
			readonly found: CustomerFound;
			/** Other customers that also pay for the member. */
			readonly others: readonly string[];
			/** Discord IDs that metadata had linked to the customer. */
			readonly takenFrom: readonly string[];
			readonly roleStatus: RoleStatus;
	  }
	| { readonly kind: 'already'; readonly by: 'row' | 'metadata' }
	| { readonly kind: 'taken'; readonly by: string }
	| { readonly kind: 'team'; readonly team: string }
	/** Metadata names other members: the operator has to confirm with this hash. */
	| { readonly kind: 'named'; readonly found: CustomerFound; readonly people: readonly string[]; readonly hash: string }
	| { readonly kind: 'missing' | 'deleted' | 'bot' }
	/** A source could not be read. `why` is shown to the operator. */
	| { readonly kind: 'unreadable'; readonly why: string };

/** Links a customer to a member unless something conflicts. Changes no role. */
export async function linkCustomer(ports: LinkingDeps, policy: PolicySettings, order: LinkOrder): Promise<LinkResult> {
	const { discordId, customerId, actor } = order;
	return orUnreadable(async () => {
		assertWritable(ports.ledger);
		const found = await ports.billing.findCustomer(customerId);
		if (found === 'missing' || found === 'deleted') return { kind: found };
		const snapshot = await readMemberSnapshot(ports, discordId, [customerId]);
		if (snapshot.member?.bot) return { kind: 'bot' };
		const conflict = linkConflict(snapshot, order);
		if (conflict !== null) return conflict.kind === 'named' ? { ...conflict, found } : conflict;
		const written = await ports.ledger.writeLink({ discordId, customerId, actor, at: ports.now() });
		if (written.kind === 'already') return { kind: 'already', by: 'row' };
		if (written.kind !== 'written') return written;
		const { member, billing, links } = snapshot;
		const linked = { billing, links: withLink(links, discordId, customerId) };
		return {
			kind: 'linked',
			found,
			others: ownCustomerIds(linked, discordId).filter((id) => id !== customerId),
			takenFrom: othersNamed(snapshot, customerId, discordId),
			roleStatus: roleStatusOf(discordId, member, linked, policy, ports.now())
		};
	});
}

/** What conflicts with a link; null if nothing does or the operator has confirmed it. */
function linkConflict(
	snapshot: MemberSnapshot,
	{ discordId, customerId, confirmed }: LinkOrder
): Exclude<LinkResult, { kind: 'linked' | 'named' | 'missing' | 'deleted' | 'bot' | 'unreadable' }> | NamedOthers | null {
	const { links, billing } = snapshot;
	const owners = links.members.filter((row) => row.stripeCustomerId === customerId).map(discordIdOf);
	const team = links.teams.find(({ stripeCustomerId }) => stripeCustomerId === customerId);
	if (team) return { kind: 'team', team: team.name };
	const other = owners.find((owner) => owner !== null && owner !== discordId);
	if (other) return { kind: 'taken', by: other };
	if (owners.includes(discordId)) return { kind: 'already', by: 'row' };
	const people = othersNamed(snapshot, customerId, discordId);
	if (people.length === 0) {
		const account = billing.accounts.get(customerId);
		const isClear = account !== undefined && unreadableValues(account).length === 0 && membersIn(account).includes(discordId);
		return isClear ? { kind: 'already', by: 'metadata' } : null;
	}
	const hash = fingerprint(JSON.stringify(people));
	return confirmed === hash ? null : { kind: 'named', people, hash };
}

type NamedOthers = Omit<Extract<LinkResult, { kind: 'named' }>, 'found'>;

/** A row that links a member to a customer or a team seat. */
export interface MemberLink {
	/** Short name of the row, for a button. */
	readonly hash: string;
	readonly rowId: string;
	readonly customer: CustomerFound | null;
	/** Given as well if Stripe does not have the customer. */
	readonly customerId: string | null;
	readonly seat: { readonly team: string; readonly tier: MemberRow['seatTier'] } | null;
	/** The member's roles without this link. */
	readonly roleStatusWithout: RoleStatus;
}

export type LinksResult =
	| {
			readonly kind: 'links';
			readonly discordId: string;
			readonly links: readonly MemberLink[];
			/** Customers linked by metadata alone: these links can be removed only in Stripe. */
			readonly byMetadata: readonly string[];
			readonly roleStatus: RoleStatus;
	  }
	| { readonly kind: 'unreadable'; readonly why: string };

/** Lists a member's links and what removing each would change. Changes nothing. */
export async function linksOf(ports: LinkingDeps, policy: PolicySettings, discordId: string): Promise<LinksResult> {
	return orUnreadable(async () => {
		assertWritable(ports.ledger);
		const snapshot = await readMemberSnapshot(ports, discordId, []);
		const { member, billing, links } = snapshot;
		const now = ports.now();
		const rows = links.members.filter((row) => discordIdOf(row) === discordId).sort((a, b) => (a.id < b.id ? -1 : 1));
		const byRow = new Set(rows.flatMap(({ stripeCustomerId }) => stripeCustomerId ?? []));
		const memberLinks = rows.map((row): MemberLink => {
			const team = links.teams.find(({ id }) => id === row.teamId);
			return {
				hash: fingerprint(JSON.stringify([row.id])),
				rowId: row.id,
				customerId: row.stripeCustomerId,
				customer: customerIn(billing, row.stripeCustomerId),
				seat: team === undefined ? null : { team: team.name, tier: row.seatTier },
				roleStatusWithout: roleStatusOf(discordId, member, { billing, links: withoutLink(links, row.id) }, policy, now)
			};
		});
		return {
			kind: 'links',
			discordId,
			links: memberLinks,
			byMetadata: ownCustomerIds(snapshot, discordId).filter((id) => !byRow.has(id)),
			roleStatus: roleStatusOf(discordId, member, snapshot, policy, now)
		};
	});
}

export interface UnlinkOrder {
	readonly discordId: string;
	/** Of the row that the confirmation showed. */
	readonly hash: string;
	/** The operator's Discord ID. */
	readonly actor: string;
}

export type UnlinkResult =
	| { readonly kind: 'unlinked'; readonly link: MemberLink }
	/** Already removed. */
	| { readonly kind: 'gone' }
	| { readonly kind: 'unreadable'; readonly why: string };

/** Removes a member from a row; the row itself stays. Changes no role. */
export async function unlinkRow(ports: LinkingDeps, policy: PolicySettings, order: UnlinkOrder): Promise<UnlinkResult> {
	const { discordId, hash, actor } = order;
	const found = await linksOf(ports, policy, discordId);
	if (found.kind === 'unreadable') return found;
	const link = found.links.find((each) => each.hash === hash);
	if (link === undefined) return { kind: 'gone' };
	return orUnreadable(async () => {
		const removed = await ports.ledger.removeLink({ rowId: link.rowId, discordId, actor, at: ports.now() });
		return removed ? { kind: 'unlinked', link } : { kind: 'gone' };
	});
}

/** @throws {SourceError} that says where links are kept */
export function assertWritable({ linksKeptIn: place }: Pick<LinkStore, 'linksKeptIn'>): void {
	if (place !== null) throw linksKeptElsewhere(place);
}

interface MemberSnapshot {
	readonly member: RosterMember | null;
	readonly billing: BillingSnapshot;
	readonly links: Links;
}

async function readMemberSnapshot(
	{ billing, guild, ledger, now }: LinkingDeps,
	discordId: string,
	customerIds: readonly string[]
): Promise<MemberSnapshot> {
	const searched = attempt(() => billing.searchCustomersByMetadata(discordId));
	// The search is not available everywhere: then links by older metadata are missing.
	const [search, changed] = await Promise.all([
		searched,
		billing.findCustomersNaming(discordId, new Date(now().getTime() - SEARCH_LAG_MS))
	]);
	const named = [...(search.ok ? search.value : []), ...changed];
	const links = await ledger.readLinksOf([discordId], [...customerIds, ...named]);
	const inRows = [...links.members, ...links.teams].flatMap(({ stripeCustomerId }) => stripeCustomerId ?? []);
	const [snapshot, member] = await Promise.all([
		billing.readCustomers([...new Set([...customerIds, ...named, ...inRows])]),
		guild.readMember(discordId)
	]);
	return { member, billing: snapshot, links };
}

/** The member's own customers, by rows and by metadata. */
function ownCustomerIds({ billing, links }: Omit<MemberSnapshot, 'member'>, discordId: string): readonly string[] {
	return LinkIndex.of(billing.accounts, links).get(discordId)?.customerIds ?? [];
}

/** Other members whom the metadata of the customer or its subscriptions names or may mean; sorted. */
function othersNamed({ billing }: MemberSnapshot, customerId: string, discordId: string): readonly string[] {
	return [...new Set(membersIn(billing.accounts.get(customerId)))].filter((id) => id !== discordId).sort();
}

function customerIn({ accounts }: BillingSnapshot, customerId: string | null): CustomerFound | null {
	return (customerId === null ? undefined : accounts.get(customerId)) ?? null;
}

/** The links as they will be once the customer is linked to the member. */
function withLink(links: Links, discordId: string, customerId: string): Links {
	const row: MemberRow = {
		id: '',
		discordId,
		stripeCustomerId: customerId,
		seatTier: 'INDIVIDUAL',
		teamId: null,
		paymentFailedAt: null
	};
	const free = links.members.find((each) => each.stripeCustomerId === customerId && discordIdOf(each) === null);
	const others = links.members.filter((each) => each !== free);
	return { ...links, members: [...others, free === undefined ? row : { ...free, discordId }] };
}

function withoutLink(links: Links, rowId: string): Links {
	return { ...links, members: links.members.map((row) => (row.id === rowId ? { ...row, discordId: null } : row)) };
}

export async function orUnreadable<T>(work: () => Promise<T>): Promise<T | { readonly kind: 'unreadable'; readonly why: string }> {
	const result = await attempt(work);
	return result.ok ? result.value : { kind: 'unreadable', why: result.error };
}
