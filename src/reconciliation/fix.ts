import { detect } from './detect.js';
import { keepAlive } from './keep-alive.js';
import { isDone, planHash } from './plan.js';
import { type AttemptEnd, type Claim, RoleChangeError, SourceError, type World } from './ports.js';
import type { DriftIssue, FixOutcome, OpenIssue, PolicySettings, RoleName } from './types.js';

/** The actor of an automatic fix. */
export const AUTOMATIC = 'reeve';

/** How long a claim outlives a process that died with it. */
export const CLAIM_SECONDS = 30;

/** Stripe's clock and ours may differ by so much. */
const CLOCK_SLACK_MS = 60_000;

/** What is to be mended, and on whose word. */
export interface FixOrder {
	readonly issueId: string;
	/** The plan that was shown: another one is not applied. */
	readonly planHash: string;
	/** The operator's Discord ID, or {@link AUTOMATIC}. */
	readonly actor: string;
	/** How the audit log is to name the operator. */
	readonly actorName?: string;
	/** The run whose report or schedule led here. */
	readonly runId: string;
}

/** What became of an order. */
export type FixResult =
	| {
			readonly kind: 'ended';
			readonly attemptId: string;
			readonly outcome: FixOutcome;
			readonly issue: OpenIssue;
			readonly rolesBefore: readonly RoleName[] | null;
			readonly rolesAfter: readonly RoleName[] | null;
			readonly error: string | null;
			readonly newDrift: DriftIssue | null;
	  }
	| { readonly kind: 'busy'; readonly actor: string; readonly since: Date }
	| {
			readonly kind: 'settled';
			readonly status: 'FIXED' | 'RESOLVED';
			readonly actor: string | null;
			readonly at: Date;
			readonly undone: boolean;
			/** Settled by exempting the person. */
			readonly exempted: boolean;
	  }
	| { readonly kind: 'plan-changed'; readonly issue: OpenIssue }
	| { readonly kind: 'unknown' };

/**
 * Mends one issue: claims it, looks again, changes roles one by one, reads back, and writes the outcome before anyone is told.
 * Errors of Discord and Stripe are outcomes that leave the issue open; only an error of the database is thrown.
 */
export async function fixIssue(world: World, policy: PolicySettings, order: FixOrder): Promise<FixResult> {
	const { ledger } = world;
	await settleInterrupted(world);
	const claimed = await ledger.claimIssue(order.issueId, order.planHash, order.actor, order.runId, CLAIM_SECONDS);
	if (claimed.kind !== 'claimed') return claimed;
	const { claim } = claimed;
	const right = keepAlive(() => ledger.renewClaim(claim.attemptId, CLAIM_SECONDS), CLAIM_SECONDS);
	try {
		const end = await mend(world, policy, claim, order, right.held);
		await ledger.endAttempt(claim.attemptId, { ...end, at: world.now() });
		return { kind: 'ended', attemptId: claim.attemptId, issue: claim.issue, ...end, newDrift: end.newDrift ?? null };
	} finally {
		right.stop();
	}
}

type End = Omit<AttemptEnd, 'at'>;

const untouched = (outcome: FixOutcome, rolesBefore: readonly RoleName[] | null = null, error: string | null = null): End => ({
	outcome,
	rolesBefore,
	rolesAfter: rolesBefore,
	error
});

async function mend(world: World, policy: PolicySettings, claim: Claim, order: FixOrder, held: () => boolean): Promise<End> {
	const { issue } = claim;
	let seen: Awaited<ReturnType<typeof lookAgain>>;
	try {
		seen = await lookAgain(world, policy, issue);
	} catch (error) {
		if (error instanceof SourceError) return untouched('FAILED', null, error.message);
		throw error;
	}
	if ('end' in seen) return seen.end;
	const before = seen.roles;
	// The last look before a role is touched: whoever lost the claim meanwhile must not act on it.
	if (!held() || !(await world.ledger.renewClaim(claim.attemptId, CLAIM_SECONDS, before))) {
		return untouched('INTERRUPTED', before, 'Reeve lost its claim on this issue while looking again. Nothing was changed; try again.');
	}
	const refused = await changeRoles(world, issue, auditReason(order));
	const after = await readBack(world, issue.discordId);
	// What was read back counts, also against an error: an answer can get lost on its way when the change has been made.
	if (after !== null && isDone(issue.plan, after)) return { outcome: 'FIXED', rolesBefore: before, rolesAfter: after, error: refused };
	if (refused !== null) return { outcome: 'FAILED', rolesBefore: before, rolesAfter: after, error: refused };
	if (after === null) {
		return {
			outcome: 'FAILED',
			rolesBefore: before,
			rolesAfter: null,
			error: 'Discord accepted the change, but the person could not be read back. The next run will tell whether it is done.'
		};
	}
	return {
		outcome: 'NOT_APPLIED',
		rolesBefore: before,
		rolesAfter: after,
		error: `Discord accepted the change, but it did not happen: the person has ${after.join(' and ') || 'no managed role'}. Try again in a minute.`
	};
}

