import { describe, expect, it } from 'vitest';
import { earlierWork, isRest, type PastAttempt } from '../../../src/reconciliation/fixes/earlier-work.js';

const PLAN = { add: ['Lord'], remove: ['Debtor', 'Knight'] };
const BEFORE = ['Debtor', 'Knight'];
const HALF = ['Debtor', 'Knight', 'Lord'];

function attempt(outcome: PastAttempt['outcome'], rolesBefore: string[] | null, rolesAfter: string[] | null, planHash = 'a'): PastAttempt {
	return { planHash, plan: PLAN, outcome, rolesBefore, rolesAfter };
}

describe('earlierWork', () => {
	it.each([
		['no attempt', []],
		['an attempt that was interrupted before it began', [attempt('INTERRUPTED', null, BEFORE)]],
		['an attempt that changed nothing', [attempt('FAILED', BEFORE, BEFORE)]],
		['an attempt at another plan', [attempt('INTERRUPTED', BEFORE, HALF, 'b')]],
		['an attempt before the issue was settled', [attempt('INTERRUPTED', BEFORE, HALF), attempt('FIXED', HALF, ['Lord'])]]
	])('is null after %s', (_, attempts) => {
		expect(earlierWork(attempts, ['a'])).toBeNull();
	});

	it.each([
		['an interrupted attempt', [attempt('INTERRUPTED', BEFORE, HALF)], HALF],
		['an interrupted attempt whose change had not arrived yet', [attempt('INTERRUPTED', BEFORE, BEFORE)], BEFORE],
		['an attempt that Discord refused half-way', [attempt('FAILED', BEFORE, HALF)], HALF],
		['an attempt that could not be read back', [attempt('FAILED', BEFORE, null)], BEFORE],
		['a touching attempt and untouched ones since', [attempt('INTERRUPTED', BEFORE, HALF), attempt('INTERRUPTED', null, HALF)], HALF],
		['an attempt in progress', [attempt(null, BEFORE, null)], BEFORE],
		['two touching attempts', [attempt('INTERRUPTED', BEFORE, HALF), attempt('FAILED', HALF, ['Knight', 'Lord'])], ['Knight', 'Lord']]
	])('returns the roles before and after %s', (_, attempts, rolesAfter) => {
		expect(earlierWork(attempts, ['a'])).toEqual({ plan: PLAN, rolesBefore: BEFORE, rolesAfter });
	});
});

describe('isRest', () => {
	const earlier = { plan: PLAN, rolesBefore: BEFORE, rolesAfter: HALF };

	it.each([
		['a part with the same result', { add: [], remove: ['Debtor', 'Knight'] }, ['Lord'], true],
		['a part with another result', { add: [], remove: ['Debtor'] }, ['Knight', 'Lord'], false],
		['a plan with another change', { add: [], remove: ['Debtor', 'Knight', 'Lord'] }, [], false]
	])('judges %s', (_, plan, expected, result) => {
		expect(isRest(plan, expected, earlier)).toBe(result);
	});
});
