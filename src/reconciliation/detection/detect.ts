import { type Cooperative, forEachYielding, runToCompletion } from '../../async/cooperative.js';
import type { BillingSnapshot, Customer, MissingCustomers } from '../domain/billing.js';
import type { Detection } from '../domain/detection.js';
import { discordIdsIn } from '../domain/discord-id.js';
import { effectOf } from '../domain/effect.js';
import type { Roster, RosterMember } from '../domain/guild.js';
import { bySeverity, DRIFT_TYPES, type DriftIssue, type DriftSeverity, type DriftType, type Plan } from '../domain/issue.js';
import { isInForce, type Links } from '../domain/links.js';
import { byAmount } from '../domain/money.js';
import { DEBTOR, managedRoles, type PolicySettings, type RoleName, rankedRoles } from '../domain/rules.js';
import type { Touched } from '../domain/run.js';
import type { UnknownReason } from '../domain/unknown.js';
import type { MemberEvaluation } from '../policy/adjust.js';
import { PaymentFailures } from '../policy/payment-failure.js';
import { accountsWith } from '../snapshot/accounts.js';
import { describeBlocked, describeCause, describeDatabase, describeDrift, describeStripe } from './describe.js';
import { describeAdjustedDrift, describeAdjustmentCause } from './describe-adjustment.js';
import { PersonEvaluator } from './evaluate-person.js';
import { isLinked, type LinkedPerson, LinkIndex, payingCustomerIds } from './link-index.js';
import { MisreadIds, type Suspect } from './misread-ids.js';
import { moneyOf } from './money.js';
import { absentPayers, BillingStats, expiringExemptions, listedPayers, oddObjects, overclaimedTeams, unknownStatuses } from './notices.js';
import { membersIn } from './payees.js';
import { diffRoles, rolesEqual } from './role-plan.js';
import { touchedMembers } from './touched-members.js';
import { UnknownCollector } from './unknown.js';

/** The three sources as they were read. */
export interface Snapshot {
	readonly billing: BillingSnapshot;
	readonly roster: Roster;
	readonly links: Links;
	/** For a roster of one: Discord IDs of others who are known to be in the guild. */
	readonly othersInGuild?: ReadonlySet<string>;
	/** What the comparison is about: the members whom it may concern; without it, all. */
	readonly touched?: Touched;
	/** Owners of the rows that changed while the sources were read. */
	readonly changedLinks?: { readonly customerIds: ReadonlySet<string>; readonly discordIds: ReadonlySet<string> };
}

/** Links and totals of a snapshot. */
export interface LinkAnalysis {
	readonly linkIndex: LinkIndex;
	readonly stats: BillingStats;
}

/** What was read, with its links. */
export interface Reading {
	readonly snapshot: Snapshot;
	readonly analysis: LinkAnalysis;
}

/** Indexes links and collects totals, in one pass over the accounts. */
export function* analyzeLinks({ billing, links }: Snapshot, settings: PolicySettings, now: Date): Cooperative<LinkAnalysis> {
	const stats = new BillingStats(links, new PaymentFailures(links, now), settings, now);
	const linkIndex = yield* LinkIndex.buildCooperatively(billing.accounts, links, (account, claimed) => stats.add(account, claimed));
	return { linkIndex, stats };
}

/** Discord IDs of role holders with no link, according to this snapshot. */
export function* unlinkedHolders({ roster }: Snapshot, { linkIndex }: LinkAnalysis): Cooperative<readonly string[]> {
	const unlinked: string[] = [];
	yield* forEachYielding(roster.members.values(), (member) => {
		if (!member.bot && member.roles.length > 0 && !linkIndex.has(member.id)) unlinked.push(member.id);
	});
	return unlinked;
}

/**
 * The snapshot and its analysis with additional customers, who have no subscription. The arguments stay as they are; the results
 * share their data, so that the accounts are not indexed again. Customers that the snapshot already has are ignored.
 */
export function withExtraCustomers<Read extends Snapshot>(
	snapshot: Read,
	analysis: LinkAnalysis,
	customers: readonly Customer[]
): { readonly snapshot: Read; readonly analysis: LinkAnalysis } {
	const { accounts } = snapshot.billing;
	const extra = customers.filter(({ id }) => !accounts.has(id));
	if (extra.length === 0) return { snapshot, analysis };
	return {
		snapshot: { ...snapshot, billing: { ...snapshot.billing, accounts: accountsWith(accounts, extra) } },
		// Without a subscription they change no total.
		analysis: { ...analysis, linkIndex: analysis.linkIndex.with(extra) }
	};
}

/** Discord IDs of members with an exemption in force. */
export function exemptMembers(links: Links, now: Date): ReadonlySet<string> {
	return new Set(links.exemptions.filter((exemption) => isInForce(exemption, now)).map(({ discordId }) => discordId));
}

const NO_SUSPECTS: readonly Suspect[] = [];
const NO_REASONS: readonly UnknownReason[] = [];
const NO_CHANGES = { customerIds: new Set<string>(), discordIds: new Set<string>() };

