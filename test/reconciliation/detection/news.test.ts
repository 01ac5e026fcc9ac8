import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareWithLast, hasNothingNew, newsOf, reminders } from '../../../src/reconciliation/detection/news.js';
import type { News } from '../../../src/reconciliation/domain/news.js';
import type { ReconciliationResult } from '../../../src/reconciliation/domain/run.js';
import { issue, result } from '../../messages/fixtures.js';

const DAY = 86_400_000;
const at = (days: number) => new Date(Date.UTC(2026, 9, 20, 3) + days * DAY);
const NONE = { fixed: 0, undone: 0, ignored: 0, gone: 0 };
const found = (firstSeenAt: Date, cameBackAt: Date | null = null) => ({ firstSeenAt, cameBackAt });

describe('an issue is', () => {
	it.each([
		['new if there was no report before', found(at(-5)), null, 'new'],
		['known if the last report listed it', found(at(0)), at(0), 'known'],
		['new if a run found it after the last report, whichever', found(at(0.5)), at(0), 'new'],
		['back if it recurred after the last report', found(at(-5), at(0.5)), at(0), 'back'],
		['back even if it was new since then too: a fix did not last', found(at(0.2), at(0.5)), at(0), 'back'],
		['known if it recurred before the last report', found(at(-5), at(-1)), at(0), 'known']
	])('%s', (_, of, since, expected) => {
		expect(newsOf(of, since)).toBe(expected);
	});

	it('exactly one of the three, so that the counts add up', () => {
		const day = fc.integer({ min: -40, max: 40 });
		const issues = fc.array(fc.record({ firstSeenAt: day.map(at), cameBackAt: fc.option(day.map(at)) }));
		fc.assert(
			fc.property(issues, fc.option(day.map(at)), (all, since) => {
				const { counts } = compareWithLast(all, since && { startedAt: since }, NONE);
				expect(counts.new + counts.back + counts.known).toBe(all.length);
			})
		);
	});
});

describe('hasNothingNew', () => {
	const news = (counts: Partial<News['counts']> = {}): News => ({
		since: at(0),
		counts: { new: 0, back: 0, known: 1, ...counts },
		settled: NONE
	});
	const known = (over: Partial<ReconciliationResult> = {}) => result({ issues: [issue()], news: news(), ...over });
	it.each([
		['only known issues', known(), true],
		['a new issue', known({ news: news({ new: 1 }) }), false],
		['an issue that is back', known({ news: news({ back: 1 }) }), false],
		['no issue at all', known({ issues: [] }), false],
		['a hold', known({ hold: { reason: '', losing: 3, holders: 9 } }), false],
		['fixes', known({ issuesFixed: 1 }), false],
		['a failure', known({ status: 'FAILED' }), false],
		['a run of an older version', known({ news: null }), false]
	])('%s', (_, of, expected) => {
		expect(hasNothingNew(of)).toBe(expected);
	});
});

describe('reminders', () => {
	it('come on days 7 and 30 of daily runs that start at about the same time, also where clocks change', () => {
		const jitter = fc.array(fc.integer({ min: -70 * 60_000, max: 70 * 60_000 }), { minLength: 40, maxLength: 40 });
		fc.assert(
			fc.property(jitter, (offsets) => {
				const runs = offsets.map((offset, index) => new Date(at(index).getTime() + offset));
				const first = found(runs[0] as Date);
				const days = runs.flatMap((run, index) => reminders([first], runs[index - 1] ?? null, run).map(({ day }) => [index + 1, day]));
				expect(days).toEqual([
					[7, 7],
					[30, 30]
				]);
			})
		);
	});

	it('come late, and once, if the run of that day was missed', () => {
		const since = at(4);
		expect(reminders([found(at(0))], since, at(9))).toEqual([{ day: 7, issues: [found(at(0))] }]);
		expect(reminders([found(at(0))], at(9), at(10))).toEqual([]);
	});

	it('count from the day on which an issue came back', () => {
		expect(reminders([found(at(0), at(3))], at(5), at(6))).toEqual([]);
		expect(reminders([found(at(0), at(3))], at(8), at(9))).toHaveLength(1);
	});
});
