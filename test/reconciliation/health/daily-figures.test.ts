import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moneyTotals } from '../../../src/reconciliation/domain/money.js';
import {
	type DailyFiguresStore,
	hasFigures,
	type IssueSpan,
	lastDays,
	readDailyFigures
} from '../../../src/reconciliation/health/daily-figures.js';
import { NOW } from '../builders.js';

const NO_MONEY = moneyTotals([]);
const NEW_YORK = 'America/New_York';

function storeOf(spans: readonly IssueSpan[], repairs: Awaited<ReturnType<DailyFiguresStore['countRepairs']>> = []): DailyFiguresStore {
	return { countIssueSpans: async () => spans, countRepairs: async () => repairs, moneyPerDay: async () => [{ day: 30, money: NO_MONEY }] };
}

describe('lastDays', () => {
	it('starts each day at midnight of the time zone, also where clocks change', () => {
		const days = lastDays(NEW_YORK, new Date('2026-11-03T01:00:00Z'), 3);
		expect(days.map(({ day, start }) => [day, start.toISOString()])).toEqual([
			['2026-10-31', '2026-10-31T04:00:00.000Z'],
			['2026-11-01', '2026-11-01T04:00:00.000Z'],
			['2026-11-02', '2026-11-02T05:00:00.000Z']
		]);
	});

	it('has 30 days that end with today, in any zone and at any time', () => {
		const zones = fc.constantFrom(NEW_YORK, 'UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'Pacific/Kiritimati', 'America/Santiago');
		fc.assert(
			fc.property(zones, fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }), (zone, now) => {
				const days = lastDays(zone, now);
				const starts = days.map(({ start }) => start.getTime());
				expect(new Set(days.map(({ day }) => day)).size).toBe(30);
				expect(starts).toEqual([...starts].sort((a, b) => a - b));
				expect(starts.at(-1)).toBeLessThanOrEqual(now.getTime());
				expect(now.getTime() - (starts.at(-1) ?? 0)).toBeLessThan(26 * 3_600_000);
			})
		);
	});
});

describe('readDailyFigures', () => {
	it('counts an issue on each day from the one it was found in to the one it was settled in', async () => {
		const { days } = await readDailyFigures(
			storeOf([
				{ kind: 'MISSING_ACCESS', from: 0, to: 2, many: 3 },
				{ kind: 'MISSING_ACCESS', from: 2, to: 2, many: 1 },
				{ kind: 'UNLINKED', from: 29, to: null, many: 5 }
			]),
			NEW_YORK,
			NOW
		);
		expect(days.slice(0, 3).map(({ open }) => open)).toEqual([{ MISSING_ACCESS: 3 }, { MISSING_ACCESS: 4 }, {}]);
		expect(days.slice(27).map(({ open }) => open)).toEqual([{}, { UNLINKED: 5 }, { UNLINKED: 5 }]);
	});

	it('gives each day its repairs, and all of them together', async () => {
		const figures = await readDailyFigures(
			storeOf(
				[],
				[
					{ day: 30, many: 2, medianMs: 5 },
					{ day: null, many: 2, medianMs: 5 }
				]
			),
			'UTC',
			NOW
		);
		expect(figures.days.at(-1)?.repairs).toEqual({ many: 2, medianMs: 5 });
		expect(figures.days[0]?.repairs).toEqual({ many: 0, medianMs: null });
		expect(figures.repairs).toEqual({ many: 2, medianMs: 5 });
		expect(figures.days.slice(28).map(({ money }) => money)).toEqual([null, NO_MONEY]);
		expect(hasFigures(figures)).toBe(true);
		expect(hasFigures(await readDailyFigures(storeOf([]), 'UTC', NOW))).toBe(false);
	});
});
