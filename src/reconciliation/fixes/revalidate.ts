import { runToCompletion } from '../../async/cooperative.js';
import { analyzeLinks, detectCooperatively } from '../detection/detect.js';
import { isApplied, planHash, rolesEqual } from '../detection/role-plan.js';
import { markRuleChange } from '../detection/rule-change.js';
import { adviseOnUnknown, describeUnknown } from '../detection/unknown.js';
import { takesAccess } from '../domain/effect.js';
import type { OpenIssue } from '../domain/issue.js';
import type { Billing, EarlierWork, Guild, IssueClaim, LinkReader } from '../domain/ports.js';
import type { UnacceptedRules } from '../domain/rule-change.js';
import type { PolicySettings, RoleName } from '../domain/rules.js';
import { readMembers } from '../snapshot/read-members.js';
import { readRoundedNeighbours } from '../snapshot/rounded-neighbours.js';
import type { Look } from './apply-plan.js';
import { type AttemptOutcome, BEFORE_REPORT, unchanged } from './attempt.js';
import { isRest, isWayBack } from './earlier-work.js';

/** Tolerated difference between Stripe's clock and ours. */
const CLOCK_SLACK_MS = 60_000;

const RULES_NOT_ACCEPTED =
	'This would take access only because the rules have changed, which no operator has accepted yet. Nothing was changed.';

interface RevalidationPorts {
	readonly billing: Billing;
	readonly guild: Guild;
	readonly ledger: LinkReader;
	readonly now: () => Date;
}

interface RulesToApply {
	readonly policy: PolicySettings;
	/** Set if what takes access must also follow from the rules that an operator accepted last. */
	readonly unaccepted: UnacceptedRules | null;
}

/** Re-reads everything that the plan is based on, and checks that it is still the right plan. */
export async function revalidatePlan(
	ports: RevalidationPorts,
	{ policy, unaccepted }: RulesToApply,
	{ issue, earlier }: Pick<IssueClaim, 'issue' | 'earlier'>
): Promise<Look | { end: AttemptOutcome }> {
	const { billing, roster, links } = await readCurrent(ports, issue);
	const member = roster.members.get(issue.discordId);
	if (member === undefined) return { end: unchanged('RESOLVED', [], 'This member has left the server.') };
	const now = ports.now();
	const read = { billing, roster, links };
	const analysis = runToCompletion(analyzeLinks(read, policy, now));
	const snapshot = { ...read, othersInGuild: await readRoundedNeighbours(ports.guild, [member.id], analysis.linkIndex.ids()) };
	const detection = runToCompletion(detectCooperatively(snapshot, analysis, policy, now));
	const [drift] = detection.issues;
	if (detection.notices.exempt > 0) return { end: unchanged('EXEMPT', member.roles) };
	if (drift === undefined) {
		// Not skipped: they hold what is known to be theirs, whatever is unknown besides.
		const [unknown] = detection.skipped.size === 0 ? [] : (detection.notices.unknown ?? []);
		if (unknown === undefined) return { end: earlier === null ? unchanged('RESOLVED', member.roles) : driftGone(member.roles, earlier) };
		const { reason } = unknown;
		const why = `It is unknown what this member should have: ${describeUnknown(reason)}. Nothing was changed; ${adviseOnUnknown(reason)}.`;
		return { end: unchanged('FAILED', member.roles, why) };
	}
	const vanished = issue.customerIds.find((id) => billing.missingCustomers.get(id) === 'unknown');
	if (vanished !== undefined && drift.plan.remove.length > 0) {
		const why = `Stripe no longer has the customer ${vanished}, which could pay for this member. Nothing was changed; check that the Stripe key belongs to the right account, then run a reconciliation.`;
		return { end: unchanged('FAILED', member.roles, why) };
	}
	if (unaccepted !== null && takesAccess(drift)) {
		const [marked] = runToCompletion(markRuleChange(snapshot, analysis, [drift], unaccepted, now));
		if (marked?.byRuleChange) return { end: unchanged('FAILED', member.roles, RULES_NOT_ACCEPTED) };
	}
	// A member who has lost their only link is a different case from the one that was approved, even with the same plan.
	const isApproved = planHash(drift) === planHash(issue);
	const look = { roles: member.roles, plan: drift.plan };
	if (drift.linked === issue.linked) {
		if (isApproved) return { ...look, goal: issue.plan, success: 'FIXED' };
		// A role can be kept only because it is unknown whether the member should have it: that is neither the rest nor a way back.
		if (earlier !== null && detection.unknown.size === 0) {
			if (isRest(drift.plan, drift.expectedRoles, earlier)) return { ...look, goal: issue.plan, success: 'FIXED' };
			if (isWayBack(drift.plan, drift.expectedRoles, earlier)) return { ...look, goal: drift.plan, success: 'RESOLVED' };
		}
	}
	return { end: { ...unchanged('PLAN_CHANGED', member.roles), newDrift: drift } };
}

/** The outcome without drift after earlier attempts: they have done everything if the roles are as they planned. */
function driftGone(roles: readonly RoleName[], earlier: EarlierWork): AttemptOutcome {
	if (!isApplied(earlier.plan, roles) || rolesEqual(roles, earlier.rolesAfter)) return unchanged('RESOLVED', roles);
	return { outcome: 'FIXED', rolesBefore: earlier.rolesAfter, rolesAfter: roles, error: BEFORE_REPORT };
}

/** Reads everything about the issue's member, with the customers that have come to name them since it was found. */
async function readCurrent(ports: RevalidationPorts, { discordId, customerIds, lastSeenAt }: OpenIssue) {
	const naming = await ports.billing.findCustomersNaming(discordId, new Date(lastSeenAt.getTime() - CLOCK_SLACK_MS));
	return readMembers(ports, [discordId], [...customerIds, ...naming]);
}
