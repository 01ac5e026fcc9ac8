import { describe, expect, it, vi } from 'vitest';
import { LogEntry } from '../../src/log-entry.js';
import { createRedactingLogger } from '../../src/plugin/redacting-logger.js';
import type { EndedAttempt } from '../../src/reconciliation/domain/ports.js';
import { type Emit, emitRun, emittingStore } from '../../src/wiring/emit-events.js';
import { loggingEmit } from '../../src/wiring/log-events.js';
import { ADA, AT, failedResult, issue, OPERATOR } from '../messages/fixtures.js';
import { emitSampleNight, RUN } from './sample-events.js';

function logged(act: (emit: Emit) => void) {
	const lines: { level: string; entry: LogEntry }[] = [];
	const log = (level: string) => (entry: unknown) => void lines.push({ level, entry: entry as LogEntry });
	const emitted: string[] = [];
	const note = ((name: string) => void emitted.push(name)) as Emit;
	act(loggingEmit(note, { info: log('info'), warn: log('warn'), error: log('error') }));
	return { lines, emitted };
}

describe('loggingEmit', () => {
	const night = logged(emitSampleNight);
	const fieldsOf = (event: string) => night.lines.filter(({ entry }) => entry.fields.event === event).map(({ entry }) => entry.fields);

	it('logs one line per start and end of a run, fix, undo, hold, release and delivery', () => {
		const events = ['run-start', 'fix', 'fix', 'run-end', 'hold', 'delivery', 'delivery', 'release', 'undo'];
		expect(night.lines.map(({ entry }) => entry.fields.event)).toEqual(events);
	});

	it('also emits what it logs, and the events that it does not log', () => {
		expect(night.emitted).toEqual([
			'started',
			'attempt',
			'attempt',
			'run',
			'issue',
			'issue',
			'issue',
			'held',
			'delivery',
			'delivery',
			'released',
			'attempt'
		]);
	});

	it('logs what a run found and did', () => {
		expect(fieldsOf('run-end')).toEqual([
			{
				event: 'run-end',
				runId: RUN,
				status: 'COMPLETED',
				triggeredBy: 'scheduled',
				requestedBy: null,
				onlyMember: null,
				onlyMembers: null,
				membersChecked: 250,
				issuesFound: 3,
				issuesByType: { MISSING_ACCESS: 2, ROLE_MISMATCH: 1 },
				issuesFixed: 1,
				held: 35,
				durationMs: 12_000,
				error: null
			}
		]);
	});

	it('logs the roles that a fix or an undo granted and revoked', () => {
		expect(fieldsOf('fix')[0]).toMatchObject({
			runId: RUN,
			discordId: ADA,
			actor: 'reeve',
			outcome: 'FIXED',
			granted: ['Knight'],
			revoked: []
		});
		expect(fieldsOf('undo')[0]).toMatchObject({ runId: RUN, actor: OPERATOR, outcome: 'UNDONE', granted: [], revoked: ['Knight'] });
	});

	it('names the run of a report, and none of another notification', () => {
		expect(fieldsOf('delivery')[0]).toMatchObject({ runId: RUN, channel: 'report', tries: 1, outcome: 'DELIVERED' });
		const overdue = { channel: 'mail', subject: 'overdue:2026-11-20T08:00:00.000Z', tries: 2, outcome: 'GIVEN_UP', error: 'no' } as const;
		const { lines } = logged((emit) => emit('delivery', overdue));
		expect(lines[0]).toMatchObject({ level: 'error', entry: { fields: { runId: null, subject: overdue.subject, tries: 2 } } });
	});

	it('logs a failed run as an error with its reason, and a failed fix and a hold as warnings', () => {
		const { lines } = logged((emit) => emitRun(failedResult('Stripe refused the key.'), emit));
		expect(lines[0]).toMatchObject({ level: 'error', entry: { message: 'Run failed.', fields: { error: 'Stripe refused the key.' } } });
		const warned = night.lines.filter(({ level }) => level === 'warn');
		expect(warned.map(({ entry }) => entry.fields.event)).toEqual(['fix', 'hold']);
	});

	it('logs no name of a member', () => {
		expect(night.lines.map(({ entry }) => String(entry)).join('\n')).not.toContain('hostile name');
	});
});

describe('emittingStore', () => {
	/** Emits under the name alone. */
	function observed(given: Partial<Parameters<typeof emittingStore>[0]>) {
		const unused = async () => null;
		const nothing = async () => {};
		const store = { startRun: unused, endAttempt: unused, recordHold: nothing, releaseHold: nothing, acceptRules: nothing, ...given };
		const emitted: string[] = [];
		return { store: emittingStore(store, ((name: string) => void emitted.push(name)) as Emit), emitted };
	}

	it.each([
		['fix', 'FIXED', ['attempt', 'fixed']],
		['fix', 'FAILED', ['attempt', 'failed']],
		['fix', 'PLAN_CHANGED', ['attempt']],
		['undo', 'UNDONE', ['attempt']],
		['undo', 'FAILED', ['attempt']]
	] as const)('emits the end of a %s with the outcome %s once, also if it ends twice', async (kind, outcome, events) => {
		const end = { outcome, rolesBefore: [], rolesAfter: ['Knight'], error: null, at: AT } as const;
		const ends: (EndedAttempt | null)[] = [{ ...end, kind, issue: issue(), runId: RUN, actor: 'reeve' }, null];
		const { store, emitted } = observed({ endAttempt: async () => ends.shift() ?? null });
		for (const _ of [1, 2]) await store.endAttempt('a1', end);
		expect(emitted).toEqual(events);
	});

	it('emits no start of a run that another process has made', async () => {
		const ids: (string | null)[] = [RUN, null];
		const { store, emitted } = observed({ startRun: async () => ids.shift() ?? null });
		const start = { startedAt: AT, triggeredBy: 'scheduled', requestedBy: null, isVerificationRun: false, autoFixEnabled: true } as const;
		for (const _ of [1, 2]) await store.startRun({ ...start, scheduledDay: '2026-11-20', onlyMember: null, onlyMembers: null });
		expect(emitted).toEqual(['started']);
	});
});

describe('LogEntry', () => {
	it('is text with its fields, without those that are null', () => {
		const entry = new LogEntry('Run failed.', { event: 'run-end', runId: null, held: 0, error: 'No "answer"\nfrom Stripe' });
		expect(String(entry)).toBe('Run failed. event=run-end held=0 error="No \\"answer\\"\\nfrom Stripe"');
	});

	it('reaches the logger of another bot as redacted text', () => {
		const info = vi.fn();
		const logger = { info, debug: vi.fn(), warn: vi.fn(), error: vi.fn() };
		const redacting = createRedactingLogger(logger as never, (text) => text.replaceAll('hunter22', '(hidden)'));
		redacting.info(new LogEntry('Fix not done.', { error: 'smtp://hunter22@host' }));
		expect(info).toHaveBeenCalledWith('Fix not done. error=smtp://(hidden)@host');
	});
});
