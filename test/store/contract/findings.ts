import { describe, expect, it } from 'vitest';
import { isNews } from '../../../src/reconciliation/detection/news.js';
import { planHash } from '../../../src/reconciliation/detection/role-plan.js';
import type { OpenIssue } from '../../../src/reconciliation/domain/issue.js';
import type { Database } from '../../../src/store/connection/database.js';
import { detection, drift, ledgerOf, minute, oneIssue, run, runStart, snowflake, unpaid } from '../builders.js';

export function findingsContract(database: () => Database): void {
	const stored = (issue: OpenIssue | undefined) => database().prisma.issue.findUniqueOrThrow({ where: { id: issue?.id ?? '' } });

	describe('recordFindings', () => {
		it('opens an issue for each new drift, in the order found, whatever the names contain', async () => {
			const { ledger } = ledgerOf(database());
			const drifts = [unpaid(snowflake()), drift(snowflake(), { discordName: '\u2028 \' " {x} ' }), drift(snowflake())];
			const { found } = await run(ledger, minute(0), drifts);
			expect(found).toEqual(
				drifts.map((issue, index) => ({
					...issue,
					id: found[index]?.id,
					planHash: planHash(issue),
					firstSeenAt: minute(0),
					lastSeenAt: minute(0),
					timesSeen: 1,
					cameBackAt: null
				}))
			);
		});

		it('updates a known issue and keeps the time it was first seen', async () => {
			const { ledger } = ledgerOf(database());
			const who = snowflake();
			const { found: first } = await run(ledger, minute(0), [drift(who)]);
			const now = drift(who, { severity: 'MEDIUM', plan: { add: ['Lord'], remove: [] }, description: 'Pays for Lord.' });
			const { found: again } = await run(ledger, minute(1440), [now]);
			expect(again).toEqual([
				{
					...now,
					id: first[0]?.id,
					planHash: planHash(now),
					firstSeenAt: minute(0),
					lastSeenAt: minute(1440),
					timesSeen: 2,
					cameBackAt: null
				}
			]);
			expect(await stored(again[0])).toMatchObject({ status: 'OPEN', severity: 'MEDIUM', timesSeen: 2 });
		});

		it('marks an open issue of a member of whom something has become unknown, until a run knows again', async () => {
			const { ledger } = ledgerOf(database());
			const [who, changed] = [snowflake(), snowflake()];
			await run(ledger, minute(0), [unpaid(who), unpaid(changed)]);
			const open = async () =>
				new Map((await ledger.openIssues('all')).map(({ discordId, isUnknown, plan }) => [discordId, [isUnknown, plan.remove]]));
			await run(ledger, minute(1), [], { skipped: new Set([who, changed]), unknown: new Set([who]) });
			expect(await open()).toEqual(
				new Map([
					[who, [true, ['Lord']]],
					[changed, [undefined, ['Lord']]]
				])
			);
			await run(ledger, minute(2), [unpaid(who), unpaid(changed)]);
			expect((await open()).get(who)).toEqual([undefined, ['Lord']]);
		});

		it('resolves an issue whose drift is gone, and opens a new one when it returns', async () => {
			const { ledger } = ledgerOf(database());
			const who = snowflake();
			const { found: first } = await run(ledger, minute(0), [drift(who)]);
			await run(ledger, minute(1), []);
			expect(await stored(first[0])).toMatchObject({ status: 'RESOLVED', liveKey: null, settledAt: minute(1) });
			const { found: back } = await run(ledger, minute(2), [drift(who)]);
			expect(back[0]).toMatchObject({ firstSeenAt: minute(2), timesSeen: 1 });
			expect(back[0]?.id).not.toBe(first[0]?.id);
		});

		it('resolves an issue and opens another when a member’s drift changes its kind', async () => {
			const { ledger } = ledgerOf(database());
			const who = snowflake();
			const { found: first } = await run(ledger, minute(0), [drift(who)]);
			const { found: other } = await run(ledger, minute(1), [unpaid(who)]);
			expect(await stored(first[0])).toMatchObject({ status: 'RESOLVED' });
			expect(other[0]).toMatchObject({ type: 'UNAUTHORIZED_ACCESS', firstSeenAt: minute(1), timesSeen: 1 });
		});

		it('does not touch issues of members that the run skipped', async () => {
			const { ledger } = ledgerOf(database());
			const who = snowflake();
			const { found } = await run(ledger, minute(0), [drift(who)]);
			await run(ledger, minute(1), [], { skipped: new Set([who]) });
			expect(await stored(found[0])).toMatchObject({ status: 'OPEN', lastSeenAt: minute(0), timesSeen: 1 });
		});

		it('leaves members fixed since the run started to the next run', async () => {
			const { ledger } = ledgerOf(database());
			const { issue } = await oneIssue(ledger);
			const fixed = { status: 'FIXED', liveKey: null, settledAt: minute(5) } as const;
			await database().prisma.issue.update({ where: { id: issue.id }, data: fixed });
			for (const stale of [drift(issue.discordId), unpaid(issue.discordId)]) {
				expect((await run(ledger, minute(4), [stale])).found).toEqual([]);
				expect(await stored(issue)).toMatchObject({ status: 'FIXED', settledAt: minute(5), cameBackAt: null });
			}
			expect((await run(ledger, minute(6), [drift(issue.discordId)])).found).toMatchObject([{ id: issue.id, cameBackAt: minute(6) }]);
		});

		it('keeps an issue as new, or as come back, that only a failed run has seen', async () => {
			const { ledger } = ledgerOf(database());
			const find = async (at: Date, who: string, end: 'completed' | 'failed') => {
				const runId = (await ledger.startRun(runStart(at))) as string;
				const found = { detection: detection([drift(who)]), livemode: true, subscriptionsRead: 1, at };
				const [issue] = await ledger.recordFindings(runId, found);
				if (end === 'completed') await ledger.completeRun(runId, { issuesFixed: 0, hold: null, at });
				else await ledger.failRun(runId, { reason: 'Stopped.', issuesFixed: 0, at });
				return issue as OpenIssue;
			};
			const ada = snowflake();
			expect(isNews(await find(minute(1), ada, 'failed'))).toBe(true);
			expect(await find(minute(2), ada, 'completed')).toMatchObject({ timesSeen: 1, firstSeenAt: minute(1) });
			expect(await find(minute(3), ada, 'failed')).toMatchObject({ timesSeen: 2 });
			const known = await find(minute(4), ada, 'completed');
			expect([known.timesSeen, isNews(known)]).toEqual([2, false]);
			await database().prisma.issue.update({ where: { id: known.id }, data: { status: 'FIXED', liveKey: null, settledAt: minute(5) } });
			expect(await find(minute(6), ada, 'failed')).toMatchObject({ cameBackAt: minute(6) });
			expect(isNews(await find(minute(7), ada, 'completed'))).toBe(true);
			expect(isNews(await find(minute(8), ada, 'completed'))).toBe(false);
		});

		it('keeps the claimed plan of an issue that is being fixed', async () => {
			const { ledger } = ledgerOf(database());
			for (const [index, now] of [
				(who: string) => [drift(who, { plan: { add: ['Lord'], remove: [] } })],
				(who: string) => [unpaid(who)],
				() => []
			].entries()) {
				const { issue, runId } = await oneIssue(ledger, minute(index * 10));
				await ledger.claimIssue(issue.id, issue.planHash, '42', runId, 60);
				await run(ledger, minute(index * 10 + 1), now(issue.discordId));
				expect(await stored(issue)).toMatchObject({ status: 'FIXING', planHash: issue.planHash, type: issue.type });
			}
		});

		it('does not resolve issues of another guild', async () => {
			const { issue } = await oneIssue(ledgerOf(database()).ledger);
			await run(ledgerOf(database()).ledger, minute(1), []);
			expect(await stored(issue)).toMatchObject({ status: 'OPEN' });
		});

		it('stores all findings or none', async () => {
			const { ledger, guildId } = ledgerOf(database());
			const { issue } = await oneIssue(ledger);
			const runId = (await ledger.startRun(runStart(minute(1)))) as string;
			const bad = [drift(snowflake()), { ...drift(snowflake()), type: null as never }];
			const findings = {
				detection: detection(bad, { newlyUnpaid: [`sub_${guildId}`] }),
				livemode: true,
				subscriptionsRead: 1,
				at: minute(1)
			};
			await expect(ledger.recordFindings(runId, findings)).rejects.toThrow();
			expect(await stored(issue)).toMatchObject({ status: 'OPEN' });
			expect(await database().prisma.issue.count({ where: { guildId } })).toBe(1);
			expect((await ledger.readLinks(() => {})).firstSeenUnpaid.has(`sub_${guildId}`)).toBe(false);
			expect(await ledger.acquireLease('the database goes on', 1)).toBe(true);
		});

		it('keeps a snapshot of the issues in the run', async () => {
			const { ledger } = ledgerOf(database());
			const who = snowflake();
			const { runId, found } = await run(ledger, minute(0), [drift(who)]);
			await run(ledger, minute(1), [drift(who, { plan: { add: ['Lord'], remove: [] } })]);
			expect((await ledger.readReport(runId))?.result.issues).toEqual(found);
			const row = await database().prisma.reconciliationRun.findUniqueOrThrow({ where: { id: runId } });
			expect(row).toMatchObject({
				membersChecked: 40,
				teamsChecked: 7,
				issuesFound: 1,
				livemode: true,
				subscriptionsRead: 50,
				payingCustomers: 30
			});
			expect(row.issues).toMatchObject([{ id: found[0]?.id, type: 'MISSING_ACCESS', discordId: who, severity: 'HIGH' }]);
		});

		it('updates 5 000 known issues with a constant number of statements per thousand', async () => {
			const { guildId } = ledgerOf(database());
			const many = Array.from({ length: 5_000 }, (_, index) => drift(`${guildId}${index}`));
			let operations = 0;
			const counted = database().prisma.$extends({
				query: {
					$allOperations: ({ args, query }) => {
						operations += 1;
						return query(args);
					}
				}
			}) as unknown as Database['prisma'];
			const { ledger } = ledgerOf({ ...database(), prisma: counted }, guildId);
			const { found: first } = await run(ledger, minute(0), many);
			const { found: again } = await run(ledger, minute(1), many);
			expect(again.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
			expect(again.every(({ timesSeen }) => timesSeen === 2)).toBe(true);
			await run(ledger, minute(2), []);
			expect(await database().prisma.issue.count({ where: { guildId, status: 'RESOLVED' } })).toBe(5_000);
			expect(operations).toBeLessThan(60);
		});
	});
}
