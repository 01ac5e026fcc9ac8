import { isApplied } from '../detection/role-plan.js';
import type { FixOutcome } from '../domain/issue.js';
import { type AttemptStore, type Guild, SourceError } from '../domain/ports.js';
import type { RoleName } from '../domain/rules.js';

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
	for (const attempt of await ledger.interruptedAttempts()) {
		let after: readonly RoleName[] | null;
		try {
			after = (await guild.readMember(attempt.issue.discordId))?.roles ?? null;
		} catch (error) {
			if (error instanceof SourceError) continue;
			throw error;
		}
		const isUndo = attempt.undoes !== null;
		const applied = after !== null && isApplied(attempt.plan, after);
		// `rolesBefore` is stored before the first role is changed. Without it, roles that are as planned are not Reeve's work.
		const touched = attempt.rolesBefore !== null;
		await ledger.endAttempt(attempt.attemptId, {
			outcome: outcomeOf({ isUndo, applied, touched }),
			rolesBefore: attempt.rolesBefore,
			rolesAfter: after,
			error:
				applied && touched ? 'Reeve was stopped before it could report this.' : `Reeve was stopped during this ${isUndo ? 'undo' : 'fix'}.`,
			at: now()
		});
	}
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
