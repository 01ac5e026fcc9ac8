import type { EndedAttempt } from '../../src/reconciliation/domain/ports.js';
import { type Emit, emitRun } from '../../src/wiring/emit-events.js';
import { AT, issue, OPERATOR, result } from '../messages/fixtures.js';

/** A night with fixes and a hold, its release, an undo and two deliveries, as docs/operate.md shows it. */

export const RUN = 'cmwzqg00k0001';

const KNIGHT_MISSING = {
	type: 'MISSING_ACCESS',
	discordRoles: [],
	expectedRoles: ['Knight'],
	plan: { add: ['Knight'], remove: [] }
} as const;

const FIX: EndedAttempt = {
	kind: 'fix',
	issue: issue({ ...KNIGHT_MISSING, id: 'ab494608-1c5e', discordName: 'hostile name' }),
	runId: RUN,
	actor: 'reeve',
	outcome: 'FIXED',
	rolesBefore: [],
	rolesAfter: ['Knight'],
	error: null,
	at: AT
};

const HOLD = { reason: '35 of the 163 people who hold a managed role would lose one: more than 10%.', losing: 35, holders: 163 };

export function emitSampleNight(emit: Emit): void {
	const run = {
		triggeredBy: 'scheduled',
		requestedBy: null,
		isVerificationRun: false,
		autoFixEnabled: true,
		onlyMember: null,
		onlyMembers: null
	} as const;
	emit('started', { ...run, runId: RUN, startedAt: AT, scheduledDay: '2026-11-20' });
	emit('attempt', FIX);
	emit('attempt', { ...FIX, outcome: 'FAILED', rolesAfter: [], error: 'Discord did not answer.' });
	const issues = [FIX.issue, issue({ ...KNIGHT_MISSING, id: 'issue2' }), issue({ id: 'issue3' })];
	emitRun(result({ ...run, runId: RUN, issues, issuesFixed: 1, hold: HOLD }), emit);
	emit('delivery', { channel: 'report', subject: `run:${RUN}`, tries: 1, outcome: 'DELIVERED', error: null });
	emit('delivery', {
		channel: 'mail',
		subject: `run:${RUN}`,
		tries: 1,
		outcome: 'WILL_RETRY',
		error: 'The mail server refused the connection.'
	});
	emit('released', { scope: 'all', part: 'removes', runId: null, actor: OPERATOR, losing: 35 });
	emit('attempt', { ...FIX, kind: 'undo', actor: OPERATOR, outcome: 'UNDONE', rolesBefore: ['Knight'], rolesAfter: [] });
}
