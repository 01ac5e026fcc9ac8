import { isApplied } from '../detection/role-plan.js';
import type { FixOutcome } from '../domain/issue.js';
import type { AttemptStore, Guild, InterruptedAttempt } from '../domain/ports.js';
import type { RoleName } from '../domain/rules.js';
import { attempt } from '../domain/source-result.js';
import { type AttemptOutcome, BEFORE_REPORT, CLAIM_SECONDS } from './attempt.js';

/**
 * Ends the attempts that a stopped process left unfinished: reads the member and stores the outcome that their roles show. An issue
 * whose plan is not applied is open again. If the member cannot be read, the attempt is left for the next recovery.
 */
export async function recoverInterruptedAttempts({
	guild,
	ledger,
	now
}: {
	readonly guild: Guild;
	readonly ledger: AttemptStore;
	readonly now: () => Date;
}): Promise<void> {
	for (const interrupted of await ledger.interruptedAttempts(CLAIM_SECONDS)) {
		const read = await attempt(() => guild.readMember(interrupted.issue.discordId));
		if (read.ok) await ledger.endAttempt(interrupted.attemptId, { ...endOf(interrupted, read.value?.roles ?? null), at: now() });
	}
}

/** @param rolesAfter - null if the member has left */
function endOf({ plan, rolesBefore, undoes, earlier }: InterruptedAttempt, rolesAfter: readonly RoleName[] | null): AttemptOutcome {
	const isUndo = undoes !== null;
	const applied = rolesAfter !== null && isApplied(plan, rolesAfter);
	// `rolesBefore` is stored before the first role is changed. Without it, roles that are as planned are the work of an earlier attempt, or not Reeve's.
	const before = rolesBefore ?? (applied ? (earlier?.rolesAfter ?? null) : null);
	const isOurs = applied && before !== null;
	const outcome = outcomeOf({ isUndo, applied, touched: before !== null });
	const error = isOurs ? BEFORE_REPORT : `Reeve was stopped during this ${isUndo ? 'undo' : 'fix'}.`;
	return { outcome, rolesBefore: before, rolesAfter, error };
}

function outcomeOf({
	isUndo,
	applied,
	touched
}: {
	readonly isUndo: boolean;
	readonly applied: boolean;
	readonly touched: boolean;
}): FixOutcome {
	if (!applied) return 'INTERRUPTED';
	if (isUndo) return touched ? 'UNDONE' : 'INTERRUPTED';
	return touched ? 'FIXED' : 'RESOLVED';
}
