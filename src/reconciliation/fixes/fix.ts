import { startHeartbeat } from '../../async/heartbeat.js';
import { isApplied } from '../detection/role-plan.js';
import type { DriftIssue, FixOutcome, OpenIssue } from '../domain/issue.js';
import { type IssueClaim, type Ports, RoleChangeError, SourceError } from '../domain/ports.js';
import type { PolicySettings, RoleName } from '../domain/rules.js';
import { recoverInterruptedAttempts } from './recover.js';
import { type AttemptOutcome, revalidatePlan, unchanged } from './revalidate.js';
/** The actor of an automatic fix. */
export const AUTOMATIC = 'reeve';

/** How long a claim outlives a process that died with it. */
export const CLAIM_SECONDS = 30;

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

/** Whether the person holds now what they should, by this fix. */
export function isFixed(result: FixResult): result is Extract<FixResult, { kind: 'ended' }> {
	return result.kind === 'ended' && result.outcome === 'FIXED';
}

/**
 * Mends one issue: claims it, looks again, changes roles one by one, reads back, and writes the outcome before anyone is told.
 * Errors of Discord and Stripe are outcomes that leave the issue open; only an error of the database is thrown.
 */
export async function fixIssue(ports: Ports, policy: PolicySettings, order: FixOrder): Promise<FixResult> {
	const { ledger } = ports;
	await recoverInterruptedAttempts(ports);
	const claimed = await ledger.claimIssue(order.issueId, order.planHash, order.actor, order.runId, CLAIM_SECONDS);
	if (claimed.kind !== 'claimed') return claimed;
	const { claim } = claimed;
	const right = startHeartbeat(() => ledger.renewClaim(claim.attemptId, CLAIM_SECONDS), CLAIM_SECONDS);
	try {
		const end = await revalidateAndFix(ports, policy, claim, order, right.isHeld);
		await ledger.endAttempt(claim.attemptId, { ...end, at: ports.now() });
		return { kind: 'ended', attemptId: claim.attemptId, issue: claim.issue, ...end, newDrift: end.newDrift ?? null };
	} finally {
		right.stop();
	}
}

async function revalidateAndFix(
	ports: Ports,
	policy: PolicySettings,
	claim: IssueClaim,
	order: FixOrder,
	held: () => boolean
): Promise<AttemptOutcome> {
	const { issue } = claim;
	let seen: Awaited<ReturnType<typeof revalidatePlan>>;
	try {
		seen = await revalidatePlan(ports, policy, claim);
	} catch (error) {
		if (error instanceof SourceError) return unchanged('FAILED', null, error.message);
		throw error;
	}
	if ('end' in seen) return seen.end;
	const before = seen.roles;
	// The last look before a role is touched: whoever lost the claim meanwhile must not act on it.
	if (!held() || !(await ports.ledger.renewClaim(claim.attemptId, CLAIM_SECONDS, before))) {
		return unchanged('INTERRUPTED', before, 'Reeve lost its claim on this issue while looking again. Nothing was changed; try again.');
	}
	const refused = await changeRoles(ports, { ...issue, plan: seen.plan }, auditReason(order));
	const after = await readBack(ports, issue.discordId);
	// What was read back counts, also against an error: an answer can get lost on its way when the change has been made.
	if (after !== null && isApplied(issue.plan, after)) return { outcome: 'FIXED', rolesBefore: before, rolesAfter: after, error: refused };
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

/**
 * Gives before it takes, so that nobody who pays stands without a role in between, and stops at the first refusal.
 * One role at a time: writing the whole list would undo what somebody else changes meanwhile.
 * @returns why Discord refused, or null
 */
export async function changeRoles(
	{ guild }: Ports,
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

/**
 * Discord has been seen to answer 204 and not act, so only what is read back counts. Null where Discord cannot be read.
 * @throws {SourceError} where it is the database that is away: the claim stays, and whoever settles it reads the person then
 */
export async function readBack({ guild }: Ports, discordId: string): Promise<readonly RoleName[] | null> {
	try {
		return (await guild.readMember(discordId))?.roles ?? null;
	} catch (error) {
		if (error instanceof SourceError && error.source !== 'database') return null;
		throw error;
	}
}

function auditReason({ issueId, runId, actor, actorName }: FixOrder): string {
	const who = actor === AUTOMATIC ? 'automatic fix' : `approved by ${actorName ?? actor} (${actor})`;
	return `Reeve: run ${runId}, issue ${issueId}, ${who}`;
}
