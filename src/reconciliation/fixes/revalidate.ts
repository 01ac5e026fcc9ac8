import { detect } from '../detection/detect.js';
import { isSubsetOf, planHash } from '../detection/role-plan.js';
import type { OpenIssue, Plan } from '../domain/issue.js';
import type { Links } from '../domain/links.js';
import type { IssueClaim, Ports } from '../domain/ports.js';
import type { PolicySettings, RoleName } from '../domain/rules.js';
import { type AttemptOutcome, unchanged } from './attempt.js';

/** Stripe's clock and ours may differ by so much. */
const CLOCK_SLACK_MS = 60_000;

/** Looks again at all that the plan rests on, and says whether it is still the plan. */
export async function revalidatePlan(
	ports: Ports,
	policy: PolicySettings,
	{ issue, resumes }: IssueClaim
): Promise<{ roles: readonly RoleName[]; plan: Plan } | { end: AttemptOutcome }> {
	const { billing, member, links } = await readCurrent(ports, issue);
	if (member === null) return { end: unchanged('RESOLVED', [], 'This member has left the server.') };
	const now = ports.now();
	const detection = detect({ billing, roster: { members: new Map([[member.id, member]]) }, links }, policy, now);
	const [drift] = detection.issues;
	if (detection.notices.exempt > 0) return { end: unchanged('EXEMPT', member.roles) };
	if (detection.skipped.size > 0) {
		const { unknownStatus } = detection.notices;
		const status = Array.isArray(unknownStatus) ? unknownStatus[0]?.status : undefined;
		const named = status === undefined ? 'a status' : `the status "${status}",`;
		const why = `Stripe gives a subscription of this person ${named} that Reeve does not know. Nothing was changed; update Reeve.`;
		return { end: unchanged('FAILED', member.roles, why) };
	}
	if (drift === undefined) return { end: unchanged('RESOLVED', member.roles) };
	// Whoever has lost their only link is another case than the one that was shown, though the roles to take are the same.
	const asShown = planHash(drift.discordId, drift.plan) === issue.planHash;
	// What a crash left of the plan that was shown leads where that plan led.
	const restOfIt = resumes && isSubsetOf(drift.plan, issue.plan);
	if (!(asShown || restOfIt) || drift.linked !== issue.linked)
		return { end: { ...unchanged('PLAN_CHANGED', member.roles), newDrift: drift } };
	return { roles: member.roles, plan: drift.plan };
}

/**
 * Reads all that bears on one person. Stripe and Discord may take their time: whoever is exempted or linked meanwhile is seen as
 * they are by then.
 */
async function readCurrent({ billing, guild, ledger }: Ports, { discordId, customerIds, lastSeenAt }: OpenIssue) {
	const naming = await billing.findCustomersNaming(discordId, new Date(lastSeenAt.getTime() - CLOCK_SLACK_MS));
	const known = [...customerIds, ...naming];
	for (let links = await ledger.readLinksOf(discordId, known); ; ) {
		const customers = new Set([...known, ...customersIn(links)]);
		const [snapshot, member] = await Promise.all([billing.readCustomers([...customers]), guild.readMember(discordId)]);
		links = await ledger.readLinksOf(discordId, known);
		if (customersIn(links).every((id) => customers.has(id))) return { billing: snapshot, member, links };
	}
}

function customersIn({ members, teams }: Links): readonly string[] {
	return [...members, ...teams].flatMap((row) => row.stripeCustomerId ?? []);
}
