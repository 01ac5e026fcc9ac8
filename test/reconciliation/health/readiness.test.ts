import { describe, expect, it } from 'vitest';
import { AUTOMATIC } from '../../../src/reconciliation/fixes/attempt.js';
import { type IssueFate, judge, type PastFix, readVerdict } from '../../../src/reconciliation/health/readiness.js';
import type { ReplayedFix, ReplayRun } from '../../../src/reconciliation/health/replay.js';
import { ago, NOW, userId } from '../builders.js';

const OPERATOR = userId(99);

/** The fix that automatic fixes would have made of issue `n`, ten days ago. */
const fix = (number: number, changes: Partial<ReplayedFix['issue']> = {}): ReplayedFix => ({
	runId: 'run_1',
	at: ago({ days: 10 }),
	endedAt: ago({ days: 10 }),
	issue: {
		id: `issue_${number}`,
		discordId: userId(number),
		discordName: `name ${number}`,
		planHash: 'hash',
		plan: { add: [], remove: ['Knight'] },
		effect: 'removes',
		linked: true,
		discordRoles: ['Knight'],
		cameBackAt: null,
		...changes
	}
});

const run = (number: number, changes: Partial<ReplayRun> = {}): ReplayRun => ({
	runId: `run_${number}`,
	startedAt: ago({ days: 30 - number }),
	completedAt: ago({ days: 30 - number }),
	onlyMember: null,
	onlyMembers: null,
	issuesFound: 1,
	livemode: true,
	subscriptionsRead: 50,
	payingCustomers: 50,
	comparablePayers: 50,
	roleHolders: 50,
	hasUnacceptedRules: false,
	isOnboarding: false,
	isReleased: false,
	...changes
});
const RUNS = Array.from({ length: 20 }, (_, index) => run(index));

const attempt = (changes: Partial<PastFix> = {}): PastFix => ({
	id: 'attempt_1',
	actor: OPERATOR,
	planHash: 'hash',
	outcome: 'FIXED',
	at: ago({ days: 9 }),
	undoes: null,
	...changes
});
const OPEN: IssueFate = { status: 'OPEN', settledAt: null, settledBy: null, cameBackAt: null, attempts: [] };
const APPLIED: IssueFate = { ...OPEN, status: 'FIXED', settledAt: ago({ days: 9 }), attempts: [attempt()] };
const UNDO = attempt({ id: 'attempt_2', outcome: 'UNDONE', undoes: 'attempt_1', at: ago({ days: 8 }), planHash: 'other' });
const IGNORED: IssueFate = { ...OPEN, status: 'RESOLVED', settledAt: ago({ days: 7 }), settledBy: OPERATOR };

const judged = (fates: readonly (IssueFate | undefined)[], runs = RUNS, reading: Parameters<typeof judge>[3]['reading'] = null) =>
	judge(
		{ fixes: fates.map((_, index) => fix(index)), holds: [] },
		runs,
		new Map(fates.flatMap((fate, index) => (fate === undefined ? [] : [[`issue_${index}`, fate] as const]))),
		{ isOn: false, reading }
	);
const TEN = Array.from({ length: 10 }, () => APPLIED);

