import { LinkIndex, discordIdsInMetadata as peopleNamedBy } from '../detection/link-index.js';
import { type RoleStatus, roleStatusOf } from '../detection/role-status.js';
import type { AuditEntry } from '../domain/audit.js';
import type { BillingSnapshot, Customer, Subscription } from '../domain/billing.js';
import { fingerprint } from '../domain/fingerprint.js';
import type { RosterMember } from '../domain/guild.js';
import type { Links, MemberRow } from '../domain/links.js';
import { type Billing, type Guild, type Ledger, SourceError } from '../domain/ports.js';
import type { PolicySettings } from '../domain/rules.js';

/**
 * Tying a Discord user to a Stripe customer by hand. A conflict is explained, and never overwritten: a row of somebody else's
 * has to be unlinked first, and what Stripe's metadata says is only overruled by an operator who has seen whom it names.
 */

/** A customer, and what they have subscribed to: enough to know them by. */
export interface CustomerFound {
	readonly customer: Customer;
	readonly subscriptions: readonly Pick<Subscription, 'id' | 'status' | 'shownPrices'>[];
}

/** Stripe, asked for customers by what an operator knows of them. */
export interface CustomerLookup {
	/** Whether a text is meant as a customer ID, and not as an email address or a name. */
	looksLikeCustomerId(text: string): boolean;
	/** One by ID; `missing` for a malformed ID too. @throws {SourceError} */
	findCustomer(customerId: string): Promise<CustomerFound | 'missing' | 'deleted'>;
	/** Those with this email, then those whose email or name has this text in it. @throws {SourceError} */
	searchCustomers(text: string, limit: number): Promise<readonly CustomerFound[]>;
}

/** What an attempt to write a link came to: what was judged may have changed until then. */
export type LinkWritten =
	| { readonly kind: 'written' }
	| { readonly kind: 'already' }
	| { readonly kind: 'taken'; readonly by: string }
	| { readonly kind: 'team'; readonly team: string };

/** Where links are kept. Each change is written together with its entry in the audit log. */
export interface LinkStore {
	/** Ties the customer to the person: one winner, where two operators link one customer to two people at once. */
	writeLink(link: { discordId: string; customerId: string; actor: AuditEntry['actor']; at: Date }): Promise<LinkWritten>;
	/** Takes the person off this row. False if it did not name them any more. */
	removeLink(link: { rowId: string; discordId: string; actor: AuditEntry['actor']; at: Date }): Promise<boolean>;
}

/** As many as a menu of Discord's holds. */
const MAX_CUSTOMERS_SHOWN = 25;

export type CustomersResult =
	| { readonly kind: 'found'; readonly customers: readonly CustomerFound[] }
	| { readonly kind: 'unreadable'; readonly why: string };

/** Which customers an operator could mean: by a customer ID, or else by an email, or a part of an email or a name. */
export async function searchCustomers(book: CustomerLookup, text: string): Promise<CustomersResult> {
	const typed = text.trim();
	if (typed === '') return { kind: 'found', customers: [] };
	return orUnreadable(async () => {
		if (!book.looksLikeCustomerId(typed)) return { kind: 'found', customers: await book.searchCustomers(typed, MAX_CUSTOMERS_SHOWN) };
		const found = await book.findCustomer(typed);
		return { kind: 'found', customers: found === 'missing' || found === 'deleted' ? [] : [found] };
	});
}

/** What linking stands on. */
export interface LinkingDeps {
	readonly billing: Pick<Billing, 'readCustomers' | 'findCustomersByDiscordIds'> & CustomerLookup;
	readonly guild: Pick<Guild, 'readMember'>;
	readonly ledger: Pick<Ledger, 'readLinksOf'> & LinkStore;
	readonly now: () => Date;
}

export interface LinkOrder {
	readonly discordId: string;
	readonly customerId: string;
	/** The operator's Discord ID. */
	readonly actor: string;
	/** The hash of the people whom metadata was shown to name; null where nothing was shown. */
	readonly confirmed: string | null;
}

