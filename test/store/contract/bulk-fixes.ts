import { describe, expect, it } from 'vitest';
import type { ApprovedBulk } from '../../../src/reconciliation/fixes/bulk.js';
import type { Database } from '../../../src/store/connection/database.js';
import { drift, ledgerOf, minute, run, snowflake } from '../builders.js';

export function bulkFixContract(database: () => Database): void {
	/** A started bulk fix of two issues. */
	async function begun(seconds: number) {
		const { ledger } = ledgerOf(database());
		const { runId, found } = await run(ledger, minute(0), [drift(snowflake()), drift(snowflake())]);
		const issues = found.map(({ id, planHash }) => ({ id, planHash }));
		const bulk: ApprovedBulk = { runId, scope: 'all', actor: 'ada', actorName: 'Ada', issues };
		const id = await ledger.startBulk(bulk, 'first', seconds);
		return { ledger, bulk, id, issues };
	}

	describe('bulk fix lease', () => {
		it('is not acquired by another process while its holder renews it', async () => {
			const { ledger, id } = await begun(60);
			expect(await ledger.acquireBulk('second', 60)).toBeNull();
			expect(await ledger.renewBulk(id, 'first', 60)).toBe(true);
			expect(await ledger.renewBulk(id, 'second', 60)).toBe(false);
		});

		it('is acquired by one process after its holder died, with the approved issues', async () => {
			const { ledger, id, bulk } = await begun(-1);
			const taken = await Promise.all(['second', 'third', 'fourth'].map((holder) => ledger.acquireBulk(holder, 60)));
			expect(taken.filter((one) => one !== null)).toMatchObject([{ id, bulk, done: new Map() }]);
			expect(await ledger.renewBulk(id, 'first', 60)).toBe(false);
		});

		it('is acquired at once after a release, and never after its end', async () => {
			const { ledger, id } = await begun(60);
			await ledger.releaseBulk(id, 'other process');
			expect(await ledger.acquireBulk('second', 60)).toBeNull();
			await ledger.releaseBulk(id, 'first');
			expect(await ledger.acquireBulk('second', 60)).toMatchObject({ id });
			await ledger.endBulk(id, minute(1));
			await ledger.releaseBulk(id, 'second');
			expect(await ledger.acquireBulk('third', 60)).toBeNull();
			expect(await ledger.renewBulk(id, 'second', 60)).toBe(false);
		});

		it('is acquired with thousands of issues', async () => {
			const { ledger, bulk, id } = await begun(60);
			await ledger.endBulk(id, minute(1));
			const issues = Array.from({ length: 40_000 }, (_, index) => ({ id: `issue${index}`, planHash: '0123abcd' }));
			await ledger.startBulk({ ...bulk, issues }, 'first', -1);
			expect((await ledger.acquireBulk('second', 60))?.bulk.issues).toHaveLength(40_000);
		});

		it('lists the issues already attempted, without an attempt that a crash interrupted', async () => {
			const { ledger, id, bulk, issues } = await begun(-1);
			const [first, second] = issues as [ApprovedBulk['issues'][number], ApprovedBulk['issues'][number]];
			const ended = { rolesBefore: [], rolesAfter: ['Knight'], error: null, at: new Date() };
			for (const [issue, outcome] of [
				[first, 'FIXED'],
				[second, 'INTERRUPTED']
			] as const) {
				const claimed = await ledger.claimIssue(issue.id, issue.planHash, 'ada', bulk.runId, 60);
				if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
				await ledger.endAttempt(claimed.claim.attemptId, { ...ended, outcome });
			}
			expect(await ledger.acquireBulk('second', 60)).toMatchObject({ id, done: new Map([[first.id, 'FIXED']]) });
		});
	});
}