describe('judge', () => {
	it.each<[string, IssueFate | undefined, object]>([
		['applied', APPLIED, { by: OPERATOR, decidedAt: ago({ days: 9 }) }],
		['automatic', { ...APPLIED, attempts: [attempt({ actor: AUTOMATIC })] }, { by: AUTOMATIC }],
		['undone', { ...IGNORED, attempts: [attempt(), UNDO] }, { by: OPERATOR, decidedAt: ago({ days: 8 }) }],
		['ignored', IGNORED, { by: OPERATOR, decidedAt: ago({ days: 7 }) }],
		['came-back', { ...APPLIED, cameBackAt: ago({ days: 6 }) }, { by: OPERATOR, decidedAt: ago({ days: 6 }) }],
		['gone', { ...OPEN, status: 'RESOLVED', settledAt: ago({ days: 5 }) }, { by: null, decidedAt: ago({ days: 5 }) }],
		['gone', { ...APPLIED, attempts: [attempt({ planHash: 'other' })] }, { by: null }],
		['gone', undefined, { by: null, decidedAt: null }],
		['open', OPEN, { by: null, decidedAt: null }],
		['open', { ...OPEN, attempts: [attempt({ outcome: 'FAILED' })] }, { by: null }]
	])('says that a fix was %s', (decision, fate, who) => {
		const { decisions, objections, doubtful } = judged([fate]);
		expect(decisions).toMatchObject({ [decision]: 1 });
		expect(Object.values(decisions).reduce((sum, many) => sum + many, 0)).toBe(1);
		const isObjection = ['undone', 'ignored', 'came-back'].includes(decision);
		expect(objections).toEqual(isObjection ? [expect.objectContaining({ decision, ...who })] : []);
		expect(doubtful).toEqual(decision === 'gone' ? [expect.objectContaining({ decision, ...who })] : []);
	});

	it('does not count what was done before the run', () => {
		expect(judged([{ ...OPEN, attempts: [attempt({ at: ago({ days: 11 }) })] }]).decisions).toMatchObject({ open: 1 });
	});

	it('is ready after enough runs and decisions, without an objection', () => {
		expect(judged(TEN).verdict).toBe('ready');
		expect(judged([...TEN, OPEN, { ...OPEN, status: 'RESOLVED', settledAt: NOW }]).verdict).toBe('ready');
		expect(judged(TEN.slice(1)).verdict).toBe('not-enough-data');
		expect(judged([...TEN.slice(1), OPEN, undefined]).verdict).toBe('not-enough-data');
		expect(judged(TEN, RUNS.slice(0, 6)).verdict).toBe('not-enough-data');
		expect(judged(TEN, [...RUNS.slice(0, 6), run(7, { onlyMembers: ['1'] })]).verdict).toBe('not-enough-data');
	});

	it('is not ready with an objection, an unfinished setup or unaccepted rules, however little data there is', () => {
		expect(judged([...TEN, IGNORED]).verdict).toBe('not-yet');
		expect(judged([IGNORED], []).verdict).toBe('not-yet');
		const ruleChange = { rulesHash: '', changes: [], since: NOW, effects: judged([]).effects, acceptedBy: null };
		expect(judged(TEN, RUNS, { ruleChange, onboarding: null })).toMatchObject({ verdict: 'not-yet', unfinished: ['rules'] });
		expect(judged(TEN, RUNS, { ruleChange: null, onboarding: null }).verdict).toBe('ready');
	});
});

describe('readVerdict', () => {
	const settings = { autoFix: false, fixUnlinked: false, maxRevokePercent: 10 };
	const storeOf = (runs: readonly ReplayRun[]) => {
		const read: string[] = [];
		const store = {
			replayRuns: async () => runs,
			issuesOfRun: async (runId: string) => {
				read.push(runId);
				return [fix(1).issue];
			},
			fatesOf: async () => new Map([['issue_1', IGNORED]]),
			onboardingEnd: async () => null,
			newestReading: async () => null
		};
		return { store, read };
	};

	it('replays the runs that found issues, and judges them', async () => {
		const { store, read } = storeOf([run(1, { issuesFound: 0 }), run(2)]);
		expect(await readVerdict(store, settings, NOW)).toBe('not-yet');
		expect(read).toEqual(['run_2']);
	});

	it('is not known while automatic fixes are on, or if there is too much to replay', async () => {
		for (const [runs, autoFix] of [
			[RUNS, true],
			[[run(1, { issuesFound: 50_000 })], false]
		] as const) {
			const { store, read } = storeOf(runs);
			expect(await readVerdict(store, { ...settings, autoFix }, NOW)).toBeNull();
			expect(read).toEqual([]);
		}
	});
});
