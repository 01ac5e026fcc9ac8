import { isDone } from './plan.js';
import { SourceError, type World } from './ports.js';
import type { RoleName } from './types.js';

/**
 * Settles what a stopped process left half-done: reads the person and writes down what is true now. A plan that was not
 * carried out to its end is open again. Where the person cannot be read, nothing is known: that one is left to the next time.
 */
export async function settleInterrupted(world: World): Promise<void> {
	for (const attempt of await world.ledger.interruptedAttempts()) {
		let after: readonly RoleName[] | null;
		try {
			after = (await world.guild.readMember(attempt.issue.discordId))?.roles ?? null;
		} catch (error) {
			if (error instanceof SourceError) continue;
			throw error;
		}
		const done = after !== null && isDone(attempt.plan, after);
		// Without the roles before, no role was touched: whatever is right now is somebody else's work.
		const touched = attempt.rolesBefore !== null;
		await world.ledger.endAttempt(attempt.attemptId, {
			outcome:
				attempt.undoes === null ? (done ? (touched ? 'FIXED' : 'RESOLVED') : 'INTERRUPTED') : done && touched ? 'UNDONE' : 'INTERRUPTED',
			rolesBefore: attempt.rolesBefore,
			rolesAfter: after,
			error:
				done && touched
					? 'Reeve was stopped before it could say so.'
					: `Reeve was stopped in the middle of this ${attempt.undoes === null ? 'fix' : 'undo'}.`,
			at: world.now()
		});
	}
}
