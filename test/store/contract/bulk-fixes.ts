import { describe, expect, it } from 'vitest';
import type { ApprovedBulk } from '../../../src/reconciliation/fixes/bulk.js';
import type { Database } from '../../../src/store/connection/database.js';
import { drift, ledgerOf, minute, run, snowflake } from '../builders.js';

export function bulkFixPromises(database: () => Database): void {
	/** A bulk fix of two issues that somebody has begun. */
	async function begun(seconds: number) {
		const { ledger } = ledgerOf(database());
		const { runId, found } = await run(ledger, minute(0), [drift(snowflake()), drift(snowflake())]);
		const issues = found.map(({ id, planHash }) => ({ id, planHash }));
		const bulk: ApprovedBulk = { runId, scope: 'all', actor: 'ada', actorName: 'Ada', issues };
		const id = await ledger.startBulk(bulk, 'first', seconds);
		return { ledger, bulk, id, issues };
	}

	describe('a bulk fix under way', () => {
		it('is nobody else’s while its holder is at it', async () => {
			const { ledger, id } = await begun(60);
			expect(await ledger.acquireBulk('second', 60)).toBeNull();
			expect(await ledger.renewBulk(id, 'first', 60)).toBe(true);
			expect(await ledger.renewBulk(id, 'second', 60)).toBe(false);
		});

		it('is taken on by one of those who come after its holder has died, as it was approved', async () => {
			const { ledger, id, bulk } = await begun(-1);
			const taken = await Promise.all(['second', 'third', 'fourth'].map((holder) => ledger.acquireBulk(holder, 60)));
			expect(taken.filter((one) => one !== null)).toMatchObject([{ id, bulk, done: new Map() }]);
			expect(await ledger.renewBulk(id, 'first', 60)).toBe(false);
		});

		it('is taken on at once where it was handed back, and not again once it has ended', async () => {
			const { ledger, id } = await begun(60);
			await ledger.releaseBulk(id, 'somebody else');
			expect(await ledger.acquireBulk('second', 60)).toBeNull();
			await ledger.releaseBulk(id, 'first');
			expect(await ledger.acquireBulk('second', 60)).toMatchObject({ id });
			await ledger.endBulk(id, minute(1));
			await ledger.releaseBulk(id, 'second');
			expect(await ledger.acquireBulk('third', 60)).toBeNull();
			expect(await ledger.renewBulk(id, 'second', 60)).toBe(false);
		});

		it('is taken on with however many issues it has', async () => {
			const { ledger, bulk, id } = await begun(60);
			await ledger.endBulk(id, minute(1));
			const issues = Array.from({ length: 40_000 }, (_, index) => ({ id: `issue${index}`, planHash: '0123abcd' }));
			await ledger.startBulk({ ...bulk, issues }, 'first', -1);
			expect((await ledger.acquireBulk('second', 60))?.bulk.issues).toHaveLength(40_000);
		});

		it('knows which of its issues have had their attempt, and that one which a crash cut off is to be made again', async () => {
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
