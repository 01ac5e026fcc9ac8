import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/connection/database.js';
import { detection, drift, ledgerOf, minute, NOTICES, run, runStart, snowflake } from '../builders.js';

export function runContract(database: () => Database): void {
	const scheduled = (day: string) => runStart(minute(0), { triggeredBy: 'scheduled', scheduledDay: day });

	describe('runs', () => {
		it('start once per scheduled day, even if ten processes wake at once', async () => {
			const { ledger } = ledgerOf(database());
			const runs = await Promise.all(Array.from({ length: 10 }, () => ledger.startRun(scheduled('2026-01-31'))));
			expect(runs.filter((id) => id !== null)).toHaveLength(1);
			expect(await ledger.startRun(scheduled('2026-02-01'))).not.toBeNull();
		});

		it('use up their scheduled day even if they fail', async () => {
			const { ledger } = ledgerOf(database());
			const runId = (await ledger.startRun(scheduled('2026-01-31'))) as string;
			await ledger.failRun(runId, { reason: 'Stripe is away.', issuesFixed: 0, at: minute(1) });
			expect(await ledger.startRun(scheduled('2026-01-31'))).toBeNull();
		});

		it('give their scheduled day back if they are abandoned', async () => {
			const { ledger } = ledgerOf(database());
			await ledger.startRun(scheduled('2026-01-31'));
			expect([await ledger.lastScheduledDay('2026-12-31'), await ledger.unfinishedRun()]).toEqual([null, 'scheduled']);
			await ledger.failAbandonedRuns('Reeve was stopped.', minute(1), ['report']);
			expect(await ledger.unfinishedRun()).toBeNull();
			expect(await ledger.lastScheduledDay('2026-12-31')).toBeNull();
			expect(await ledger.startRun(scheduled('2026-01-31'))).not.toBeNull();
		});

		it('may have the same scheduled day in two guilds', async () => {
			expect(await ledgerOf(database()).ledger.startRun(scheduled('2026-01-31'))).not.toBeNull();
			expect(await ledgerOf(database()).ledger.startRun(scheduled('2026-01-31'))).not.toBeNull();
		});

		it('without a scheduled day are not limited', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.startRun(runStart(minute(0)))).not.toBeNull();
			expect(await ledger.startRun(runStart(minute(0)))).not.toBeNull();
		});

		it('return the newest scheduled day, and null before the first', async () => {
			const { ledger } = ledgerOf(database());
			await ledger.startRun(runStart(minute(0)));
			expect(await ledger.lastScheduledDay('2026-12-31')).toBeNull();
			for (const day of ['2026-02-01', '2026-01-31']) {
				const runId = (await ledger.startRun(scheduled(day))) as string;
				await ledger.completeRun(runId, { issuesFixed: 0, hold: null, at: minute(1) });
			}
			expect(await ledger.lastScheduledDay('2026-12-31')).toBe('2026-02-01');
			expect(await ledger.lastScheduledDay('2026-01-31')).toBe('2026-01-31');
			expect(await ledger.lastScheduledDay('2026-01-30')).toBeNull();
		});

		it('that a stopped process left are marked as failed, in their own guild only', async () => {
			const here = ledgerOf(database());
			const there = ledgerOf(database());
			const abandoned = (await here.ledger.startRun(runStart(minute(0)))) as string;
			const { runId: done } = await run(here.ledger, minute(1), []);
			const running = (await there.ledger.startRun(runStart(minute(0)))) as string;
			await here.ledger.failAbandonedRuns('Reeve was stopped.', minute(9), ['report']);
			expect((await here.ledger.readReport(abandoned))?.result).toMatchObject({
				status: 'FAILED',
				failure: 'Reeve was stopped.',
				completedAt: minute(9)
			});
			expect((await here.ledger.readReport(done))?.result.status).toBe('COMPLETED');
			expect(await there.ledger.readReport(running)).toBeNull();
		});

		it('are the last good run if they completed, not if they failed or are unfinished', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.lastGoodRun()).toBeNull();
			await run(ledger, minute(0), [], { payingCustomers: 30 });
			await run(ledger, minute(1), [], { payingCustomers: 31 });
			const failed = (await ledger.startRun(runStart(minute(2)))) as string;
			await ledger.recordFindings(failed, { detection: detection([]), livemode: false, subscriptionsRead: 1, at: minute(2) });
			await ledger.failRun(failed, { reason: 'The disk is full.', issuesFixed: 0, at: minute(2) });
			await ledger.startRun(runStart(minute(3)));
			expect(await ledger.lastGoodRun()).toMatchObject({ livemode: true, subscriptionsRead: 50, payingCustomers: 31 });
		});

		it('know that another Stripe account was accepted after them, in this guild', async () => {
			const [here, there] = [ledgerOf(database()), ledgerOf(database())];
			for (const { ledger } of [here, there]) await run(ledger, minute(5), [], { payingCustomers: 30 });
			await here.ledger.acceptAccount({ change: 'test-data', actor: 'ada', at: minute(4) });
			expect(await here.ledger.lastGoodRun()).toMatchObject({ accountAccepted: false });
			await here.ledger.acceptAccount({ change: 'test-data', actor: 'ada', at: minute(6) });
			expect(await here.ledger.lastGoodRun()).toMatchObject({ accountAccepted: true });
			expect(await there.ledger.lastGoodRun()).toMatchObject({ accountAccepted: false });
			const [entry] = await database().prisma.auditLog.findMany({ where: { action: 'accept-account', at: minute(6) } });
			expect(entry).toMatchObject({ actor: 'ada', after: { change: 'test-data' }, outcome: 'DONE' });
			await run(here.ledger, minute(7), [], { payingCustomers: 30 });
			expect(await here.ledger.lastGoodRun()).toMatchObject({ accountAccepted: false });
		});

		it('keep the installation date of the first start', async () => {
			const { ledger } = ledgerOf(database());
			const answers = await Promise.all(Array.from({ length: 5 }, () => ledger.installedAt(minute(0))));
			expect(new Set(answers.map(Number))).toEqual(new Set([Number(minute(0))]));
			expect(await ledger.installedAt(minute(60))).toEqual(minute(0));
		});
	});

	describe('findRun', () => {
		it('returns a run, in progress or ended, of this guild alone', async () => {
			const { ledger } = ledgerOf(database());
			const runId = (await ledger.startRun(runStart(minute(0), { requestedBy: 'http' }))) as string;
			expect(await ledger.findRun(runId)).toMatchObject({ runId, status: 'RUNNING', requestedBy: 'http', completedAt: null });
			await ledger.completeRun(runId, { issuesFixed: 0, hold: null, at: minute(1) });
			expect(await ledger.findRun(runId)).toMatchObject({ status: 'COMPLETED', completedAt: minute(1) });
			expect(await ledgerOf(database()).ledger.findRun(runId)).toBeNull();
		});
	});

	describe('readReport', () => {
		it('returns the run as it was stored', async () => {
			const { ledger } = ledgerOf(database());
			const people = [drift(snowflake()), drift(snowflake())];
			const runId = (await ledger.startRun(
				runStart(minute(0), { requestedBy: '42', autoFixEnabled: true, isVerificationRun: true, triggeredBy: 'verification' })
			)) as string;
			const issues = await ledger.recordFindings(runId, {
				detection: detection(people),
				livemode: true,
				subscriptionsRead: 50,
				at: minute(0)
			});
			const hold = { reason: 'Too many.', losing: 12, holders: 40 };
			await ledger.completeRun(runId, { issuesFixed: 1, hold, at: minute(3) });
			expect(await ledger.readReport(runId)).toEqual({
				message: null,
				result: {
					runId,
					status: 'COMPLETED',
					triggeredBy: 'verification',
					requestedBy: '42',
					isVerificationRun: true,
					onlyMember: null,
					onlyMembers: null,
					startedAt: minute(0),
					completedAt: minute(3),
					autoFixEnabled: true,
					membersChecked: 40,
					teamsChecked: 7,
					issuesFound: 2,
					issuesFixed: 1,
					issues,
					notices: NOTICES,
					hold,
					failure: null,
					verified: null,
					holdReleasedBy: null,
					ruleChange: null,
					onboarding: null,
					news: null
				}
			});
			await ledger.setReportMessage(runId, 'channel', 'message', minute(1));
			expect((await ledger.readReport(runId))?.message).toEqual({ channelId: 'channel', messageId: 'message' });
		});

		it('closes the report before it, once, and knows which report replaces which', async () => {
			const { ledger, guildId } = ledgerOf(database());
			const message = (id: string) => ({ channelId: 'channel', messageId: id });
			const post = ({ runId }: { runId: string }, at: number) => ledger.setReportMessage(runId, 'channel', runId, minute(at));
			const closed = async () =>
				(
					await database().prisma.delivery.findMany({
						where: { guildId, subject: { startsWith: 'close:' } },
						orderBy: { createdAt: 'asc' }
					})
				).map(({ subject }) => subject);
			const first = await run(ledger, minute(0), []);
			expect(await post(first, 1)).toBe(false);
			expect(await ledger.newerReport(first.runId)).toBeNull();
			const second = await run(ledger, minute(10), []);
			expect(await ledger.newerReport(first.runId)).toBeNull();
			expect([await post(second, 11), await post(second, 12)]).toEqual([true, false]);
			expect(await closed()).toEqual([`close:${first.runId}`]);
			expect(await ledger.newerReport(first.runId)).toEqual(message(second.runId));
			const third = await run(ledger, minute(20), []);
			expect(await post(third, 21)).toBe(true);
			expect(await closed()).toEqual([`close:${first.runId}`, `close:${second.runId}`]);
			expect(await ledger.newerReport(first.runId)).toEqual(message(third.runId));
			expect(await ledger.newerReport(third.runId)).toBeNull();
		});

		it('reads an old run whose members of unknown status were counted, not named', async () => {
			const { ledger } = ledgerOf(database());
			const { runId } = await run(ledger, minute(0), []);
			const { expiringExemptions: _, ...others } = NOTICES;
			await database().prisma.reconciliationRun.update({
				where: { id: runId },
				data: { notices: { ...others, unknownStatus: 6 } as object }
			});
			const read = (await ledger.readReport(runId))?.result.notices;
			expect(read).toEqual({ ...others, unknownStatus: 6, expiringExemptions: [] });
		});

		it('returns the reason of a failed run, and no notices', async () => {
			const { ledger } = ledgerOf(database());
			const runId = (await ledger.startRun(runStart(minute(0)))) as string;
			await ledger.failRun(runId, { reason: 'Discord did not answer.', issuesFixed: 0, at: minute(1) });
			expect((await ledger.readReport(runId))?.result).toMatchObject({
				status: 'FAILED',
				failure: 'Discord did not answer.',
				issues: [],
				issuesFound: 0,
				notices: null,
				hold: null
			});
		});

		it('returns null for an unknown run, a running one and one of another guild', async () => {
			const { ledger } = ledgerOf(database());
			const running = (await ledger.startRun(runStart(minute(0)))) as string;
			const { runId } = await run(ledger, minute(0), []);
			expect(await ledger.readReport('nothing')).toBeNull();
			expect(await ledger.readReport(running)).toBeNull();
			expect(await ledgerOf(database()).ledger.readReport(runId)).toBeNull();
		});
	});

	describe('managed roles', () => {
		it('are stored by name, for each guild separately', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.loadManagedRoles()).toEqual(new Map());
			await ledger.saveManagedRoles('Knight', '11');
			await Promise.all(Array.from({ length: 10 }, () => ledger.saveManagedRoles('Lord', '12')));
			await ledger.saveManagedRoles('Knight', '13');
			expect(await ledger.loadManagedRoles()).toEqual(
				new Map([
					['Knight', '13'],
					['Lord', '12']
				])
			);
			expect(await ledgerOf(database()).ledger.loadManagedRoles()).toEqual(new Map());
		});
	});
}
