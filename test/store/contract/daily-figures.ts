import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/connection/database.js';
import { drift, ledgerOf, minute, run, snowflake, unpaid } from '../builders.js';

const DAY = 24 * 60;
/** Three days, each from the time of day at which the timeline starts. */
const BOUNDS = [minute(0), minute(DAY), minute(2 * DAY)];

export function dailyFiguresContract(database: () => Database): void {
	describe('figures per day', () => {
		it('count issues by kind, and the days in which they were found and settled', async () => {
			const { ledger } = ledgerOf(database());
			const [before, ada, bob, eve] = [snowflake(), snowflake(), snowflake(), snowflake()];
			expect(await ledger.countIssueSpans(BOUNDS)).toEqual([]);
			await run(ledger, minute(-2 * DAY), [drift(before)]);
			await run(ledger, minute(-5), [unpaid(ada)]);
			await run(ledger, minute(10), [unpaid(ada), drift(bob), drift(eve, { linked: false })]);
			await run(ledger, minute(DAY - 1), [drift(bob), drift(eve, { linked: false })]);
			const spans = await ledger.countIssueSpans(BOUNDS);
			expect([...spans].sort((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual([
				{ kind: 'MISSING_ACCESS', from: 1, to: null, many: 1 },
				{ kind: 'UNAUTHORIZED_ACCESS', from: 0, to: 1, many: 1 },
				{ kind: 'UNLINKED', from: 1, to: null, many: 1 }
			]);
		});

		it('count repairs with their median time, per day and over all, without what an exemption settled', async () => {
			const { ledger } = ledgerOf(database());
			const [first, second, third, exempted] = [snowflake(), snowflake(), snowflake(), snowflake()];
			expect(await ledger.countRepairs(BOUNDS)).toEqual([]);
			await run(ledger, minute(0), [drift(first), drift(second), drift(third), drift(exempted)]);
			await ledger.exempt({ discordId: exempted, reason: 'founder', until: null, actor: '1' }, minute(1));
			await run(ledger, minute(60), [drift(second), drift(third)]);
			await run(ledger, minute(180), [drift(third)]);
			await run(ledger, minute(2 * DAY), []);
			const rows = await ledger.countRepairs(BOUNDS);
			expect([...rows].sort((a, b) => (a.day ?? 9) - (b.day ?? 9))).toEqual([
				{ day: 1, many: 2, medianMs: 120 * 60_000 },
				{ day: 3, many: 1, medianMs: 2 * DAY * 60_000 },
				{ day: null, many: 3, medianMs: 180 * 60_000 }
			]);
		});

		it('have the money of the last full run of a day', async () => {
			const { ledger } = ledgerOf(database());
			const pays = (amount: number) =>
				drift(snowflake(), { money: { amounts: [{ currency: 'usd', amount }], isMinimum: false, counts: 'paid' } });
			await run(ledger, minute(-1), [pays(500)]);
			await run(ledger, minute(0), [pays(1000)]);
			await run(ledger, minute(5), [pays(2000), pays(100)]);
			await run(ledger, minute(2 * DAY), []);
			const rows = await ledger.moneyPerDay(BOUNDS);
			expect(rows.map(({ day, money }) => [day, money.paid.amounts])).toEqual([
				[1, [{ currency: 'usd', amount: 2100 }]],
				[3, []]
			]);
		});
	});
}
