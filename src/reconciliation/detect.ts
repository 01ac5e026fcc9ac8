import { Debts } from './debts.js';
import { absentPayers, expiringExemptions, overclaimedTeams, Survey } from './notices.js';
import { namedBy, People, type Person } from './people.js';
import { holdsExactly, planBetween } from './plan.js';
import { type Claim, expectedRoles, type JudgedClaim, judge } from './policy.js';
import { atOnce, type InPortions, inPortions } from './portions.js';
import {
	type Accounts,
	type BillingSnapshot,
	DEBTOR,
	type Detection,
	type DriftIssue,
	type DriftSeverity,
	type DriftType,
	type Exemption,
	type Links,
	type PolicySettings,
	type RoleName,
	type Roster,
	type RosterMember,
	type UnknownStatus
} from './types.js';
import { databaseInWords, driftInWords, stripeInWords } from './words.js';

/** What a comparison is made from. */
export interface Picture {
	readonly billing: BillingSnapshot;
	readonly roster: Roster;
	readonly links: Links;
	/** Whose rows changed while the sources were read. */
	readonly changedLinks?: { readonly customerIds: ReadonlySet<string>; readonly discordIds: ReadonlySet<string> };
}

/** Who is who in a picture, and what all its accounts come to. */
export interface Overview {
	readonly people: People;
	readonly survey: Survey;
}

/** Goes through all accounts, once. */
export function* overview({ billing, links }: Picture, settings: PolicySettings, now: Date): InPortions<Overview> {
	const survey = new Survey(links, new Debts(links, now), settings, now);
	const people = yield* People.inPortions(billing.accounts, links, (account, claimed) => survey.see(account, claimed));
	return { people, survey };
}

/** Who holds a managed role and is linked to nobody who could pay, as far as the picture goes. */
export function* unlinkedHolders({ roster }: Picture, { people }: Overview): InPortions<readonly string[]> {
	const unlinked: string[] = [];
	yield* inPortions(roster.members.values(), (member) => {
		if (!member.bot && member.roles.length > 0 && !people.has(member.id)) unlinked.push(member.id);
	});
	return unlinked;
}

/** Whose roles are right as they are at that moment, on an operator's word. */
export function exemptPeople(links: Links, now: Date): ReadonlySet<string> {
	return new Set(links.exemptions.filter((exemption) => isInForce(exemption, now)).map(({ discordId }) => discordId));
}

const NOTHING_CHANGED = { customerIds: new Set<string>(), discordIds: new Set<string>() };

/**
 * Compares what everybody has with what the policy gives them: one pass over the guild, at most one issue for a person.
 * Pure: the same picture gives the same issues in the same order, whatever order it came in.
 */
export function detect(picture: Picture, settings: PolicySettings, now: Date): Detection {
	return atOnce(detectInPortions(picture, atOnce(overview(picture, settings, now)), settings, now));
}

/** The same in portions. @param overview - of the picture */
export function* detectInPortions(
	picture: Picture,
	{ people, survey }: Overview,
	settings: PolicySettings,
	now: Date
): InPortions<Detection> {
	const { billing, roster, links, changedLinks = NOTHING_CHANGED } = picture;
	const { accounts } = billing;
	const debts = new Debts(links, now);
	const claimsOf = (person: Person) => judge(claims(person, accounts, debts), settings, now);
	const exempt = exemptPeople(links, now);
	const changedCustomers = new Set([...billing.changedCustomers, ...changedLinks.customerIds]);
	// Whom a changed customer names may have been tied to it until a moment ago.
	const changedPeople = new Set([
		...billing.changedPeople,
		...changedLinks.discordIds,
		...[...changedCustomers].flatMap((id) => namedBy(accounts.get(id)))
	]);
	const changed = (discordId: string, person: Person | undefined) =>
		changedPeople.has(discordId) ||
		(person !== undefined && changedCustomers.size > 0 && customersOf(person).some((id) => changedCustomers.has(id)));

	const issues: DriftIssue[] = [];
	const leftAlone = new Set<string>();
	const unknownStatus: UnknownStatus[] = [];
	let [bots, exempted, leftToNextRun, membersChecked, roleHolders] = [0, 0, 0, 0, 0];
	yield* inPortions(roster.members.values(), (member) => {
		if (member.bot) {
			bots += 1;
			return;
		}
		if (member.roles.length > 0) roleHolders += 1;
		if (exempt.has(member.id)) {
			exempted += 1;
			return;
		}
		const person = people.get(member.id);
		if (changed(member.id, person)) {
			leftToNextRun += 1;
			leftAlone.add(member.id);
			return;
		}
		membersChecked += 1;
		const judged = person ? claimsOf(person) : [];
		if (judged[0]?.entitlement.kind === 'unknown') {
			unknownStatus.push({ discordId: member.id, status: judged[0].subscription.status });
			leftAlone.add(member.id);
			return;
		}
		const issue = compare(member, person, judged);
		if (issue) issues.push(issue);
	});
	const absent = yield* absentPayers(people, roster, claimsOf);

	return {
		issues: issues.sort(gravestFirst),
		leftAlone,
		membersChecked,
		teamsChecked: links.teams.length,
		payingCustomers: survey.paying,
		roleHolders,
		newDebts: survey.newDebts.sort(),
		settledDebts: survey.settledDebts.sort(),
		notices: {
			unclaimed: survey.unclaimed,
			absent,
			bots,
			exempt: exempted,
			leftToNextRun,
			unknownStatus: unknownStatus.sort((a, b) => (a.discordId < b.discordId ? -1 : 1)),
			expiringExemptions: expiringExemptions(links.exemptions, now),
			overclaimedTeams: overclaimedTeams(links),
			malformedLinks: people.malformed,
			contestedLinks: people.contested
		}
	};
}

