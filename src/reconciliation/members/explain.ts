import { isDeepStrictEqual } from 'node:util';
import { boughtBy, describeBecause } from '../detection/describe.js';
import { detect } from '../detection/detect.js';
import { PersonEvaluator } from '../detection/evaluate-person.js';
import { isLinked, type LinkedPerson, LinkIndex } from '../detection/link-index.js';
import { mayName } from '../detection/payees.js';
import type { AuditEntry } from '../domain/audit.js';
import type { BillingSnapshot, Customer } from '../domain/billing.js';
import type { Detection } from '../domain/detection.js';
import type { RosterMember } from '../domain/guild.js';
import type { DriftIssue, IssueState, OpenIssue } from '../domain/issue.js';
import { type Exemption, isInForce, type Links } from '../domain/links.js';
import type { Billing, LinkReader, Ports } from '../domain/ports.js';
import type { PolicySettings, RoleName } from '../domain/rules.js';
import { attempt, type SourceResult } from '../domain/source-result.js';
import type { UnknownReason } from '../domain/unknown.js';
import { withOrigins } from '../origins/attach.js';
import type { Adjustment } from '../policy/adjust.js';
import type { EvaluatedSource } from '../policy/entitlement.js';
import { PaymentFailures } from '../policy/payment-failure.js';
import { type EntitlementReason, entitlementReason } from '../policy/reason.js';
import { readRoundedNeighbours } from '../snapshot/rounded-neighbours.js';

/** Explains one member: what the next run would find, and why. */

export interface CustomerMetadataSearch {
	/** Customers whose metadata, or a subscription's, names the member. Eventually consistent. @throws {SourceError} */
	searchCustomersByMetadata(discordId: string): Promise<readonly string[]>;
}

export interface MemberHistoryStore {
	/** The issue that is open or being fixed. */
	liveIssueOf(discordId: string): Promise<LiveIssue | null>;
	/** The newest `limit` audit entries about the member, newest first, and the total number. */
	changesOf(discordId: string, limit: number): Promise<{ readonly newest: readonly AuditEntry[]; readonly total: number }>;
	/** The attempt ID of the member's newest fix, if it can be undone. */
	undoableOf(discordId: string): Promise<string | null>;
}

export interface LiveIssue extends OpenIssue {
	readonly status: IssueState['status'];
}

/** A subscription that can pay for the member, with what it grants and why. */
export interface ExplainedSource extends EvaluatedSource {
	readonly reason: EntitlementReason;
	/** The tier that it buys while it is paid; null if none. */
	readonly bought: RoleName | null;
}

/** Why the deciding subscription decides: it is the only one, grants the most, or is the newest of those that grant the most. */
export type Precedence = 'only' | 'most' | 'newest';

/** What Stripe and the links say about the member. */
export interface EntitlementBreakdown {
	/** Null without any link. */
	readonly person: LinkedPerson | null;
	/** Of the customers that could be read: whom the IDs mean. */
	readonly customers: readonly Customer[];
	/** Why they should have that, to follow "because". */
	readonly because: string;
	/** Customers whose metadata names the member, or may. A row about the customer overrules metadata. */
	readonly named: readonly { readonly customerId: string; readonly counts: 'links' | 'unclear' | 'overruled' }[];
	/** The deciding one first. */
	readonly sources: readonly ExplainedSource[];
	/** Null without any subscription. */
	readonly precedence: Precedence | null;
	/** The managed roles that the policy and the server's own rule grant, as far as it is known. */
	readonly expected: readonly RoleName[];
	/** Set if that rule gives another role than Stripe. */
	readonly adjusted: Adjustment | null;
	/** Why the member may be due more: nothing is revoked as long as there is a reason. */
	readonly unknown: readonly UnknownReason[];
}

export interface Explanation {
	readonly discordId: string;
	/** Null if they are not in the server or could not be read. */
	readonly member: RosterMember | null;
	/** Why Discord could not be read; null if it was. */
	readonly discordFailure: string | null;
	/** Without subscriptions if Stripe could not be read. */
	readonly breakdown: EntitlementBreakdown;
	/** Why Stripe could not be read; null if it was. */
	readonly stripeFailure: string | null;
	/** Why metadata could not be searched; null if it was. Links by metadata alone may then be missing. */
	readonly searchFailure: string | null;
	/** Whether the entitlement is known: false if Stripe could not be read. */
	readonly known: boolean;
	/** Whether Reeve may link them: false if links are kept elsewhere. */
	readonly canLink: boolean;
	/** What the next run would find; null if nothing or unknown. */
	readonly drift: DriftIssue | null;
	/** The exemption in force. */
	readonly exemption: Exemption | null;
	readonly issue: LiveIssue | null;
	readonly changes: { readonly newest: readonly AuditEntry[]; readonly total: number };
	/** The attempt ID of the fix that can be undone. */
	readonly undoable: string | null;
}

/** Further changes are only counted. */
const MAX_CHANGES_SHOWN = 10;

/** Maximum delay of Stripe's search index: newer changes are read from events. */
export const SEARCH_LAG_MS = 65 * 60_000;

