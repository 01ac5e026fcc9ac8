import { startHeartbeat } from '../../async/heartbeat.js';
import type { FixOutcome } from '../domain/issue.js';
import type { AttemptEnd, AttemptStore } from '../domain/ports.js';
import type { RoleName } from '../domain/rules.js';
import { withPlainDays } from '../domain/time-in-text.js';

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

/** Discord accepts this many characters. */
const MAX_REASON_LENGTH = 512;
/** Leave room for the rest of the reason. */
const MAX_CAUSE_LENGTH = 250;
const MAX_NAME_LENGTH = 40;
/** Of an ID: enough to find the one that is meant. */
const SHORT_ID_LENGTH = 9;

/**
 * The reason that Discord's audit log shows for each role change: "Reeve: Lord ended 28 Nov (sub_1) · auto-fix · run cmwzqg00k".
 * @param cause - what decides the roles; its times become days
 * @param source - what the change belongs to; its ID is shortened
 */
export function auditReason(
	cause: string,
	source: { readonly kind: 'run' | 'fix'; readonly id: string },
	{ actor, actorName }: { readonly actor: string; readonly actorName?: string },
	now: Date
): string {
	const name = actorName === undefined ? actor : `@${actorName}`;
	const authority = actor === AUTOMATIC ? 'auto-fix' : `approved by ${clipped(name, MAX_NAME_LENGTH)}`;
	const reason = `Reeve: ${clipped(withPlainDays(cause, now), MAX_CAUSE_LENGTH)} · ${authority} · ${source.kind} ${source.id.slice(0, SHORT_ID_LENGTH)}`;
	// Half a character cannot be sent in a header, and a line break would make it two lines.
	return clipped(reason.replace(/\s+/g, ' '), MAX_REASON_LENGTH).toWellFormed();
}

/** At most `max` UTF-16 units. */
function clipped(text: string, max: number): string {
	return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}
