import { type Cooperative, forEachYielding, runToCompletion } from '../../async/cooperative.js';
import type { Accounts, BillingSnapshot } from '../domain/billing.js';
import type { Detection, UnknownStatus } from '../domain/detection.js';
import type { Roster, RosterMember } from '../domain/guild.js';
import { bySeverity, DRIFT_TYPES, type DriftIssue, type DriftSeverity, type DriftType } from '../domain/issue.js';
import { isInForce, type Links } from '../domain/links.js';
import { DEBTOR, type PolicySettings, type RoleName } from '../domain/rules.js';
import { type EvaluatedSource, evaluateSources, expectedRoles, type PaymentSource } from '../policy/entitlement.js';
import { PaymentFailures } from '../policy/payment-failure.js';
import { describeDatabase, describeDrift, describeStripe } from './describe.js';
import { discordIdsInMetadata, type LinkedPerson, LinkIndex } from './link-index.js';
import { absentPayers, BillingStats, expiringExemptions, overclaimedTeams } from './notices.js';
import { diffRoles, rolesEqual } from './role-plan.js';

/** What a comparison is made from. */
export interface Snapshot {
	readonly billing: BillingSnapshot;
	readonly roster: Roster;
	readonly links: Links;
	/** Whose rows changed while the sources were read. */
	readonly changedLinks?: { readonly customerIds: ReadonlySet<string>; readonly discordIds: ReadonlySet<string> };
}

/** Who is who in a picture, and what all its accounts come to. */
export interface LinkAnalysis {
	readonly linkIndex: LinkIndex;
	readonly stats: BillingStats;
}

/** Goes through all accounts, once. */
export function* analyzeLinks({ billing, links }: Snapshot, settings: PolicySettings, now: Date): Cooperative<LinkAnalysis> {
	const stats = new BillingStats(links, new PaymentFailures(links, now), settings, now);
	const linkIndex = yield* LinkIndex.buildCooperatively(billing.accounts, links, (account, claimed) => stats.add(account, claimed));
	return { linkIndex, stats };
}

/** Who holds a managed role and is linked to nobody who could pay, as far as the picture goes. */
export function* unlinkedHolders({ roster }: Snapshot, { linkIndex }: LinkAnalysis): Cooperative<readonly string[]> {
	const unlinked: string[] = [];
	yield* forEachYielding(roster.members.values(), (member) => {
		if (!member.bot && member.roles.length > 0 && !linkIndex.has(member.id)) unlinked.push(member.id);
	});
	return unlinked;
}

/** Whose roles are right as they are at that moment, on an operator's word. */
export function exemptMembers(links: Links, now: Date): ReadonlySet<string> {
	return new Set(links.exemptions.filter((exemption) => isInForce(exemption, now)).map(({ discordId }) => discordId));
}

const NO_CHANGES = { customerIds: new Set<string>(), discordIds: new Set<string>() };

/**
 * Compares what everybody has with what the policy gives them: one pass over the guild, at most one issue for a person.
 * Pure: the same picture gives the same issues in the same order, whatever order it came in.
 */
export function detect(picture: Snapshot, settings: PolicySettings, now: Date): Detection {
	return runToCompletion(detectCooperatively(picture, runToCompletion(analyzeLinks(picture, settings, now)), settings, now));
}

/** The same in portions. @param overview - of the picture */
export function* detectCooperatively(
	picture: Snapshot,
	{ linkIndex, stats }: LinkAnalysis,
	settings: PolicySettings,
	now: Date
): Cooperative<Detection> {
	const { billing, roster, links, changedLinks = NO_CHANGES } = picture;
	const { accounts } = billing;
	const debts = new PaymentFailures(links, now);
	const claimsOf = (person: LinkedPerson) => evaluateSources(paymentSources(person, accounts, debts), settings, now);
	const exempt = exemptMembers(links, now);
	const changedCustomers = new Set([...billing.changedCustomers, ...changedLinks.customerIds]);
	// Whom a changed customer names may have been tied to it until a moment ago.
	const changedPeople = new Set([
		...billing.changedDiscordIds,
		...changedLinks.discordIds,
		...[...changedCustomers].flatMap((id) => discordIdsInMetadata(accounts.get(id)))
	]);
	const changed = (discordId: string, person: LinkedPerson | undefined) =>
		changedPeople.has(discordId) ||
		(person !== undefined && changedCustomers.size > 0 && payingCustomerIds(person).some((id) => changedCustomers.has(id)));

	const issues: DriftIssue[] = [];
	const skipped = new Set<string>();
	const unknownStatus: UnknownStatus[] = [];
	let [bots, exempted, leftToNextRun, membersChecked, roleHolders] = [0, 0, 0, 0, 0];
	yield* forEachYielding(roster.members.values(), (member) => {
		if (member.bot) {
			bots += 1;
			return;
		}
		if (member.roles.length > 0) roleHolders += 1;
		if (exempt.has(member.id)) {
			exempted += 1;
			return;
		}
		const person = linkIndex.get(member.id);
		if (changed(member.id, person)) {
			leftToNextRun += 1;
			skipped.add(member.id);
			return;
		}
		membersChecked += 1;
		const judged = person ? claimsOf(person) : [];
		if (judged[0]?.entitlement.kind === 'unknown') {
			unknownStatus.push({ discordId: member.id, status: judged[0].subscription.status });
			skipped.add(member.id);
			return;
		}
		const issue = compareMember(member, person, judged);
		if (issue) issues.push(issue);
	});
	const absent = yield* absentPayers(linkIndex, roster, claimsOf);

	return {
		issues: issues.sort(reportOrder),
		skipped,
		membersChecked,
		teamsChecked: links.teams.length,
		payingCustomers: stats.paying,
		roleHolders,
		newlyUnpaid: stats.newDebts.sort(),
		clearedDebts: stats.settledDebts.sort(),
		notices: {
			unclaimed: stats.unclaimed,
			absent,
			bots,
			exempt: exempted,
			leftToNextRun,
			unknownStatus: unknownStatus.sort((a, b) => (a.discordId < b.discordId ? -1 : 1)),
			expiringExemptions: expiringExemptions(links.exemptions, now),
			overclaimedTeams: overclaimedTeams(links),
			malformedLinks: linkIndex.malformed,
			contestedLinks: linkIndex.contested
		}
	};
}