/** Reads and explains one member. A source that cannot be read becomes a reason in the result. Changes nothing. */
export async function explainMember(
	ports: Pick<Ports, 'guild' | 'now' | 'origins'> & {
		readonly billing: Billing & CustomerMetadataSearch;
		readonly ledger: LinkReader & { readonly linksKeptIn: string | null };
	},
	history: MemberHistoryStore,
	policy: PolicySettings,
	discordId: string
): Promise<Explanation> {
	const { billing, guild, ledger } = ports;
	const searchedUntil = new Date(ports.now().getTime() - SEARCH_LAG_MS);
	const [issue, member, search, naming] = await Promise.all([
		history.liveIssueOf(discordId),
		attempt(() => guild.readMember(discordId)),
		attempt(() => billing.searchCustomersByMetadata(discordId)),
		attempt(() => billing.findCustomersNaming(discordId, searchedUntil))
	]);
	const known = [...(issue?.customerIds ?? []), ...(search.ok ? search.value : []), ...(naming.ok ? naming.value : [])];
	const links = await ledger.readLinksOf([discordId], [...new Set(known)]);
	const customers = [...known, ...[...links.members, ...links.teams].flatMap((row) => row.stripeCustomerId ?? [])];
	const reading = await attempt(() => billing.readCustomers([...new Set(customers)]));
	const snapshot = naming.ok && reading.ok ? reading.value : null;

	const now = ports.now();
	const current = member.ok ? member.value : null;
	const roster = { members: new Map(current === null ? [] : [[discordId, current]]) };
	const linkedIds = snapshot === null || current === null ? [] : LinkIndex.of(snapshot.accounts, links).ids();
	const neighbours = await attempt(() => readRoundedNeighbours(guild, [discordId], linkedIds));
	const othersInGuild = neighbours.ok ? neighbours.value : new Set<string>();
	const detection = snapshot === null ? null : detect({ billing: snapshot, roster, links, othersInGuild }, policy, now);
	const subject = { id: discordId, roles: current?.roles ?? [] };
	const breakdown = breakDown(subject, snapshot ?? NOTHING_READ, links, detection, policy, now);
	const roleIds = ports.origins && detection !== null && detection.issues.length > 0 ? await attempt(() => guild.managedRoleIds()) : null;
	const drifts =
		snapshot !== null && detection !== null && roleIds?.ok === true
			? await withOrigins(ports.origins ?? null, detection.issues, {
					snapshot: { billing: snapshot, roster, links },
					linkIndex: LinkIndex.of(snapshot.accounts, links),
					policy,
					now,
					roleIds: roleIds.value
				})
			: (detection?.issues ?? []);
	return {
		discordId,
		member: current,
		discordFailure: failureOf(member),
		stripeFailure: failureOf(naming) ?? failureOf(reading),
		searchFailure: failureOf(search),
		breakdown,
		known: snapshot !== null,
		canLink: ledger.linksKeptIn === null,
		drift: drifts[0] ?? null,
		exemption: links.exemptions.find((exemption) => isInForce(exemption, now)) ?? null,
		issue,
		changes: await history.changesOf(discordId, MAX_CHANGES_SHOWN),
		undoable: await history.undoableOf(discordId)
	};
}

const NOTHING_READ: Pick<BillingSnapshot, 'accounts' | 'missingCustomers'> = { accounts: new Map(), missingCustomers: new Map() };

function failureOf(result: SourceResult<unknown>): string | null {
	return result.ok ? null : result.error;
}

/** The reasons that only a look at the guild gives: a value that may mean the member by their name or ID. */
function furtherReasons(detection: Detection | null, known: readonly UnknownReason[]): readonly UnknownReason[] {
	const found = detection?.notices.unknown?.map(({ reason }) => reason) ?? [];
	return found.filter((reason) => reason.kind !== 'rule' && !known.some((each) => isDeepStrictEqual(each, reason)));
}

/** Evaluates the member as a run does, with the reasons. @param detection - of the member alone; null if Stripe could not be read */
function breakDown(
	subject: Pick<RosterMember, 'id' | 'roles'>,
	{ accounts, missingCustomers }: typeof NOTHING_READ,
	links: Links,
	detection: Detection | null,
	policy: PolicySettings,
	now: Date
): EntitlementBreakdown {
	const { id: discordId } = subject;
	const found = LinkIndex.of(accounts, links).get(discordId);
	const evaluator = new PersonEvaluator(accounts, missingCustomers, new PaymentFailures(links, now), policy, now);
	const reasons = furtherReasons(detection, evaluator.evaluate(found).unknown);
	const { sources, expected, adjusted, unknown } = evaluator.evaluateMember(subject, found, reasons);
	const countOf = (customerId: string): EntitlementBreakdown['named'][number]['counts'] => {
		if (found?.doubts.some((doubt) => doubt.customerId === customerId && doubt.kind === 'overridden')) return 'overruled';
		return found?.customerIds.includes(customerId) ? 'links' : 'unclear';
	};
	const person = isLinked(found) ? found : null;
	return {
		person,
		customers: [...accounts.values()].map(({ customer }) => customer),
		because: describeBecause(expected, { person, sources, settings: policy }),
		named: [...accounts.values()]
			.filter((account) => mayName(account, discordId))
			.map(({ customer }) => ({ customerId: customer.id, counts: countOf(customer.id) }))
			.sort((a, b) => (a.customerId < b.customerId ? -1 : 1)),
		sources: sources.map((source) => ({
			...source,
			reason: entitlementReason(source, policy, now),
			bought: boughtBy(source, { settings: policy })
		})),
		precedence: precedenceOf(sources),
		expected,
		adjusted,
		unknown
	};
}

function precedenceOf([first, second]: readonly EvaluatedSource[]): Precedence | null {
	if (first === undefined) return null;
	if (second === undefined) return 'only';
	return isDeepStrictEqual(first.entitlement, second.entitlement) ? 'newest' : 'most';
}
