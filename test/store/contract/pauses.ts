import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/connection/database.js';
import { auditOf } from '../audit.js';
import { drift, ledgerOf, minute, oneIssue, run, runStart, snowflake } from '../builders.js';

export function pauseContract(database: () => Database): void {
	const pause = (at: number, until: number | null) => ({
		pausedAt: minute(at),
		pausedBy: 'ada',
		reason: 'holidays',
		until: until === null ? null : minute(until)
	});

	describe('pauses', () => {
		it('are in force until their end date', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.startPause(pause(0, 60))).toBeNull();
			expect(await ledger.currentPause(minute(59))).toEqual(pause(0, 60));
			expect(await ledger.currentPause(minute(60))).toBeNull();
			expect(await ledger.lastPauseEnd(minute(59))).toBeNull();
			expect(await ledger.lastPauseEnd(minute(61))).toEqual(minute(60));
		});

		it('without an end date are in force until an operator ends them, once', async () => {
			const { ledger, guildId } = ledgerOf(database());
			await ledger.startPause(pause(0, null));
			expect(await ledger.currentPause(minute(1_000_000))).toEqual(pause(0, null));
			const ended = await Promise.all([1, 2, 3].map(() => ledger.endPause({ actor: 'bob', at: minute(10) })));
			expect(ended.filter((each) => each !== null)).toEqual([pause(0, null)]);
			expect(await ledger.currentPause(minute(11))).toBeNull();
			expect(await ledger.lastPauseEnd(minute(11))).toEqual(minute(10));
			expect(await auditOf(database(), { guildId })).toMatchObject([
				{ action: 'pause', actor: 'ada', before: null, detail: 'holidays' },
				{ action: 'resume', actor: 'bob', after: null }
			]);
		});

		it('replace an earlier pause of the same guild only', async () => {
			const { ledger } = ledgerOf(database());
			await ledger.startPause(pause(0, 60));
			expect(await ledger.startPause(pause(5, null))).toEqual(pause(0, 60));
			await ledger.endPause({ actor: 'bob', at: minute(6) });
			expect(await ledger.currentPause(minute(7))).toBeNull();
			expect(await ledgerOf(database()).ledger.currentPause(minute(5))).toBeNull();
		});
	});

	describe('status', () => {
		it('counts open issues of members without a link apart, as reports do', async () => {
			const { ledger } = ledgerOf(database());
			const kinds = [
				drift(snowflake(), { type: 'UNAUTHORIZED_ACCESS', linked: true }),
				drift(snowflake(), { type: 'UNAUTHORIZED_ACCESS', linked: false, severity: 'LOW' }),
				drift(snowflake(), { type: 'MISSING_ACCESS', linked: false, severity: 'LOW' })
			];
			await run(ledger, minute(0), kinds);
			expect(await ledger.openByKind()).toEqual([
				{ kind: 'UNAUTHORIZED_ACCESS', many: 1, oldest: minute(0) },
				{ kind: 'UNLINKED', many: 2, oldest: minute(0) }
			]);
		});

		it('counts runs, issues and pending work', async () => {
			const { ledger } = ledgerOf(database());
			const book = ledger;
			expect(await book.lastSuccess()).toBeNull();
			expect(await book.pendingVerification()).toBeNull();
			const { runId } = await oneIssue(ledger, minute(0));
			const failed = (await ledger.startRun(runStart(minute(5)))) as string;
			await ledger.failRun(failed, { reason: 'Stripe is away.', issuesFixed: 0, at: minute(6) });
			await run(ledger, minute(-60), []);
			expect(await book.openByKind()).toEqual([]);
			await oneIssue(ledger, minute(7));
			expect(await book.openByKind()).toEqual([{ kind: 'MISSING_ACCESS', many: 1, oldest: minute(7) }]);
			const runs = await book.recentRuns({ since: minute(0), skip: 0, take: 2 });
			expect(runs).toMatchObject([{ issuesFound: 1 }, { runId: failed, status: 'FAILED', failure: 'Stripe is away.' }]);
			expect(await book.recentRuns({ since: minute(0), skip: 2, take: 2 })).toMatchObject([{ runId }]);
			expect(await book.countRuns(minute(0))).toEqual({ runs: 3, failed: 1, fixed: 0 });
			expect((await book.lastSuccess())?.startedAt).toEqual(minute(7));
			expect(await book.undelivered()).toEqual([]);
			await book.ping();
		});
	});
}
