import { describe, expect, it } from 'vitest';
import { type Facts, type FixedIssue, lostAccess, MISTYPED_PRICE, type Run, stateOf } from '../../../sandbox/page/guide/progress.js';

const STARTED = '2026-03-01T10:00:00.000Z';
const LATER = '2026-03-01T10:00:05.000Z';
const FACTS: Facts = {
	startedAt: STARTED,
	lordPrices: 'price_lord',
	stripeIsBroken: false,
	newestRun: null,
	fixed: [],
	hasNoticed: null
};
const RUN: Run = { status: 'COMPLETED', startedAt: LATER, issuesFixed: 0 };

function fixed(over: { actor?: string; firstSeenAt?: string; startedAt?: string; add?: string[]; remove?: string[] }): FixedIssue {
	const { actor = 'reeve', firstSeenAt = LATER, startedAt = LATER, add = [], remove = [] } = over;
	return { discordName: 'ada', firstSeenAt, attempts: [{ actor, startedAt, add, remove }] };
}

describe('the first minute', () => {
	it('ticks the fix of an operator, not one by auto-fix', () => {
		expect(stateOf('fix', { ...FACTS, fixed: [fixed({ add: ['Lord'] })] })).toBe('todo');
		expect(stateOf('fix', { ...FACTS, fixed: [fixed({ actor: '1', add: ['Lord'] })] })).toBe('done');
	});

	it('ticks a cancellation once Reeve has an issue of that member', () => {
		expect(stateOf('cancel', FACTS)).toBe('todo');
		expect(stateOf('cancel', { ...FACTS, hasNoticed: false })).toBe('waiting');
		expect(stateOf('cancel', { ...FACTS, hasNoticed: true })).toBe('done');
	});

	it('ticks the mistyped price once a run with it has completed and no one has lost access by it', () => {
		const mistyped = { ...FACTS, lordPrices: MISTYPED_PRICE };
		expect(stateOf('mistype', { ...FACTS, newestRun: RUN })).toBe('todo');
		expect(stateOf('mistype', mistyped)).toBe('stopped');
		expect(stateOf('mistype', { ...mistyped, newestRun: { ...RUN, startedAt: '2026-03-01T09:59:00.000Z' } })).toBe('stopped');
		expect(stateOf('mistype', { ...mistyped, newestRun: { ...RUN, status: 'RUNNING' } })).toBe('waiting');
		expect(stateOf('mistype', { ...mistyped, newestRun: { ...RUN, status: 'FAILED' } })).toBe('stopped');
		expect(stateOf('mistype', { ...mistyped, newestRun: RUN })).toBe('done');
		expect(stateOf('mistype', { ...mistyped, newestRun: RUN, fixed: [fixed({ remove: ['Lord'] })] })).toBe('stopped');
	});

	it('names who lost access, without those whose issue is older or who got another role', () => {
		const all = [
			fixed({ remove: ['Lord'], firstSeenAt: '2026-03-01T09:00:00.000Z' }),
			fixed({ remove: ['Knight'], add: ['Lord'] }),
			fixed({ add: ['Lord'] })
		];
		expect(lostAccess({ ...FACTS, fixed: all })).toEqual([]);
		expect(lostAccess({ ...FACTS, fixed: [...all, fixed({ remove: ['Lord'] })] })).toEqual(['ada']);
	});

	it('ticks the outage once the run has failed without any change of roles', () => {
		const broken = { ...FACTS, stripeIsBroken: true };
		const failed = { ...RUN, status: 'FAILED' as const };
		expect(stateOf('break', { ...FACTS, newestRun: failed })).toBe('todo');
		expect(stateOf('break', { ...broken, newestRun: RUN })).toBe('stopped');
		expect(stateOf('break', { ...broken, newestRun: { ...RUN, status: 'RUNNING' } })).toBe('waiting');
		expect(stateOf('break', { ...broken, newestRun: failed, fixed: [fixed({ add: ['Lord'], startedAt: STARTED })] })).toBe('done');
		expect(
			stateOf('break', { ...broken, newestRun: failed, fixed: [fixed({ remove: ['Lord'], startedAt: '2026-03-01T10:00:06.000Z' })] })
		).toBe('stopped');
	});
});
