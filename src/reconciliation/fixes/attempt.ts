import { startHeartbeat } from '../../async/heartbeat.js';
import type { FixOutcome } from '../domain/issue.js';
import type { AttemptEnd, AttemptStore } from '../domain/ports.js';
import type { RoleName } from '../domain/rules.js';

/** The actor of an automatic fix. */
export const AUTOMATIC = 'reeve';

/** Lifetime of a claim without a renewal: how long an issue stays blocked after its process died. */
export const CLAIM_SECONDS = 30;

/** Every request has a deadline of its own. An attempt that hangs nevertheless loses its claim and is recovered like that of a dead process. */
const MAX_ATTEMPT_SECONDS = 600;

/** Error of an attempt that did everything and whose process stopped before it stored that. */
export const BEFORE_REPORT = 'Reeve was stopped before it could report this.';

/** How an attempt to fix or to undo ended; the time is added when it is stored. */
export type AttemptOutcome = Omit<AttemptEnd, 'at'>;

/** An outcome that touched no role. */
export const unchanged = (outcome: FixOutcome, roles: readonly RoleName[] | null = null, error: string | null = null): AttemptOutcome => ({
	outcome,
	rolesBefore: roles,
	rolesAfter: roles,
	error
});

/**
 * Does the work of a claimed attempt with a heartbeat on the claim, and stores the outcome before returning it. If the work throws, the
 * attempt stays without an end and is recovered once its claim has expired.
 */
export async function runAttempt(
	{ ledger, now }: { readonly ledger: AttemptStore; readonly now: () => Date },
	attemptId: string,
	work: (isHeld: () => boolean) => Promise<AttemptOutcome>
): Promise<AttemptOutcome> {
	const heartbeat = startHeartbeat(() => ledger.renewClaim(attemptId, CLAIM_SECONDS), CLAIM_SECONDS, MAX_ATTEMPT_SECONDS);
	try {
		const outcome = await work(heartbeat.isHeld);
		await ledger.endAttempt(attemptId, { ...outcome, at: now() });
		return outcome;
	} finally {
		heartbeat.stop();
	}
}

/** The reason that Discord's audit log shows for each role change. */
export function auditReason(
	cause: string,
	issueId: string,
	{ actor, actorName = actor }: { readonly actor: string; readonly actorName?: string }
): string {
	const authority = actor === AUTOMATIC ? 'automatic fix' : `approved by ${actorName} (${actor})`;
	return `Reeve: ${cause}, issue ${issueId}, ${authority}`;
}
