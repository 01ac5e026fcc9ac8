import { formatRoles, rolesEqual } from '../detection/role-plan.js';
import type { RosterMember } from '../domain/guild.js';
import type { FixOutcome, Plan } from '../domain/issue.js';
import { type AttemptEnd, type Ports, SourceError } from '../domain/ports.js';
import type { RoleName } from '../domain/rules.js';
import { applyPlan } from './apply-plan.js';
import { type AttemptOutcome, auditReason, CLAIM_SECONDS, runAttempt, unchanged } from './attempt.js';
import { recoverInterruptedAttempts } from './recover.js';

/** A day, and the hour by which the longest day is longer: the next daily run must not redo what an operator has undone. */
const EXEMPT_HOURS = 25;
const HOUR_MS = 3_600_000;

/** Which fix is to be undone, and on whose word. */
export interface UndoOrder {
	readonly attemptId: string;
	/** The operator's Discord ID. */
	readonly actor: string;
	/** How the audit log is to name the operator. */
	readonly actorName?: string;
}

/** Whose roles it is about. */
export interface UndoSubject {
	readonly discordId: string;
	readonly discordName: string;
}

/** A claim to undo a fix: as one to fix, and the person is exempt from here on. */
export interface UndoClaim {
	/** The undo's own. */
	readonly attemptId: string;
	readonly issueId: string;
	/** The managed roles that the fix left. */
	readonly left: readonly RoleName[];
	readonly plan: Plan;
	/** Whether an undo was broken off before, and Discord did not tell where. */
	readonly interrupted: boolean;
}

/** Why a fix cannot be undone. */
export type NotUndoable =
	/** It changed nothing that could be put back, or is an undo itself. */
	| 'NO_FIX'
	/** The person has been fixed again since. */
	| 'NOT_NEWEST'
	/** What the person held before or after is not known. */
	| 'ROLES_UNKNOWN';

/** Why a claim was not given. */
export type UndoRefusal =
	/** A fix or an undo of this person is under way. */
	| { readonly kind: 'busy'; readonly subject: UndoSubject; readonly actor: string; readonly since: Date }
	| { readonly kind: 'undone'; readonly subject: UndoSubject; readonly actor: string; readonly at: Date }
	| { readonly kind: 'refused'; readonly subject: UndoSubject; readonly why: NotUndoable }
	| { readonly kind: 'unknown' };

/** What came of an order. */
export type UndoResult =
	| {
			readonly kind: 'ended';
			readonly subject: UndoSubject;
			/** `UNDONE`; `PLAN_CHANGED` where the person holds other roles by now; else why not. */
			readonly outcome: FixOutcome;
			readonly rolesBefore: readonly RoleName[] | null;
			readonly rolesAfter: readonly RoleName[] | null;
			readonly error: string | null;
			/** Until when the person is exempt on account of it; null if nothing was changed. */
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

/** What undoing asks of the database. */
export interface UndoStore {
	/**
	 * Claims a fix to undo it: one winner, whoever asks, however often. Writes the attempt with its plan, and the exemption.
	 * @param order.at - the exemption begins then
	 */
	claimUndo(order: {
		readonly fixId: string;
		readonly actor: string;
		readonly seconds: number;
		readonly at: Date;
		readonly exemptUntil: Date;
		readonly reason: string;
	}): Promise<{ readonly kind: 'claimed'; readonly subject: UndoSubject; readonly claim: UndoClaim } | UndoRefusal>;
	/** The newest fixes that can be undone, of people whose name or Discord ID contains the text. */
	undoableFixes(text: string, limit: number): Promise<readonly UndoableFix[]>;
}

/** Attempt IDs: whatever else somebody types is none. */
const ATTEMPT_ID = /^[\w-]{1,36}$/;

/**
 * Undoes one fix: exempts the person, looks again, puts the managed roles back one by one, reads back, and writes the outcome before
 * anyone is told. Whoever holds other roles than the fix left is not touched. If nothing was changed, the exemption ends.
 * Errors of Discord are outcomes; only an error of the database is thrown.
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
		reason: `Undo by ${order.actorName ?? order.actor} of the fix ${order.attemptId}`
	});
	if (claimed.kind !== 'claimed') return claimed;
	const { claim, subject } = claimed;
	const outcome = await runAttempt(ports, claim.attemptId, (isHeld) => checkAndRestore(ports, claim, subject, order, isHeld));
	return { kind: 'ended', subject, ...outcome, exemptUntil: mayHaveChanged(outcome) ? exemptUntil : null };
}

/** Whether roles are others than before, as far as is known: a person who could not be read back may have been changed. */
export function mayHaveChanged({ rolesBefore, rolesAfter }: Pick<AttemptEnd, 'rolesBefore' | 'rolesAfter'>): boolean {
	return rolesBefore !== null && (rolesAfter === null || !rolesEqual(rolesBefore, rolesAfter));
}

async function checkAndRestore(
	ports: Ports,
	claim: UndoClaim,
	{ discordId }: UndoSubject,
	order: UndoOrder,
	isHeld: () => boolean
): Promise<AttemptOutcome> {
	const { attemptId, issueId, plan, left } = claim;
	let member: RosterMember | null;
	try {
		member = await ports.guild.readMember(discordId);
	} catch (error) {
		if (error instanceof SourceError) return unchanged('FAILED', null, error.message);
		throw error;
	}
	if (member === null) return unchanged('FAILED', null, 'This member has left the server.');
	const { roles } = member;
	if (!expectedStates(claim).some((state) => rolesEqual(roles, state))) {
		return unchanged('PLAN_CHANGED', roles, `The member now has ${formatRoles(roles)}, not ${formatRoles(left)} as the fix left it.`);
	}
	return applyPlan(ports, {
		attemptId,
		discordId,
		plan,
		rolesBefore: roles,
		reason: auditReason(`undo ${attemptId} of fix ${order.attemptId}`, issueId, order),
		isHeld,
		success: 'UNDONE',
		advice: { unreadable: 'Check their roles.', notApplied: 'Try again in a minute.' }
	});
}

/** The roles that this undo may find: those that the fix left and, after an interrupted undo, those after each step of its plan. */
function expectedStates({ left, plan, interrupted }: UndoClaim): readonly (readonly RoleName[])[] {
	if (!interrupted) return [left];
	const added = plan.add.map((_, step) => [...left, ...plan.add.slice(0, step + 1)]);
	const all = added.at(-1) ?? left;
	const removed = plan.remove.map((_, step) => all.filter((role) => !plan.remove.slice(0, step + 1).includes(role)));
	return [left, ...added, ...removed];
}
