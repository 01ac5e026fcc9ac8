import { describe, expect, it, vi } from 'vitest';
import type { InterruptedAttempt } from '../../../src/reconciliation/domain/ports.js';
import { recoverInterruptedAttempts } from '../../../src/reconciliation/fixes/recover.js';
import { ADA } from '../builders.js';
import { FakePorts } from '../fakes.js';

type Interrupted = Awaited<ReturnType<FakePorts['ledger']['interruptedAttempts']>>[number];

/** Recovers one attempt of the plan +Knight, of a member who now holds these roles, and returns how it was ended. */
async function recovered(held: readonly string[], given: Partial<Pick<InterruptedAttempt, 'rolesBefore' | 'undoes' | 'earlier'>>) {
	const ports = new FakePorts();
	ports.guild.join(ADA, ...held);
	const attempt = {
		attemptId: 'a1',
		issue: { discordId: ADA },
		actor: 'ada',
		plan: { add: ['Knight'], remove: [] },
		rolesBefore: null,
		undoes: null,
		earlier: null
	};
	vi.spyOn(ports.ledger, 'interruptedAttempts').mockResolvedValue([{ ...attempt, ...given } as unknown as Interrupted]);
	const end = vi.spyOn(ports.ledger, 'endAttempt').mockResolvedValue(null);
	await recoverInterruptedAttempts(ports);
	expect(end).toHaveBeenCalledOnce();
	return end.mock.calls[0]?.[1];
}

const BEFORE_REPORT = 'Reeve was stopped before it could report this.';
const DURING_FIX = 'Reeve was stopped during this fix.';
const DURING_UNDO = 'Reeve was stopped during this undo.';

describe('recoverInterruptedAttempts', () => {
	it.each([
		['a fix that was applied', ['Knight'], { rolesBefore: [] }, 'FIXED', BEFORE_REPORT],
		['a fix that touched no role, of a member whose roles are right', ['Knight'], {}, 'RESOLVED', DURING_FIX],
		['a fix that was stopped after it began', [], { rolesBefore: [] }, 'INTERRUPTED', DURING_FIX],
		['a fix that was stopped before it began', [], {}, 'INTERRUPTED', DURING_FIX],
		['an undo that was applied', ['Knight'], { rolesBefore: [], undoes: 'a0' }, 'UNDONE', BEFORE_REPORT],
		['an undo that touched no role, of a member whose roles are right', ['Knight'], { undoes: 'a0' }, 'INTERRUPTED', DURING_UNDO],
		['an undo that was stopped', [], { rolesBefore: [], undoes: 'a0' }, 'INTERRUPTED', DURING_UNDO]
	] as const)('ends %s', async (_, held, given, outcome, error) => {
		expect(await recovered(held, given)).toMatchObject({ outcome, error, rolesAfter: held });
	});
});
