import { isApplied } from '../detection/role-plan.js';
import type { FixOutcome } from '../domain/issue.js';
import type { AttemptStore, Guild } from '../domain/ports.js';
import { attempt } from '../domain/source-result.js';

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
	for (const { attemptId, issue, plan, rolesBefore, undoes } of await ledger.interruptedAttempts()) {
		const read = await attempt(() => guild.readMember(issue.discordId));
		if (!read.ok) continue;
		const rolesAfter = read.value?.roles ?? null;
		const isUndo = undoes !== null;
		const applied = rolesAfter !== null && isApplied(plan, rolesAfter);
		// `rolesBefore` is stored before the first role is changed. Without it, roles that are as planned are not Reeve's work.
		const touched = rolesBefore !== null;
		await ledger.endAttempt(attemptId, {
			outcome: outcomeOf({ isUndo, applied, touched }),
			rolesBefore,
			rolesAfter,
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
