import { type Cooperative, forEachYielding, runCooperatively } from '../../async/cooperative.js';
import { exemptMembers, type LinkAnalysis, type Snapshot, unlinkedHolders } from '../detection/detect.js';
import { discordIdsInMetadata, unreadableValues } from '../detection/payees.js';
import type { Account } from '../domain/billing.js';
import type { RosterMember } from '../domain/guild.js';
import type { OnProgress } from '../domain/ports.js';
import type { PolicySettings } from '../domain/rules.js';
import { evaluate } from '../policy/entitlement.js';
import { PaymentFailures } from '../policy/payment-failure.js';
import { matchNames, type Named, type NameMatch, normaliseNames } from './equal-names.js';
import type { CustomerFound } from './link.js';

/** Suggests links: unlinked role holders beside unlinked payers of the same name. An equal name proves nothing, so an operator decides. */

type MemberFound = Pick<RosterMember, 'id' | 'name' | 'roles'>;

/** A role holder and a payer of whom each has a name that only the other one has. */
export interface SuggestedLink {
	/** The names that both have, normalised. */
	readonly names: readonly string[];
	readonly member: MemberFound;
	readonly customer: CustomerFound;
}

/** Names that several members or several customers have. */
export interface AmbiguousNames {
	/** Normalised. */
	readonly names: readonly string[];
	/** Those without a managed role and exempt ones too: each of them may be the payer. */
	readonly members: readonly MemberFound[];
	readonly customers: readonly CustomerFound[];
}

export interface Suggestions {
	readonly links: readonly SuggestedLink[];
	/** At least one of the members is a role holder. */
	readonly ambiguous: readonly AmbiguousNames[];
	/** Members with a managed role, without a link and without an exemption. */
	readonly holders: number;
	/** Customers with a subscription that gives a tier, or may, whom nothing links to a member. */
	readonly payers: number;
}

export interface SuggestPorts {
	/** Reads everything. @throws {SourceError} */
	readonly readSnapshot: (options: {
		readonly now: Date;
		readonly onProgress: OnProgress;
	}) => Promise<{ readonly snapshot: Snapshot; readonly analysis: LinkAnalysis }>;
	/** Reads customers with their names and emails, which a snapshot does not have. @throws {SourceError} */
	readonly readCustomers: (customerIds: readonly string[]) => Promise<ReadonlyMap<string, Account | 'missing' | 'deleted'>>;
}

export type SuggestionsResult =
	| { readonly kind: 'suggestions'; readonly suggestions: Suggestions }
	/** A source could not be read. `why` is shown to the operator. */
	| { readonly kind: 'unreadable'; readonly why: string };

/** How long the pages of a list are taken from the same reading: reading everything again can take minutes, and would move the pairs. */
const KEPT_MS = 15 * 60_000;

/**
 * Keeps the latest suggestions for their pages.
 * @returns reads again if asked to, and if there are none that are recent enough
 */
export function createSuggester(
	suggest: (onProgress: OnProgress) => Promise<SuggestionsResult>,
	now: () => Date
): (options: { readonly reread: boolean; readonly onProgress: OnProgress }) => Promise<SuggestionsResult> {
	let latest: { readonly read: Promise<SuggestionsResult>; readonly at: number } | null = null;
	return ({ reread, onProgress }) => {
		if (!reread && latest !== null && now().getTime() - latest.at <= KEPT_MS) return latest.read;
		const reading = { read: suggest(onProgress), at: now().getTime() };
		latest = reading;
		const forget = () => {
			if (latest === reading) latest = null;
		};
		reading.read.then(({ kind }) => {
			if (kind === 'unreadable') forget();
		}, forget);
		return reading.read;
	};
}

/** Customers with other IDs cannot be linked by hand. */
const LINKABLE = /^cus_\w{1,36}$/;

