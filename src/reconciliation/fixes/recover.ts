import { isApplied } from '../detection/role-plan.js';
import { type Ports, SourceError } from '../domain/ports.js';
import type { RoleName } from '../domain/rules.js';

/**
 * Settles what a stopped process left half-done: reads the person and writes down what is true now. A plan that was not
 * carried out to its end is open again. Where the person cannot be read, nothing is known: that one is left to the next time.
 */
export async function recoverInterruptedAttempts(ports: Ports): Promise<void> {
	for (const attempt of await ports.ledger.interruptedAttempts()) {
		let after: readonly RoleName[] | null;
		try {
			after = (await ports.guild.readMember(attempt.issue.discordId))?.roles ?? null;
		} catch (error) {
			if (error instanceof SourceError) continue;
			throw error;
		}
		const done = after !== null && isApplied(attempt.plan, after);
		// Without the roles before, no role was touched: whatever is right now is somebody else's work.
		const touched = attempt.rolesBefore !== null;
		await ports.ledger.endAttempt(attempt.attemptId, {
			outcome:
				attempt.undoes === null ? (done ? (touched ? 'FIXED' : 'RESOLVED') : 'INTERRUPTED') : done && touched ? 'UNDONE' : 'INTERRUPTED',
			rolesBefore: attempt.rolesBefore,
			rolesAfter: after,
			error:
				done && touched
					? 'Reeve was stopped before it could say so.'
					: `Reeve was stopped in the middle of this ${attempt.undoes === null ? 'fix' : 'undo'}.`,
			at: ports.now()
		});
	}
}
