import { describe, expect, it } from 'vitest';
import type { BillingSnapshot } from '../../../src/reconciliation/domain/billing.js';
import type { Effect } from '../../../src/reconciliation/domain/effect.js';
import type { LastGoodRun } from '../../../src/reconciliation/domain/ports.js';
import { baselineOf, checkSafety, plausibilityProblem } from '../../../src/reconciliation/fixes/safety.js';
import { snapshot, subscription } from '../builders.js';

const having = (effect: Effect, count: number) => Array.from({ length: count }, () => ({ effect }));
const taking = (count: number) => having('removes', count);
const giving = (count: number) => having('grants', count);
const check = (
	list: readonly { effect: Effect }[],
	roleHolders: number,
	paying: [before: number | null, now: number] = [null, 0],
	percent = 10
) => checkSafety(list, { roleHolders, payingCustomers: paying[1] }, paying[0] === null ? null : { payingCustomers: paying[0] }, percent);

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

	it('counts what automatic fixes took within the last hour', () => {
		const after = (list: readonly { effect: Effect }[], removes: number, lowers = 0) =>
			checkSafety(list, { roleHolders: 100, payingCustomers: 0 }, null, 10, { removes, lowers });
		expect(after(taking(1), 9)).toBeNull();
		expect(after(taking(1), 10)).toEqual({
			losing: 1,
			lowering: 0,
			holders: 100,
			reason:
				'This would remove access from 1 of the 100 members who hold a role, after automatic fixes took or lowered that of 10 within the last hour (limit: 10%).'
		});
		expect(after(having('lowers', 3), 4, 4)?.losing).toBe(3);
		expect(after(giving(50), 40)).toBeNull();
		expect(after([], 40)).toBeNull();
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

	it('counts those who lose access and those who move down, and no one else', () => {
		const safe = [...having('tidies', 50), ...having('raises', 50), ...having('grants', 50)];
		expect(check([...taking(3), ...safe], 10)).toBeNull();
		expect(check([...taking(3), ...having('lowers', 1), ...safe], 10)).toMatchObject({ losing: 4, lowering: 1, holders: 10 });
		expect(check(safe, 1, [100, 1])).toBeNull();
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
		expect(check(taking(11), 100)?.reason).toBe('This would remove access from 11 of the 100 members who hold a role (limit: 10%).');
		expect(check([...taking(23), ...having('lowers', 4)], 163)?.reason).toBe(
			'This would remove access from 23 and lower it for 4 of the 163 members who hold a role (limit: 10%).'
		);
		expect(check(having('lowers', 4), 20)?.reason).toBe('This would lower access for 4 of the 20 members who hold a role (limit: 10%).');
		expect(check(taking(1), 100, [100, 69])?.reason).toMatch(/69.*100.*30%/);
	});
});

describe('checkSafety after another Stripe account was accepted', () => {
	const lastGood: LastGoodRun = {
		runId: 'run_1',
		rules: null,
		livemode: true,
		roleHolders: 50,
		subscriptionsRead: 9,
		payingCustomers: 9,
		accountAccepted: true
	};
	const stripe = { livemode: false, hasSubscriptions: true };
	const checkAfter = (list: readonly { effect: Effect }[], now: typeof stripe) =>
		checkSafety(list, { roleHolders: 100, payingCustomers: 9 }, baselineOf(lastGood, now), 100);

	it('holds everything that takes access, however little it is', () => {
		expect(checkAfter(taking(1), stripe)).toMatchObject({ losing: 1, reason: expect.stringContaining('another account or mode') });
		expect(checkAfter(taking(1), { livemode: true, hasSubscriptions: false })).toMatchObject({ losing: 1 });
		expect(checkAfter(giving(50), stripe)).toBeNull();
	});

	it('holds nothing once the former key is back', () => {
		expect(checkAfter(taking(1), { livemode: true, hasSubscriptions: true })).toBeNull();
	});
});

describe('plausibilityProblem', () => {
	const read = (livemode: boolean | null, count = 1) => ({
		...snapshot({ subscriptions: Array.from({ length: count }, (_, index) => subscription({ id: `sub_${index}` })) }).billing,
		livemode
	});
	const last = (livemode: boolean | null, subscriptionsRead = 5) => ({ livemode, subscriptionsRead });

	const advice = { useLiveKey: 'Put the live key there.', checkAccount: 'Check the account.' };
	const problem = (billing: BillingSnapshot, lastGood: Parameters<typeof plausibilityProblem>[1]) =>
		plausibilityProblem({ livemode: billing.livemode, hasSubscriptions: billing.subscriptionsRead > 0 }, lastGood, advice);

	it('rejects test data after live data and says what to do', () => {
		expect(problem(read(false), last(true))).toMatch(/test data.*Put the live key there\..*use `\/reconcile accept-account`/);
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
		expect(problem(read(null, 0), last(true, 1))).toMatch(/no subscription.*Check the account\..*use `\/reconcile accept-account`/);
		expect(problem(read(null, 1), last(true, 5000))).toBeNull();
		expect(problem(read(null, 0), last(null, 0))).toBeNull();
	});

	it('accepts what an operator has accepted since', () => {
		expect(problem(read(false), { ...last(true), accountAccepted: true })).toBeNull();
		expect(problem(read(null, 0), { ...last(true), accountAccepted: true })).toBeNull();
	});

	it('accepts anything before the first good run', () => {
		expect(problem(read(false), null)).toBeNull();
		expect(problem(read(null, 0), null)).toBeNull();
	});
});