/** Reads everything and finds equal names. Changes nothing. @throws {SourceError} */
export async function suggestLinks(
	{ readSnapshot, readCustomers }: SuggestPorts,
	policy: PolicySettings,
	{ now, onProgress }: { readonly now: Date; readonly onProgress: OnProgress }
): Promise<Suggestions> {
	const { snapshot, analysis } = await readSnapshot({ now, onProgress });
	const payers = await runCooperatively(unlinkedPayers(snapshot, analysis, policy, now));
	const exempt = exemptMembers(snapshot.links, now);
	const unlinked = await runCooperatively(unlinkedHolders(snapshot, analysis));
	const holders = new Set(unlinked.filter((id) => !exempt.has(id)));
	const counts = { holders: holders.size, payers: payers.length };
	if (holders.size === 0 || payers.length === 0) return { links: [], ambiguous: [], ...counts };
	const accounts = await readCustomers(payers);
	const customers = [...accounts.values()].flatMap((account) => (typeof account === 'string' ? [] : toNamed(account)));
	const people = await runCooperatively(unlinkedPeopleCalled(new Set(customers.flatMap(({ names }) => names)), snapshot, analysis));
	const matches = (await runCooperatively(matchNames(people, customers))).filter(({ left }) => left.some((id) => holders.has(id)));
	const found = matches.map((match) => describeMatch(match, snapshot, accounts));
	return { links: found.flatMap(onlyLink), ambiguous: found.filter((each) => onlyLink(each).length === 0), ...counts };
}

/** The link, if there is one member and one customer. */
function onlyLink({ names, members, customers }: AmbiguousNames): readonly SuggestedLink[] {
	const [member, otherMember] = members;
	const [customer, otherCustomer] = customers;
	return member && customer && !otherMember && !otherCustomer ? [{ names, member, customer }] : [];
}

/** IDs of customers who pay, or may, and whom neither a row nor metadata links to anyone. */
function* unlinkedPayers(
	{ billing, links }: Snapshot,
	{ linkIndex }: LinkAnalysis,
	policy: PolicySettings,
	now: Date
): Cooperative<readonly string[]> {
	const failures = new PaymentFailures(links, now);
	const payers: string[] = [];
	yield* forEachYielding(billing.accounts.values(), (account) => {
		const { id } = account.customer;
		if (!LINKABLE.test(id) || linkIndex.isOwnedByRow(id)) return;
		if (discordIdsInMetadata(account).length > 0 || unreadableValues(account).length > 0) return;
		// What could not be read may link them.
		if (account.subscriptions.some(({ isLinkLost }) => isLinkLost)) return;
		const sources = account.subscriptions.map((subscription) => ({
			subscription,
			seat: null,
			unpaidSince: failures.since(subscription, [])
		}));
		const { entitlement, unknown } = evaluate(sources, policy, now);
		if (entitlement.kind === 'tier' || unknown.length > 0) payers.push(id);
	});
	return payers;
}

/** People without a link who have one of these names, with or without a managed role. Of a million, few do. */
function* unlinkedPeopleCalled(
	wanted: ReadonlySet<string>,
	{ roster }: Snapshot,
	{ linkIndex }: LinkAnalysis
): Cooperative<readonly Named[]> {
	const people: Named[] = [];
	yield* forEachYielding(roster.members.values(), ({ id, name, username, globalName, bot }) => {
		if (bot || linkIndex.has(id)) return;
		const names = normaliseNames([name, username, globalName]).filter((each) => wanted.has(each));
		if (names.length > 0) people.push({ id, names });
	});
	return people;
}

function toNamed({ customer: { id, name, email } }: Account): Named {
	return { id, names: normaliseNames([name, email?.slice(0, Math.max(0, email.lastIndexOf('@')))]) };
}

/** Copies what is shown: a view would keep the whole snapshot in memory. */
function describeMatch(
	{ names, left, right }: NameMatch,
	{ roster }: Snapshot,
	accounts: ReadonlyMap<string, Account | 'missing' | 'deleted'>
): AmbiguousNames {
	return {
		names,
		members: left.flatMap((discordId) => {
			const member = roster.members.get(discordId);
			return member === undefined ? [] : { id: member.id, name: member.name, roles: member.roles };
		}),
		customers: right.flatMap((customerId) => {
			const account = accounts.get(customerId);
			return account === undefined || typeof account === 'string' ? [] : account;
		})
	};
}
