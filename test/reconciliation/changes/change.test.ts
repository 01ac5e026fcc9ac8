import { array, assert, boolean, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Change, COLLECT_MS, debounce, type QueuedChange, touchedBy } from '../../../src/reconciliation/changes/change.js';

const SETTLE_MS = 30_000;
const WAIT_MS = COLLECT_MS + SETTLE_MS;
type Merged = ReturnType<typeof debounce>;
const at = (ms: number, urgent = false) => ({ at: new Date(ms), urgent });
const merge = (changes: readonly Omit<Change, 'subject'>[], settleMs = SETTLE_MS): Merged =>
	changes.reduce<Merged | null>((queued, change) => debounce(queued, change, settleMs), null) as Merged;

const changeArbitrary = record({ ms: integer({ min: 0, max: 300_000 }), urgent: boolean() });
const history = array(changeArbitrary, { minLength: 1, maxLength: 12 }).map((changes) =>
	changes.sort((a, b) => a.ms - b.ms).map(({ ms, urgent }) => at(ms, urgent))
);

describe('debounce', () => {
	it('waits for collecting and settling, and only for collecting if it is urgent', () => {
		expect(merge([at(0)]).dueAt.getTime()).toBe(WAIT_MS);
		expect(merge([at(0, true)]).dueAt.getTime()).toBe(COLLECT_MS);
	});

	it('restarts with a further change, at most to twice the wait after the first', () => {
		expect(merge([at(0), at(10_000)]).dueAt.getTime()).toBe(10_000 + WAIT_MS);
		const steady = Array.from({ length: 100 }, (_, index) => at(index * 1_000));
		expect(merge(steady).dueAt.getTime()).toBe(2 * WAIT_MS);
	});

	it('lets an urgent change hurry the others, and no later one delay it', () => {
		expect(merge([at(0), at(5_000, true), at(6_000)]).dueAt.getTime()).toBe(5_000 + COLLECT_MS);
	});

	it('is never due before it was collected, and never later than twice the wait after the first change', () => {
		assert(
			property(history, (changes) => {
				const { firstAt, dueAt } = merge(changes);
				expect(firstAt).toEqual(changes[0]?.at);
				expect(dueAt.getTime() - firstAt.getTime()).toBeGreaterThanOrEqual(COLLECT_MS);
				expect(dueAt.getTime() - firstAt.getTime()).toBeLessThanOrEqual(2 * WAIT_MS);
			})
		);
	});

	it('is not delayed by a change that arrives twice', () => {
		assert(
			property(history, (changes) => {
				expect(merge([...changes, ...changes.slice(-1)])).toEqual(merge(changes));
				expect(merge([...changes, ...changes]).dueAt.getTime()).toBeLessThanOrEqual(merge(changes).dueAt.getTime());
			})
		);
	});
});

describe('touchedBy', () => {
	const queued = (...subjects: QueuedChange['subject'][]) => subjects.map((subject) => ({ subject }));

	it('names members and customers', () => {
		expect(touchedBy(queued('member:1', 'customer:cus_1', 'member:2'))).toEqual({ discordIds: ['1', '2'], customerIds: ['cus_1'] });
	});

	it('is everyone after a gap', () => {
		expect(touchedBy(queued('member:1', 'all'))).toBeNull();
	});
});