export type LinkResult =
	| {
			readonly kind: 'linked';
			readonly found: CustomerFound;
			/** Other customers that pay for the person too. */
			readonly others: readonly string[];
			/** Whom metadata had tied to the customer. */
			readonly takenFrom: readonly string[];
			readonly roleStatus: RoleStatus;
	  }
	| { readonly kind: 'already'; readonly by: 'row' | 'metadata' }
	| { readonly kind: 'taken'; readonly by: string }
	| { readonly kind: 'team'; readonly team: string }
	/** Metadata names other people: to be confirmed, with this hash. */
	| { readonly kind: 'named'; readonly found: CustomerFound; readonly people: readonly string[]; readonly hash: string }
	| { readonly kind: 'missing' | 'deleted' | 'bot' }
	/** A source could not be read; `why` in the operator's words. */
	| { readonly kind: 'unreadable'; readonly why: string };

/** Ties a customer to a person, unless something speaks against it. Changes no role. */
export async function linkCustomer(ports: LinkingDeps, policy: PolicySettings, order: LinkOrder): Promise<LinkResult> {
	const { discordId, customerId, actor } = order;
	return orUnreadable(async () => {
		const found = await ports.billing.findCustomer(customerId);
		if (found === 'missing' || found === 'deleted') return { kind: found };
		const picture = await readMemberSnapshot(ports, discordId, [customerId]);
		if (picture.member?.bot) return { kind: 'bot' };
		const conflict = linkConflict(picture, order);
		if (conflict !== null) return conflict.kind === 'named' ? { ...conflict, found } : conflict;
		const written = await ports.ledger.writeLink({ discordId, customerId, actor, at: ports.now() });
		if (written.kind === 'already') return { kind: 'already', by: 'row' };
		if (written.kind !== 'written') return written;
		const { member, billing, links } = picture;
		const linked = { billing, links: withLink(links, discordId, customerId) };
		return {
			kind: 'linked',
			found,
			others: ownCustomerIds(linked, discordId).filter((id) => id !== customerId),
			takenFrom: metadataIdsOf(picture, customerId).filter((id) => id !== discordId),
			roleStatus: roleStatusOf(discordId, member, linked, policy, ports.now())
		};
	});
}

/** What speaks against a link, as far as can be seen. Null where nothing does, or the operator has seen it. */
function linkConflict(
	picture: MemberSnapshot,
	{ discordId, customerId, confirmed }: LinkOrder
): Exclude<LinkResult, { kind: 'linked' | 'named' | 'missing' | 'deleted' | 'bot' | 'unreadable' }> | NamedOthers | null {
	const { links } = picture;
	const rows = links.members.filter((row) => row.stripeCustomerId === customerId && row.discordId !== null);
	if (rows.some((row) => row.discordId === discordId)) return { kind: 'already', by: 'row' };
	const team = links.teams.find(({ stripeCustomerId }) => stripeCustomerId === customerId);
	if (team) return { kind: 'team', team: team.name };
	const [other] = rows;
	if (other?.discordId) return { kind: 'taken', by: other.discordId };
	const named = metadataIdsOf(picture, customerId);
	const people = named.filter((id) => id !== discordId);
	if (people.length === 0) return named.length > 0 ? { kind: 'already', by: 'metadata' } : null;
	const hash = fingerprint(JSON.stringify(people));
	return confirmed === hash ? null : { kind: 'named', people, hash };
}

type NamedOthers = Omit<Extract<LinkResult, { kind: 'named' }>, 'found'>;

/** A row that links a person to something. */
export interface MemberLink {
	/** A short name of the row, for a button. */
	readonly hash: string;
	readonly rowId: string;
	readonly customer: CustomerFound | null;
	/** Where the customer is known by its ID alone, because Stripe does not have it. */
	readonly customerId: string | null;
	readonly seat: { readonly team: string; readonly tier: MemberRow['seatTier'] } | null;
	/** What the person would have without it. */
	readonly roleStatusWithout: RoleStatus;
}

export type LinksResult =
	| {
			readonly kind: 'links';
			readonly discordId: string;
			readonly links: readonly MemberLink[];
			/** Customers that metadata alone links to the person: only Stripe can untie them. */
			readonly byMetadata: readonly string[];
			readonly roleStatus: RoleStatus;
	  }
	| { readonly kind: 'unreadable'; readonly why: string };