/** The issue of one person, if what they hold is not what they should have. */
function compareMember(member: RosterMember, person: LinkedPerson | undefined, judged: readonly EvaluatedSource[]): DriftIssue | null {
	const entitlement = judged[0]?.entitlement ?? { kind: 'none' };
	if (entitlement.kind === 'unknown') return null;
	const expected = expectedRoles(entitlement);
	if (rolesEqual(member.roles, expected)) return null;
	const plan = diffRoles(member.roles, expected);
	const linked = person !== undefined;
	const type = classify(member.roles, expected);
	const held = [...member.roles].sort();
	return {
		type,
		// Whether an unlinked person pays cannot be known.
		severity: linked ? SEVERITY_OF[type] : 'LOW',
		memberId: person?.rows.map((row) => row.id).sort()[0] ?? null,
		discordId: member.id,
		discordName: member.name,
		description: describeDrift(type, held, expected, linked),
		stripeStatus: describeStripe(person, judged),
		databaseStatus: describeDatabase(person),
		discordRoles: held,
		expectedRoles: expected,
		plan,
		customerIds: person ? payingCustomerIds(person) : [],
		linked
	};
}

function classify(held: readonly RoleName[], expected: readonly RoleName[]): DriftType {
	if (expected.length === 0) return 'UNAUTHORIZED_ACCESS';
	if (expected.includes(DEBTOR) || held.includes(DEBTOR)) return 'DEBTOR_MISMATCH';
	return held.length === 0 ? 'MISSING_ACCESS' : 'ROLE_MISMATCH';
}

/** The severity of each type, for a linked person. */
const SEVERITY_OF: Readonly<Record<DriftType, DriftSeverity>> = {
	MISSING_ACCESS: 'HIGH',
	UNAUTHORIZED_ACCESS: 'HIGH',
	DEBTOR_MISMATCH: 'MEDIUM',
	ROLE_MISMATCH: 'MEDIUM'
};

/** Every customer who can pay for a person: their own, and their teams'. */
function payingCustomerIds(person: LinkedPerson): readonly string[] {
	const teams = person.seats.flatMap(({ team }) => (team.stripeCustomerId === null ? [] : [team.stripeCustomerId]));
	return [...new Set([...person.customerIds, ...teams])].sort();
}

/** Every subscription that can pay for a person, with the seat it pays for. */
export function paymentSources(
	{ customerIds, rows, seats }: LinkedPerson,
	accounts: Accounts,
	debts: PaymentFailures
): readonly PaymentSource[] {
	const found: PaymentSource[] = [];
	for (const customerId of customerIds) {
		// A team's subscription pays for seats, also where a row names the team's customer as the person's own.
		if (seats.some(({ team }) => team.stripeCustomerId === customerId)) continue;
		const about = rows.length === 0 ? rows : rows.filter((row) => row.stripeCustomerId === customerId || row.stripeCustomerId === null);
		for (const subscription of accounts.get(customerId)?.subscriptions ?? [])
			found.push({ subscription, seat: null, unpaidSince: debts.since(subscription, about) });
	}
	for (const { row, team } of seats) {
		// Whoever is in a team without owning it sits on a member's seat.
		const seat = row.seatTier === 'OWNER' ? 'OWNER' : 'TEAM_MEMBER';
		const account = team.stripeCustomerId === null ? undefined : accounts.get(team.stripeCustomerId);
		for (const subscription of account?.subscriptions ?? [])
			found.push({ subscription, seat, unpaidSince: debts.since(subscription, [team]) });
	}
	return found;
}

/** The order of a report: by severity, then by type, then by Discord ID, so that equal snapshots give equal reports. */
function reportOrder(a: DriftIssue, b: DriftIssue): number {
	return bySeverity(a, b) || DRIFT_TYPES.indexOf(a.type) - DRIFT_TYPES.indexOf(b.type) || (a.discordId < b.discordId ? -1 : 1);
}
