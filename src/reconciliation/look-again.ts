import { detect } from './detect.js';
import { isPartOf, planHash } from './plan.js';
import type { AttemptEnd, Claim, World } from './ports.js';
import type { FixOutcome, Links, OpenIssue, Plan, PolicySettings, RoleName } from './types.js';

/** Stripe's clock and ours may differ by so much. */
const CLOCK_SLACK_MS = 60_000;

/** How an attempt ended, but for the moment. */
export type End = Omit<AttemptEnd, 'at'>;

/** No role was touched. */
export const untouched = (outcome: FixOutcome, rolesBefore: readonly RoleName[] | null = null, error: string | null = null): End => ({
	outcome,
	rolesBefore,
	rolesAfter: rolesBefore,
	error
});

/** Looks again at all that the plan rests on, and says whether it is still the plan. */
export async function lookAgain(
	world: World,
	policy: PolicySettings,
	{ issue, resumes }: Claim
): Promise<{ roles: readonly RoleName[]; plan: Plan } | { end: End }> {
	const { billing, member, links } = await readAfresh(world, issue);
	if (member === null) return { end: untouched('RESOLVED', [], 'This person has left the server.') };
	const now = world.now();
	const detection = detect({ billing, roster: { members: new Map([[member.id, member]]) }, links }, policy, now);
	const [drift] = detection.issues;
	if (detection.notices.exempt > 0) return { end: untouched('EXEMPT', member.roles) };
	if (detection.leftAlone.size > 0) {
		const { unknownStatus } = detection.notices;
		const status = Array.isArray(unknownStatus) ? unknownStatus[0]?.status : undefined;
		const named = status === undefined ? 'a status' : `the status "${status}",`;
		const why = `Stripe gives a subscription of this person ${named} that Reeve does not know. Nothing was changed; update Reeve.`;
		return { end: untouched('FAILED', member.roles, why) };
	}
	if (drift === undefined) return { end: untouched('RESOLVED', member.roles) };
	// Whoever has lost their only link is another case than the one that was shown, though the roles to take are the same.
	const asShown = planHash(drift.discordId, drift.plan) === issue.planHash;
	// What a crash left of the plan that was shown leads where that plan led.
	const restOfIt = resumes && isPartOf(drift.plan, issue.plan);
	if (!(asShown || restOfIt) || drift.linked !== issue.linked)
		return { end: { ...untouched('PLAN_CHANGED', member.roles), newDrift: drift } };
	return { roles: member.roles, plan: drift.plan };
}

/**
 * Reads all that bears on one person. Stripe and Discord may take their time: whoever is exempted or linked meanwhile is seen as
 * they are by then.
 */
async function readAfresh({ billing, guild, ledger }: World, { discordId, customerIds, lastSeenAt }: OpenIssue) {
	const naming = await billing.customersNaming(discordId, new Date(lastSeenAt.getTime() - CLOCK_SLACK_MS));
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
