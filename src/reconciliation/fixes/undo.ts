import { diffRoles, formatRoles, rolesAfter, rolesEqual } from '../detection/role-plan.js';
import type { FixOutcome, Plan } from '../domain/issue.js';
import type { AttemptEnd, Ports } from '../domain/ports.js';
import type { RoleName } from '../domain/rules.js';
import { attempt } from '../domain/source-result.js';
import { applyPlan, type Look } from './apply-plan.js';
import { type AttemptOutcome, auditReason, CLAIM_SECONDS, runAttempt, unchanged } from './attempt.js';
import { recoverInterruptedAttempts } from './recover.js';

/** One day plus the extra hour of the longest day, so that the next daily run does not redo the fix. */
const EXEMPT_HOURS = 25;
const HOUR_MS = 3_600_000;

export interface UndoOrder {
	/** The fix to undo. */
	readonly attemptId: string;
	/** The operator's Discord ID. */
	readonly actor: string;
	/** The operator's name in the audit log. */
	readonly actorName?: string;
	/** Default: names the operator. */
	readonly exemptionReason?: string;
}

/** The member whose roles are restored. */
export interface UndoSubject {
	readonly discordId: string;
	readonly discordName: string;
}

/** A claim to undo a fix. The member is exempt from the moment of the claim. */
export interface UndoClaim {
	/** The undo's own. */
	readonly attemptId: string;
	readonly issueId: string;
	/** The managed roles that the fix left. */
	readonly left: readonly RoleName[];
	readonly plan: Plan;
	/** Whether an earlier undo was interrupted and the roles it left could not be read back. */
	readonly interrupted: boolean;
}

/** Why a fix cannot be undone. */
export type NotUndoable =
	/** It changed no role, or is itself an undo. */
	| 'NO_FIX'
	/** A newer fix changed the member's roles. */
	| 'NOT_NEWEST'
	/** The member's roles before or after the fix are unknown. */
	| 'ROLES_UNKNOWN';

/** Why a claim was not given. */
export type UndoRefusal =
	/** A fix or an undo of this member is in progress. */
	| { readonly kind: 'busy'; readonly subject: UndoSubject; readonly actor: string; readonly since: Date }
	| { readonly kind: 'undone'; readonly subject: UndoSubject; readonly actor: string; readonly at: Date }
	| { readonly kind: 'refused'; readonly subject: UndoSubject; readonly why: NotUndoable }
	| { readonly kind: 'unknown' };

export type UndoResult =
	| {
			readonly kind: 'ended';
			readonly subject: UndoSubject;
			/** `UNDONE`; `PLAN_CHANGED` if the member no longer holds the roles that the fix left; else why it failed. */
			readonly outcome: FixOutcome;
			readonly rolesBefore: readonly RoleName[] | null;
			readonly rolesAfter: readonly RoleName[] | null;
			readonly error: string | null;
			/** Until when the undo exempts the member; null if nothing was changed. */
			readonly exemptUntil: Date | null;
	  }
	| UndoRefusal;

/** A fix that can be undone. */
export interface UndoableFix extends UndoSubject {
	readonly attemptId: string;
	readonly actor: string;
	readonly at: Date;
	readonly change: Plan;
}

export interface UndoStore {
	/**
	 * Claims a fix to undo it, with one winner among concurrent callers. Stores the attempt with its plan, and the exemption.
	 * @param order.at - start of the exemption
	 */
	claimUndo(order: {
		readonly fixId: string;
		readonly actor: string;
		readonly seconds: number;
		readonly at: Date;
		readonly exemptUntil: Date;
		readonly reason: string;
	}): Promise<{ readonly kind: 'claimed'; readonly subject: UndoSubject; readonly claim: UndoClaim } | UndoRefusal>;
	/** The newest fixes that can be undone, of members whose name or Discord ID contains the text. */
	undoableFixes(text: string, limit: number): Promise<readonly UndoableFix[]>;
}

/** Rejects typed text that cannot be an attempt ID. */
const ATTEMPT_ID = /^[\w-]{1,36}$/;

/**
 * Undoes one fix: exempts the member, re-reads their roles, restores the managed roles one at a time, reads them back, and stores the
 * outcome before returning it. A member who no longer holds the roles that the fix left is not touched. If nothing was changed, the
 * exemption ends. Errors of Discord are outcomes.
 * @throws errors of the database alone
 */
export async function undoFix(ports: Ports, undos: UndoStore, order: UndoOrder): Promise<UndoResult> {
	if (!ATTEMPT_ID.test(order.attemptId)) return { kind: 'unknown' };
	await recoverInterruptedAttempts(ports);
	const at = ports.now();
	const exemptUntil = new Date(at.getTime() + EXEMPT_HOURS * HOUR_MS);
	const claimed = await undos.claimUndo({
		fixId: order.attemptId,
		actor: order.actor,
		seconds: CLAIM_SECONDS,
		at,
		exemptUntil,
		reason: order.exemptionReason ?? `Fix undone by @${order.actorName ?? order.actor}`
	});
	if (claimed.kind !== 'claimed') return claimed;
	const { claim, subject } = claimed;
	const outcome = await runAttempt(ports, claim.attemptId, (isHeld) =>
		applyPlan(ports, {
			attemptId: claim.attemptId,
			discordId: subject.discordId,
			look: (rolesBefore) => lookAtMember(ports, subject, rolesBefore === null ? claim : { ...claim, interrupted: true }),
			reason: auditReason('fix undone', { kind: 'fix', id: order.attemptId }, order, at),
			isHeld,
			advice: { unreadable: 'Check their roles.', notApplied: 'Try again in a minute.' }
		})
	);
	return { kind: 'ended', subject, ...outcome, exemptUntil: mayHaveChanged(outcome) ? exemptUntil : null };
}

/** Whether the roles may have changed: true as well if they could not be read back. */
export function mayHaveChanged({ rolesBefore, rolesAfter }: Pick<AttemptEnd, 'rolesBefore' | 'rolesAfter'>): boolean {
	return rolesBefore !== null && (rolesAfter === null || !rolesEqual(rolesBefore, rolesAfter));
}

async function lookAtMember({ guild }: Ports, { discordId }: UndoSubject, claim: UndoClaim): Promise<Look | { end: AttemptOutcome }> {
	const { plan, left } = claim;
	const read = await attempt(() => guild.readMember(discordId));
	if (!read.ok) return { end: unchanged('FAILED', null, read.error) };
	const member = read.value;
	if (member === null) return { end: unchanged('FAILED', null, 'This member has left the server.') };
	const { roles } = member;
	if (!expectedStates(claim).some((state) => rolesEqual(roles, state))) {
		const why = `The member now has ${formatRoles(roles)}, not ${formatRoles(left)} as the fix left it.`;
		return { end: unchanged('PLAN_CHANGED', roles, why) };
	}
	return { roles, plan: diffRoles(roles, rolesAfter(left, plan)), goal: plan, success: 'UNDONE' };
}

/** The roles that this undo may find: those that the fix left and, after an interrupted undo, those after each step of its plan. */
function expectedStates({ left, plan, interrupted }: UndoClaim): readonly (readonly RoleName[])[] {
	if (!interrupted) return [left];
	const added = plan.add.map((_, step) => [...left, ...plan.add.slice(0, step + 1)]);
	const all = added.at(-1) ?? left;
	const removed = plan.remove.map((_, step) => all.filter((role) => !plan.remove.slice(0, step + 1).includes(role)));
	return [left, ...added, ...removed];
}