/** Reads afresh all that the plan rests on, and says whether it is still the plan. */
async function lookAgain(world: World, policy: PolicySettings, issue: OpenIssue): Promise<{ roles: readonly RoleName[] } | { end: End }> {
	const { billing, guild, ledger } = world;
	const naming = await billing.customersNaming(issue.discordId, new Date(issue.lastSeenAt.getTime() - CLOCK_SLACK_MS));
	const links = await ledger.readLinksOf(issue.discordId, [...issue.customerIds, ...naming]);
	const customers = [...issue.customerIds, ...naming, ...[...links.members, ...links.teams].flatMap((row) => row.stripeCustomerId ?? [])];
	const [snapshot, member] = await Promise.all([billing.readCustomers([...new Set(customers)]), guild.readMember(issue.discordId)]);
	if (member === null) return { end: untouched('RESOLVED', [], 'This person has left the server.') };
	const now = world.now();
	const detection = detect({ billing: snapshot, roster: { members: new Map([[member.id, member]]) }, links }, policy, now);
	const [drift] = detection.issues;
	if (detection.notices.exempt > 0) return { end: untouched('EXEMPT', member.roles) };
	if (detection.leftAlone.size > 0) {
		return {
			end: untouched(
				'FAILED',
				member.roles,
				'Stripe gives a subscription of this person a status that Reeve does not know. Nothing was changed.'
			)
		};
	}
	if (drift === undefined) return { end: untouched('RESOLVED', member.roles) };
	// Whoever has lost their only link is another case than the one that was shown, though the roles to take are the same.
	if (planHash(drift.discordId, drift.plan) !== issue.planHash || drift.linked !== issue.linked) {
		return { end: { ...untouched('PLAN_CHANGED', member.roles), newDrift: drift } };
	}
	return { roles: member.roles };
}

/**
 * Gives before it takes, so that nobody who pays stands without a role in between, and stops at the first refusal.
 * One role at a time: writing the whole list would undo what somebody else changes meanwhile.
 * @returns why Discord refused, or null
 */
export async function changeRoles(
	{ guild }: World,
	{ discordId, plan }: Pick<OpenIssue, 'discordId' | 'plan'>,
	reason: string
): Promise<string | null> {
	try {
		for (const role of plan.add) await guild.addRole(discordId, role, reason);
		for (const role of plan.remove) await guild.removeRole(discordId, role, reason);
		return null;
	} catch (error) {
		if (error instanceof RoleChangeError) return error.message;
		throw error;
	}
}

/** Discord has been seen to answer 204 and not act, so only what is read back counts. Null where it cannot be read. */
export async function readBack({ guild }: World, discordId: string): Promise<readonly RoleName[] | null> {
	try {
		return (await guild.readMember(discordId))?.roles ?? null;
	} catch (error) {
		if (error instanceof SourceError) return null;
		throw error;
	}
}

function auditReason({ issueId, runId, actor, actorName }: FixOrder): string {
	const who = actor === AUTOMATIC ? 'automatic fix' : `approved by ${actorName ?? actor} (${actor})`;
	return `Reeve: run ${runId}, issue ${issueId}, ${who}`;
}

/**
 * Settles what a stopped process left half-done: reads the person and writes down what is true now. A plan that was not
 * carried out to its end is open again.
 */
export async function settleInterrupted(world: World): Promise<void> {
	for (const attempt of await world.ledger.interruptedAttempts()) {
		const after = await readBack(world, attempt.issue.discordId);
		const done = after !== null && isDone(attempt.plan, after);
		// Without the roles before, no role was touched: whatever is right now is somebody else's work.
		const touched = attempt.rolesBefore !== null;
		await world.ledger.endAttempt(attempt.attemptId, {
			outcome:
				attempt.undoes === null ? (done ? (touched ? 'FIXED' : 'RESOLVED') : 'INTERRUPTED') : done && touched ? 'UNDONE' : 'INTERRUPTED',
			rolesBefore: attempt.rolesBefore,
			rolesAfter: after,
			error:
				done && touched
					? 'Reeve was stopped before it could say so.'
					: `Reeve was stopped in the middle of this ${attempt.undoes === null ? 'fix' : 'undo'}.`,
			at: world.now()
		});
	}
}
