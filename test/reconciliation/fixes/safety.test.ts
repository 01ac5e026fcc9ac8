import { describe, expect, it } from 'vitest';
import type { BillingSnapshot } from '../../../src/reconciliation/domain/billing.js';
import type { DriftIssue, Plan } from '../../../src/reconciliation/domain/issue.js';
import type { LastGoodRun } from '../../../src/reconciliation/domain/ports.js';
import { checkSafety, plausibilityProblem, revokes } from '../../../src/reconciliation/fixes/safety.js';
import { inGuild, issues, only, snapshot, subscription, userId } from '../builders.js';

const template = only(issues({ guild: [inGuild(userId(1), 'Knight')] }));
const issue = (plan: Plan): DriftIssue => ({ ...template, plan });
const taking = (count: number) => Array.from({ length: count }, () => issue({ add: [], remove: ['Knight'] }));
const giving = (count: number) => Array.from({ length: count }, () => issue({ add: ['Knight'], remove: [] }));
const swapping = (count: number) => Array.from({ length: count }, () => issue({ add: ['Lord'], remove: ['Knight'] }));
const check = (list: readonly DriftIssue[], roleHolders: number, paying: [before: number | null, now: number] = [null, 0], percent = 10) =>
	checkSafety(list, { roleHolders, payingCustomers: paying[1] }, paying[0] === null ? null : { payingCustomers: paying[0] }, percent);

describe('checkSafety', () => {
	it('allows revocations up to 10 % of the role holders and holds one more', () => {
		expect(check(taking(10), 100)).toBeNull();
		expect(check(taking(11), 100)).toMatchObject({ losing: 11, holders: 100 });
		expect(check(taking(4), 40)).toBeNull();
		expect(check(taking(4), 39)).toMatchObject({ losing: 4, holders: 39 });
	});

	it('always allows three revocations, but not four in a small guild', () => {
		expect(check(taking(3), 3)).toBeNull();
		expect(check(taking(4), 4)).not.toBeNull();
	});

	it.each([
		[0, 4, 1000, true],
		[0, 3, 1000, false],
		[25, 25, 100, false],
		[25, 26, 100, true],
		[100, 50, 50, false]
	])('with a limit of %i %%, %i of %i: hold is %s', (percent, losing, holders, held) => {
		expect(check(taking(losing), holders, [null, 0], percent) !== null).toBe(held);
	});

	it('counts only plans that remove a role, swaps included', () => {
		expect(check([...taking(3), ...giving(50)], 10)).toBeNull();
		expect(check([...taking(3), ...swapping(1), ...giving(50)], 10)).toMatchObject({ losing: 4, holders: 10 });
		expect(revokes(issue({ add: ['Knight'], remove: [] }))).toBe(false);
		expect(revokes(issue({ add: ['Knight'], remove: ['Debtor'] }))).toBe(true);
	});

	it('allows a drop of 30 % in paying customers and holds a larger one, even for one member', () => {
		expect(check(taking(1), 100, [100, 70])).toBeNull();
		expect(check(taking(1), 100, [100, 69])).toMatchObject({ losing: 1 });
		expect(check(taking(1), 100, [10, 7])).toBeNull();
		expect(check(taking(1), 100, [10, 6])).not.toBeNull();
	});

	it('compares the 30 % exactly for every number of customers', () => {
		for (let tens = 1; tens <= 2000; tens++) {
			expect(check(taking(1), 100, [tens * 10, tens * 7])).toBeNull();
			expect(check(taking(1), 100, [tens * 10, tens * 7 - 1])).not.toBeNull();
		}
	});

	it('ignores a drop for grants and before the first good run', () => {
		expect(check(giving(500), 100, [100, 1])).toBeNull();
		expect(check([], 100, [100, 1])).toBeNull();
		expect(check(taking(1), 100, [null, 0])).toBeNull();
		expect(check(taking(1), 100, [0, 0])).toBeNull();
	});

	it('gives the reason with its numbers', () => {
		expect(check(taking(11), 100)?.reason).toMatch(/11 of the 100.*10%/);
		expect(check(taking(1), 100, [100, 69])?.reason).toMatch(/69.*100.*30%/);
	});
});

describe('plausibilityProblem', () => {
	const read = (livemode: boolean | null, count = 1) => ({
		...snapshot({ subscriptions: Array.from({ length: count }, (_, index) => subscription({ id: `sub_${index}` })) }).billing,
		livemode
	});
	const last = (livemode: boolean | null, subscriptionsRead = 5) => ({ livemode, subscriptionsRead, payingCustomers: subscriptionsRead });

	const advice = { useLiveKey: 'Put the live key there.', checkAccount: 'Check the account.' };
	const problem = (billing: BillingSnapshot, lastGood: LastGoodRun | null) => plausibilityProblem(billing, lastGood, advice);

	it('rejects test data after live data and says what to do', () => {
		expect(problem(read(false), last(true))).toMatch(/test data.*Put the live key there\.$/);
	});

	it.each([
		[true, true],
		[false, false],
		[false, true],
		[null, true],
		[null, false]
	])('accepts livemode %s, then %s', (before, now) => {
		expect(problem(read(now), last(before))).toBeNull();
	});

	it('rejects an empty list after a non-empty one', () => {
		expect(problem(read(null, 0), last(true, 1))).toMatch(/no subscription.*Check the account\.$/);
		expect(problem(read(null, 1), last(true, 5000))).toBeNull();
		expect(problem(read(null, 0), last(null, 0))).toBeNull();
	});

	it('accepts anything before the first good run', () => {
		expect(problem(read(false), null)).toBeNull();
		expect(problem(read(null, 0), null)).toBeNull();
	});
});
