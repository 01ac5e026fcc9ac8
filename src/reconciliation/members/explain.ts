import { isDeepStrictEqual } from 'node:util';
import { detect, paymentSources } from '../detection/detect.js';
import { discordIdsInMetadata, type LinkedPerson, LinkIndex } from '../detection/link-index.js';
import type { AuditEntry } from '../domain/audit.js';
import type { Accounts } from '../domain/billing.js';
import type { RosterMember } from '../domain/guild.js';
import type { DriftIssue, IssueState, OpenIssue } from '../domain/issue.js';
import { type Exemption, isInForce, type Links } from '../domain/links.js';
import { type Ports, SourceError } from '../domain/ports.js';
import type { PolicySettings, RoleName } from '../domain/rules.js';
import { type EvaluatedSource, evaluateSources, expectedRoles } from '../policy/entitlement.js';
import { PaymentFailures } from '../policy/payment-failure.js';
import { type EntitlementReason, entitlementReason } from '../policy/reason.js';

/** One person, explained: what the next run would think of them, and why. */

/** Stripe, asked whose customer somebody is. */
export interface CustomerMetadataSearch {
	/** Customers whose metadata, or a subscription's, names the person, as far as Stripe's search knows by now. @throws {SourceError} */
	searchCustomersByMetadata(discordId: string): Promise<readonly string[]>;
}

/** What the database remembers of one person. */
export interface MemberHistoryStore {
	/** The issue that is open, or is being fixed. */
	liveIssueOf(discordId: string): Promise<LiveIssue | null>;
	/** What was changed about them, the newest first, at most so many; and how much there is in all. */
	changesOf(discordId: string, most: number): Promise<{ readonly newest: readonly AuditEntry[]; readonly total: number }>;
	/** The newest fix of theirs, if it worked and stands; null if there is nothing to undo. */
	undoableOf(discordId: string): Promise<string | null>;
}

export interface LiveIssue extends OpenIssue {
	readonly status: IssueState['status'];
}

/** One subscription that can pay for the person, with what it gives and why. */
export interface ExplainedSource extends EvaluatedSource {
	readonly reason: EntitlementReason;
}

/** How the deciding subscription stands out: it is the only one, gives more than all others, or as much and is newer. */
export type Precedence = 'only' | 'most' | 'newest';

/** What Stripe and the links say of the person. */
export interface EntitlementBreakdown {
	/** Null for somebody whom nothing links. */
	readonly person: LinkedPerson | null;
	/** Customers whose metadata names them, with how it counts: a row about the customer beats it, and two names contest it. */
	readonly named: readonly { readonly customerId: string; readonly counts: 'links' | 'contested' | 'overruled' }[];
	/** The deciding one first. */
	readonly sources: readonly ExplainedSource[];
	/** Null without any subscription. */
	readonly precedence: Precedence | null;
	/** The managed roles that the policy gives; null while a status is not known. */
	readonly expected: readonly RoleName[] | null;
}

export interface Explanation {
	readonly discordId: string;
	/** Null for somebody who is not in the server, or could not be read. */
	readonly member: RosterMember | null;
	/** Why the server could not be asked; null if it was. */
	readonly discordFailure: string | null;
	/** Without what Stripe says where it could not be asked. */
	readonly breakdown: EntitlementBreakdown;
	/** Why Stripe could not be asked; null if it was. */
	readonly stripeFailure: string | null;
	/** Why metadata could not be searched; null if it could. Links by metadata alone may be missing then. */
	readonly searchFailure: string | null;
	/** Whether what they should have is known: it is not while Stripe is away. */
	readonly known: boolean;
	/** What the next run would find; null if nothing, or if it is not known. */
	readonly drift: DriftIssue | null;
	/** What stands now, if any. */
	readonly exemption: Exemption | null;
	readonly issue: LiveIssue | null;
	readonly changes: { readonly newest: readonly AuditEntry[]; readonly total: number };
	/** The fix that an operator may undo. */
	readonly undoable: string | null;
}

/** Changes told; the rest is counted. */
const MAX_CHANGES_SHOWN = 10;

/** Stripe's search may lag behind by so much: what is newer is asked of its events. */
const SEARCH_LAG_MS = 65 * 60_000;

