import type { Cooperative } from '../../async/cooperative.js';
import type { ById } from '../domain/by-id.js';
import type { Roster, RosterMember } from '../domain/guild.js';
import type { DriftIssue } from '../domain/issue.js';
import type { UnacceptedRules } from '../domain/rule-change.js';
import type { PolicySettings, RoleName, Rules } from '../domain/rules.js';
import { analyzeLinks, detectCooperatively, type LinkAnalysis, type Snapshot } from './detect.js';

/** Finds the issues that exist only because the rules changed: those with a plan that the accepted rules do not lead to. Pure. */

/**
 * Marks the issues that exist only because of a rule change. If the metadata key changed, the links under the old key are unknown, and
 * every issue may be such an issue.
 * @param analysis - of the snapshot
 * @param issues - that the current rules lead to
 */
export function* markRuleChange<Issue extends DriftIssue>(
	snapshot: Snapshot,
	analysis: LinkAnalysis,
	issues: readonly Issue[],
	{ current, accepted }: UnacceptedRules,
	now: Date
): Cooperative<readonly Issue[]> {
	const mark = (issue: Issue): Issue => ({ ...issue, byRuleChange: true });
	if (current.discordIdKey !== accepted.discordIdKey) return issues.map(mark);
	const roster = rosterUnder(snapshot.roster, current, accepted);
	const before = yield* detectCooperatively({ ...snapshot, roster }, analysis, accepted.policy, now);
	const known = new Set(before.issues.map((issue) => planKey(issue, accepted)));
	return issues.map((issue) => (known.has(planKey(issue, current)) ? issue : mark(issue)));
}

/** How many customers pay under these rules. */
export function* payersUnder(snapshot: Snapshot, policy: PolicySettings, now: Date): Cooperative<number> {
	return (yield* analyzeLinks(snapshot, policy, now)).stats.paying;
}

/** The member and the roles that the plan changes, by ID. */
function planKey({ discordId, plan }: DriftIssue, { roleIds }: Rules): string {
	const ids = (roles: readonly RoleName[]) => roles.map((role) => roleIds[role] ?? role).sort();
	return JSON.stringify([discordId, ids(plan.add), ids(plan.remove)]);
}

/**
 * The roster as other rules name its roles. A role that only the other rules manage was not read: no one seems to hold it, so that no
 * plan under those rules removes it.
 */
function rosterUnder(roster: Roster, current: Rules, other: Rules): Roster {
	const nameOf = new Map(Object.entries(other.roleIds).map(([name, id]) => [id, name]));
	const renamed = new Map(Object.entries(current.roleIds).map(([name, id]) => [name, nameOf.get(id)]));
	if ([...renamed].every(([name, newName]) => name === newName) && renamed.size === nameOf.size) return roster;
	return { ...roster, members: new RenamedMembers(roster.members, renamed) };
}

/** A view of a roster's members with other names of their roles. */
class RenamedMembers implements ById<RosterMember> {
	public constructor(
		private readonly members: Roster['members'],
		private readonly renamed: ReadonlyMap<RoleName, RoleName | undefined>
	) {}

	public get size(): number {
		return this.members.size;
	}

	public has(id: string): boolean {
		return this.members.has(id);
	}

	public get(id: string): RosterMember | undefined {
		const member = this.members.get(id);
		return member && this.rename(member);
	}

	public *values(): Iterable<RosterMember> {
		for (const member of this.members.values()) yield this.rename(member);
	}

	private rename({ id, name, bot, roles }: RosterMember): RosterMember {
		return { id, name, bot, roles: roles.flatMap((role) => this.renamed.get(role) ?? []).sort() };
	}
}