/** What links a person, and what it would mean to untie each. Changes nothing. */
export async function linksOf(ports: LinkingDeps, policy: PolicySettings, discordId: string): Promise<LinksResult> {
	return orUnreadable(async () => {
		const picture = await readMemberSnapshot(ports, discordId, []);
		const { member, billing, links } = picture;
		const now = ports.now();
		const rows = links.members.filter((row) => row.discordId === discordId).sort((a, b) => (a.id < b.id ? -1 : 1));
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
			byMetadata: ownCustomerIds(picture, discordId).filter((id) => !byRow.has(id)),
			roleStatus: roleStatusOf(discordId, member, picture, policy, now)
		};
	});
}

/** Which row, by the hash that the confirmation showed, and on whose word. */
export interface UnlinkOrder {
	readonly discordId: string;
	readonly hash: string;
	readonly actor: string;
}

export type UnlinkResult =
	| { readonly kind: 'unlinked'; readonly link: MemberLink }
	/** Somebody has untied it before. */
	| { readonly kind: 'gone' }
	| { readonly kind: 'unreadable'; readonly why: string };

/** Unties a row from a person: the row stays, without them. Changes no role. */
export async function unlinkRow(ports: LinkingDeps, policy: PolicySettings, order: UnlinkOrder): Promise<UnlinkResult> {
	const { discordId, hash, actor } = order;
	const found = await linksOf(ports, policy, discordId);
	if (found.kind === 'unreadable') return found;
	const link = found.links.find((each) => each.hash === hash);
	if (link === undefined) return { kind: 'gone' };
	const erased = await ports.ledger.removeLink({ rowId: link.rowId, discordId, actor, at: ports.now() });
	return erased ? { kind: 'unlinked', link } : { kind: 'gone' };
}

/** All that bears on one person. */
interface MemberSnapshot {
	readonly member: RosterMember | null;
	readonly billing: BillingSnapshot;
	readonly links: Links;
}

async function readMemberSnapshot(
	{ billing, guild, ledger }: LinkingDeps,
	discordId: string,
	customerIds: readonly string[]
): Promise<MemberSnapshot> {
	const claimed = (await billing.findCustomersByDiscordIds([discordId])).map(({ id }) => id);
	const links = await ledger.readLinksOf(discordId, [...customerIds, ...claimed]);
	const inRows = [...links.members, ...links.teams].flatMap(({ stripeCustomerId }) => stripeCustomerId ?? []);
	const [snapshot, member] = await Promise.all([
		billing.readCustomers([...new Set([...customerIds, ...claimed, ...inRows])]),
		guild.readMember(discordId)
	]);
	return { member, billing: snapshot, links };
}

/** The person's own customers, by rows and by metadata. */
function ownCustomerIds({ billing, links }: Omit<MemberSnapshot, 'member'>, discordId: string): readonly string[] {
	return LinkIndex.of(billing.accounts, links).get(discordId)?.customerIds ?? [];
}

/** Whom the customer's metadata, or that of its subscriptions, names. */
function metadataIdsOf({ billing }: MemberSnapshot, customerId: string): readonly string[] {
	return peopleNamedBy(billing.accounts.get(customerId));
}

function customerIn({ accounts }: BillingSnapshot, customerId: string | null): CustomerFound | null {
	return (customerId === null ? undefined : accounts.get(customerId)) ?? null;
}

/** The links as they are once the customer is the person's. */
function withLink(links: Links, discordId: string, customerId: string): Links {
	const row: MemberRow = {
		id: '',
		discordId,
		stripeCustomerId: customerId,
		seatTier: 'INDIVIDUAL',
		teamId: null,
		paymentFailedAt: null
	};
	const free = links.members.find((each) => each.stripeCustomerId === customerId && each.discordId === null);
	const others = links.members.filter((each) => each !== free);
	return { ...links, members: [...others, free === undefined ? row : { ...free, discordId }] };
}

function withoutLink(links: Links, rowId: string): Links {
	return { ...links, members: links.members.map((row) => (row.id === rowId ? { ...row, discordId: null } : row)) };
}

async function orUnreadable<T>(work: () => Promise<T>): Promise<T | { readonly kind: 'unreadable'; readonly why: string }> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof SourceError) return { kind: 'unreadable', why: error.message };
		throw error;
	}
}