/**
 * Compares the managed roles of every member with the policy, in one pass over the guild: at most one issue per member.
 * Pure: equal snapshots give equal issues in the same order, whatever the order of their parts.
 */
export function detect(snapshot: Snapshot, settings: PolicySettings, now: Date): Detection {
	return runToCompletion(detectCooperatively(snapshot, runToCompletion(analyzeLinks(snapshot, settings, now)), settings, now));
}

/** {@link detect}, yielding to the event loop. @param analysis - of this snapshot */
export function* detectCooperatively(
	snapshot: Snapshot,
	{ linkIndex, stats }: LinkAnalysis,
	settings: PolicySettings,
	now: Date
): Cooperative<Detection> {
	const { billing, roster, links, othersInGuild, touched, changedLinks = NO_CHANGES } = snapshot;
	const { accounts } = billing;
	const evaluator = new PersonEvaluator(accounts, billing.missingCustomers, new PaymentFailures(links, now), settings, now);
	const ranked = rankedRoles(settings);
	const exempt = exemptMembers(links, now);
	const changedCustomers = new Set([...billing.changedCustomers, ...changedLinks.customerIds]);
	// A member named by a changed customer may have just lost that link.
	const changedMembers = new Set([
		...billing.changedDiscordIds,
		...[...changedLinks.discordIds].flatMap(discordIdsIn),
		...[...changedCustomers].flatMap((id) => membersIn(accounts.get(id)))
	]);
	const hasChanged = (discordId: string, person: LinkedPerson | undefined) =>
		changedMembers.has(discordId) ||
		(person !== undefined && changedCustomers.size > 0 && payingCustomerIds(person).some((id) => changedCustomers.has(id)));

	const misread = new MisreadIds(evaluator);
	const absent = yield* absentPayers(linkIndex, roster, evaluator, (person) => {
		if (!othersInGuild?.has(person.discordId)) misread.addAbsent(person);
	});
	for (const link of linkIndex.malformed) misread.addUnreadable(link);
	const suspects = yield* misread.findIn(roster);

	const compared = touched === undefined ? null : yield* touchedMembers(touched, { linkIndex, accounts, roster, suspects });
	/** Odd objects that may be anyone's, and those that may be of a member without a link. */
	const anyones = billing.oddObjects.flatMap(({ id, problem, couldBeAnyones }): UnknownReason[] =>
		couldBeAnyones ? [{ kind: 'object', id, problem }] : []
	);
	const unlinkeds = [...anyones, ...stats.lostLinks];
	const issues: DriftIssue[] = [];
	const skipped = new Set<string>();
	const unknown = new UnknownCollector();
	let [bots, exempted, leftToNextRun, membersChecked, roleHolders, holders, unlinkedHolders] = [0, 0, 0, 0, 0, 0, 0];
	const heldRoles = new Set<RoleName>();
	yield* forEachYielding(roster.members.values(), (member) => {
		if (compared?.has(member.id) === false) return;
		if (member.bot) {
			bots += 1;
			return;
		}
		if (member.roles.length > 0) roleHolders += 1;
		if (exempt.has(member.id)) {
			exempted += 1;
			return;
		}
		if (member.roles.length > 0) holders += 1;
		for (const role of member.roles) heldRoles.add(role);
		const person = linkIndex.get(member.id);
		if (hasChanged(member.id, person)) {
			leftToNextRun += 1;
			skipped.add(member.id);
			return;
		}
		membersChecked += 1;
		const suspected = suspects.get(member.id) ?? NO_SUSPECTS;
		// A member without roles has none to lose.
		const odd = member.roles.length === 0 ? NO_REASONS : isLinked(person) ? anyones : unlinkeds;
		const reasons = [...suspected.flatMap((suspect) => (suspect.mayEntitle() ? suspect.reason : [])), ...odd];
		const evaluation = evaluator.evaluateMember(member, person, reasons);
		unknown.add(member.id, evaluation.unknown);
		if (member.roles.length > 0 && !isLinked(person) && !rolesEqual(member.roles, evaluation.expected)) unlinkedHolders += 1;
		const issue = compareMember(member, person, evaluation, { settings, ranked, missing: billing.missingCustomers });
		// Read again before a fix: one of them may pay by then.
		const others = suspected.flatMap(({ customerIds }) => customerIds);
		if (issue) issues.push(others.length === 0 ? issue : { ...issue, customerIds: [...new Set([...issue.customerIds, ...others])].sort() });
		// Members who hold what is known to be theirs have no issue, whatever is unknown besides.
		else if (evaluation.unknown.length > 0 && !rolesEqual(member.roles, evaluation.expected)) skipped.add(member.id);
	});
	return {
		issues: issues.sort(reportOrder(issues)),
		misread: misread.values(),
		mayConcernAnyone: unlinkeds.length > 0,
		compared: compared === null ? null : [...compared].sort(),
		skipped,
		unknown: unknown.discordIds,
		membersChecked,
		teamsChecked: links.teams.length,
		payingCustomers: stats.paying,
		roleHolders,
		coverage: { ...stats.coverage, holders, unlinkedHolders, heldRoles: managedRoles(settings).filter((role) => heldRoles.has(role)) },
		newlyUnpaid: stats.newlyUnpaid.toSorted(),
		clearedDebts: stats.clearedDebts.toSorted(),
		notices: {
			unclaimed: stats.unclaimed.length,
			absent: absent.length,
			...(compared === null && listedPayers(stats.unclaimed, absent)),
			bots,
			exempt: exempted,
			leftToNextRun,
			...(roster.countMismatch && { countMismatch: roster.countMismatch }),
			unknown: unknown.members,
			unknownStatus: unknownStatuses(unknown.members),
			unlistedPrices: stats.unlistedPrices,
			oddObjects: oddObjects(billing.oddObjects),
			expiringExemptions: expiringExemptions(links.exemptions, now),
			overclaimedTeams: overclaimedTeams(links),
			malformedLinks: linkIndex.malformed,
			contestedLinks: linkIndex.contested
		}
	};
}

