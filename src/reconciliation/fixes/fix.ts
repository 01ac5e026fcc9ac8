import type { DriftIssue, OpenIssue } from '../domain/issue.js';
import type { ClaimResult, IssueClaim, Ports } from '../domain/ports.js';
import type { PolicySettings, RoleName } from '../domain/rules.js';
import { attempt } from '../domain/source-result.js';
import { applyPlan, type Look } from './apply-plan.js';
import { type AttemptOutcome, AUTOMATIC, auditReason, CLAIM_SECONDS, runAttempt, unchanged } from './attempt.js';
import { recoverInterruptedAttempts } from './recover.js';
import { revalidatePlan } from './revalidate.js';
import type { LookUpUnacceptedRules } from './unaccepted-rules.js';

export interface FixOrder {
	readonly issueId: string;
	/** The plan that the operator saw: another one is not applied. */
	readonly planHash: string;
	/** The operator's Discord ID, or {@link AUTOMATIC}. */
	readonly actor: string;
	/** The operator's name in the audit log. */
	readonly actorName?: string;
	/** The run whose report or schedule led here. */
	readonly runId: string;
	/** Given for automatic and bulk fixes: what only rules that no operator has accepted would take is not taken. */
	readonly unaccepted?: LookUpUnacceptedRules;
}

/** An attempt that was made. */
interface Ended extends Omit<AttemptOutcome, 'newDrift'> {
	readonly kind: 'ended';
	readonly attemptId: string;
	/** As it was claimed. */
	readonly issue: OpenIssue;
	/** The drift that replaces the issue's; null unless the plan has changed. */
	readonly newDrift: DriftIssue | null;
}

/** An attempt and its outcome, or why none was made. */
export type FixResult = Ended | Exclude<ClaimResult, { readonly kind: 'claimed' }>;

/** Whether this fix gave the member the roles they should have. */
export function isFixed(result: FixResult): result is Ended {
	return result.kind === 'ended' && result.outcome === 'FIXED';
}

/**
 * Fixes one issue: claims it, re-reads its sources, changes roles one at a time, reads them back, and stores the outcome before
 * returning it. Errors of Discord and Stripe are outcomes that leave the issue open.
 * @throws errors of the database alone
 */
export async function fixIssue(ports: Ports, policy: PolicySettings, order: FixOrder): Promise<FixResult> {
	await recoverInterruptedAttempts(ports);
	const result = await ports.ledger.claimIssue(order.issueId, order.planHash, order.actor, order.runId, CLAIM_SECONDS);
	if (result.kind !== 'claimed') return result;
	const { claim } = result;
	const outcome = await runAttempt(ports, claim.attemptId, (isHeld) =>
		applyPlan(ports, {
			attemptId: claim.attemptId,
			discordId: claim.issue.discordId,
			look: (rolesBefore) => lookAtIssue(ports, policy, order, claim, rolesBefore),
			reason: auditReason(claim.issue.cause ?? claim.issue.description, { kind: 'run', id: order.runId }, order, ports.now()),
			isHeld,
			advice: { unreadable: 'The next run checks whether it was applied.', notApplied: 'Try again in a minute.' }
		})
	);
	return { kind: 'ended', attemptId: claim.attemptId, issue: claim.issue, ...outcome, newDrift: outcome.newDrift ?? null };
}

/** @param rolesBefore - the roles before the first change of this attempt; null if it has made none */
async function lookAtIssue(
	ports: Ports,
	policy: PolicySettings,
	{ unaccepted = async () => null }: Pick<FixOrder, 'unaccepted'>,
	{ issue, earlier }: IssueClaim,
	rolesBefore: readonly RoleName[] | null
): Promise<Look | { end: AttemptOutcome }> {
	const work = earlier ?? (rolesBefore === null ? null : { plan: issue.plan, rolesBefore, rolesAfter: rolesBefore });
	const read = await attempt(async () => revalidatePlan(ports, { policy, unaccepted: await unaccepted() }, { issue, earlier: work }));
	return read.ok ? read.value : { end: unchanged('FAILED', null, read.error) };
}