/** Whether an operator's word still stands. */
export function isInForce({ expiresAt }: Exemption, now: Date): boolean {
	return expiresAt === null || expiresAt > now;
}

/** The issue of one person, if what they hold is not what they should have. */
function compare(member: RosterMember, person: Person | undefined, judged: readonly JudgedClaim[]): DriftIssue | null {
	const entitlement = judged[0]?.entitlement ?? { kind: 'none' };
	if (entitlement.kind === 'unknown') return null;
	const expected = expectedRoles(entitlement);
	if (holdsExactly(member.roles, expected)) return null;
	const plan = planBetween(member.roles, expected);
	const linked = person !== undefined;
	const [type, severity] = classify(member.roles, expected, linked);
	const held = [...member.roles].sort();
	return {
		type,
		severity,
		memberId: person?.rows.map((row) => row.id).sort()[0] ?? null,
		discordId: member.id,
		discordName: member.name,
		description: driftInWords(type, held, expected, linked),
		stripeStatus: stripeInWords(person, judged),
		databaseStatus: databaseInWords(person),
		discordRoles: held,
		expectedRoles: expected,
		plan,
		customerIds: person ? customersOf(person) : [],
		linked
	};
}

function classify(held: readonly RoleName[], expected: readonly RoleName[], linked: boolean): [DriftType, DriftSeverity] {
	if (expected.length === 0) return ['UNAUTHORIZED_ACCESS', linked ? 'HIGH' : 'LOW'];
	if (expected.includes(DEBTOR) || held.includes(DEBTOR)) return ['DEBTOR_MISMATCH', 'MEDIUM'];
	return held.length === 0 ? ['MISSING_ACCESS', 'HIGH'] : ['ROLE_MISMATCH', 'MEDIUM'];
}

/** Every customer who can pay for a person: their own, and their teams'. */
function customersOf(person: Person): readonly string[] {
	const teams = person.seats.flatMap(({ team }) => (team.stripeCustomerId === null ? [] : [team.stripeCustomerId]));
	return [...new Set([...person.customerIds, ...teams])].sort();
}

/** Every subscription that can pay for a person, with the seat it pays for. */
export function claims({ customerIds, rows, seats }: Person, accounts: Accounts, debts: Debts): readonly Claim[] {
	const found: Claim[] = [];
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

const SEVERITIES: readonly DriftSeverity[] = ['HIGH', 'MEDIUM', 'LOW'];
/** Of one severity, those who pay and go without come first. */
const TYPES: readonly DriftType[] = ['MISSING_ACCESS', 'UNAUTHORIZED_ACCESS', 'DEBTOR_MISMATCH', 'ROLE_MISMATCH'];

function gravestFirst(a: DriftIssue, b: DriftIssue): number {
	return (
		SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
		TYPES.indexOf(a.type) - TYPES.indexOf(b.type) ||
		(a.discordId < b.discordId ? -1 : 1)
	);
}