/** The member's issue; null if they hold what the policy gives them, or more of which something is unknown. @param ranked - the roles that give access, lowest first */
function compareMember(
	member: RosterMember,
	person: LinkedPerson | undefined,
	evaluation: MemberEvaluation,
	{
		settings,
		ranked,
		missing
	}: { readonly settings: PolicySettings; readonly ranked: readonly RoleName[]; readonly missing: MissingCustomers }
): DriftIssue | null {
	const { expected, adjusted } = evaluation;
	const difference = diffRoles(member.roles, expected);
	const plan = evaluation.unknown.length === 0 ? difference : grantsOf(difference);
	if (plan.add.length === 0 && plan.remove.length === 0) return null;
	const linked = isLinked(person);
	const type = classify(member.roles, expected, linked);
	const held = [...member.roles].sort();
	const facts = { person: linked ? (person ?? null) : null, sources: evaluation.sources, settings };
	const effect = effectOf(held, plan, ranked);
	const money = moneyOf(held, effect, evaluation, facts);
	const blocked = difference.remove.length > plan.remove.length ? describeBlocked(difference.remove, evaluation.unknown) : '';
	return {
		type,
		// Whether an unlinked member pays is unknown.
		severity: linked ? severityOf(type, expected) : 'LOW',
		memberId: person?.rows.map((row) => row.id).sort()[0] ?? null,
		discordId: member.id,
		discordName: member.name,
		description: `${adjusted === null ? describeDrift(type, held, expected, facts) : describeAdjustedDrift(held, adjusted, evaluation.sources[0])}${blocked}`,
		stripeStatus: describeStripe(facts, missing),
		databaseStatus: describeDatabase(facts),
		cause: adjusted === null ? describeCause(expected, facts) : describeAdjustmentCause(adjusted),
		discordRoles: held,
		expectedRoles: expected,
		plan,
		...(adjusted && { adjusted }),
		effect,
		...(money && { money }),
		customerIds: person ? payingCustomerIds(person) : [],
		linked
	};
}

/** The part of a plan that takes no access: Debtor is no grant, but says that a member has lost it. */
function grantsOf({ add }: Plan): Plan {
	return { add: add.filter((role) => role !== DEBTOR), remove: [] };
}

function classify(held: readonly RoleName[], expected: readonly RoleName[], linked: boolean): DriftType {
	// Debtor alone gives no access.
	if (expected.length === 0) return linked && held.every((role) => role === DEBTOR) ? 'DEBTOR_MISMATCH' : 'UNAUTHORIZED_ACCESS';
	if (expected.includes(DEBTOR) || held.includes(DEBTOR)) return 'DEBTOR_MISMATCH';
	return held.length === 0 ? 'MISSING_ACCESS' : 'ROLE_MISMATCH';
}

/** For a linked member. */
function severityOf(type: DriftType, expected: readonly RoleName[]): DriftSeverity {
	return type === 'DEBTOR_MISMATCH' && expected.length === 0 ? 'LOW' : SEVERITY_OF[type];
}

const SEVERITY_OF: Readonly<Record<DriftType, DriftSeverity>> = {
	MISSING_ACCESS: 'HIGH',
	UNAUTHORIZED_ACCESS: 'HIGH',
	DEBTOR_MISMATCH: 'MEDIUM',
	ROLE_MISMATCH: 'MEDIUM'
};

/** By severity, by type, and by amount, the largest first; then by Discord ID, so that the order does not depend on the roster's. */
function reportOrder(issues: readonly DriftIssue[]): (a: DriftIssue, b: DriftIssue) => number {
	const byMoney = byAmount(issues);
	return (a, b) =>
		bySeverity(a, b) || DRIFT_TYPES.indexOf(a.type) - DRIFT_TYPES.indexOf(b.type) || byMoney(a, b) || (a.discordId < b.discordId ? -1 : 1);
}