/** Reads one person afresh and explains them. What cannot be read is said; the rest is explained all the same. Changes nothing. */
export async function explainMember(
	ports: Pick<Ports, 'guild' | 'ledger' | 'now'> & { readonly billing: Ports['billing'] & CustomerMetadataSearch },
	history: MemberHistoryStore,
	policy: PolicySettings,
	discordId: string
): Promise<Explanation> {
	const { billing, guild, ledger } = ports;
	const lately = new Date(ports.now().getTime() - SEARCH_LAG_MS);
	const [issue, member, search, naming] = await Promise.all([
		history.liveIssueOf(discordId),
		attemptRead(() => guild.readMember(discordId)),
		attemptRead(() => billing.searchCustomersByMetadata(discordId)),
		attemptRead(() => billing.findCustomersNaming(discordId, lately))
	]);
	const known = [...(issue?.customerIds ?? []), ...(search.found ?? []), ...(naming.found ?? [])];
	const links = await ledger.readLinksOf(discordId, [...new Set(known)]);
	const customers = [...known, ...[...links.members, ...links.teams].flatMap((row) => row.stripeCustomerId ?? [])];
	const reading = await attemptRead(() => billing.readCustomers([...new Set(customers)]));
	const stripeFailure = naming.failure ?? reading.failure;
	const snapshot = stripeFailure === null ? reading.found : null;

	const now = ports.now();
	const roster = { members: new Map(member.found === null ? [] : [[discordId, member.found]]) };
	return {
		discordId,
		member: member.found,
		discordFailure: member.failure,
		stripeFailure,
		searchFailure: search.failure,
		breakdown: breakDown(discordId, snapshot?.accounts ?? NO_BREAKDOWN, links, policy, now),
		known: snapshot !== null,
		drift: snapshot === null ? null : (detect({ billing: snapshot, roster, links }, policy, now).issues[0] ?? null),
		exemption: links.exemptions.find((exemption) => isInForce(exemption, now)) ?? null,
		issue,
		changes: await history.changesOf(discordId, MAX_CHANGES_SHOWN),
		undoable: await history.undoableOf(discordId)
	};
}

const NO_BREAKDOWN: Accounts = new Map();

/** What a source gave, or why it gave nothing. */
async function attemptRead<Answer>(
	read: () => Promise<Answer>
): Promise<{ readonly found: Answer | null; readonly failure: string | null }> {
	try {
		return { found: await read(), failure: null };
	} catch (error) {
		if (error instanceof SourceError) return { found: null, failure: error.message };
		throw error;
	}
}

/** Judges the person as a run does, with the reasons. */
function breakDown(discordId: string, accounts: Accounts, links: Links, policy: PolicySettings, now: Date): EntitlementBreakdown {
	const people = LinkIndex.of(accounts, links);
	const person = people.get(discordId) ?? null;
	const judged = person === null ? [] : evaluateSources(paymentSources(person, accounts, new PaymentFailures(links, now)), policy, now);
	const entitlement = judged[0]?.entitlement ?? { kind: 'none' };
	const countsHow = (customerId: string): EntitlementBreakdown['named'][number]['counts'] => {
		if (people.contested.some((each) => each.customerId === customerId)) return 'contested';
		return person?.customerIds.includes(customerId) ? 'links' : 'overruled';
	};
	return {
		person,
		named: [...accounts.values()]
			.filter((account) => discordIdsInMetadata(account).includes(discordId))
			.map(({ customer }) => ({ customerId: customer.id, counts: countsHow(customer.id) }))
			.sort((a, b) => (a.customerId < b.customerId ? -1 : 1)),
		sources: judged.map((claim) => ({ ...claim, reason: entitlementReason(claim, policy, now) })),
		precedence: precedenceOf(judged),
		expected: entitlement.kind === 'unknown' ? null : expectedRoles(entitlement)
	};
}

function precedenceOf([first, second]: readonly EvaluatedSource[]): Precedence | null {
	if (first === undefined) return null;
	if (second === undefined) return 'only';
	return isDeepStrictEqual(first.entitlement, second.entitlement) ? 'newest' : 'most';
}
