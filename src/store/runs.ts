import type { Ledger } from '../reconciliation/ports.js';
import { Prisma, RunStatus } from './client/client.js';
import type { Database } from './database.js';
import { toJson } from './json.js';

type Runs = Pick<Ledger, 'startRun' | 'failAbandonedRuns' | 'lastGoodRun' | 'installedAt' | 'lastScheduledDay' | 'completeRun' | 'failRun'>;

/** The life of runs. */
export function runs({ prisma }: Database, guildId: string): Runs {
	return {
		startRun: async (start) => {
			// A scheduled day is a unique key: of two processes that wake for it, one gets a run.
			const [run] = await prisma.reconciliationRun.createManyAndReturn({
				data: [{ guildId, ...start }],
				skipDuplicates: true,
				select: { id: true }
			});
			return run?.id ?? null;
		},
		failAbandonedRuns: async (reason, at) => {
			await prisma.reconciliationRun.updateMany({
				where: { guildId, status: RunStatus.RUNNING },
				data: { status: RunStatus.FAILED, failure: reason, completedAt: at, scheduledDay: null }
			});
		},
		lastGoodRun: async () => {
			const run = await prisma.reconciliationRun.findFirst({
				where: {
					guildId,
					status: RunStatus.COMPLETED,
					onlyMember: null,
					OR: [{ held: { equals: Prisma.DbNull } }, { holdReleasedAt: { not: null } }]
				},
				orderBy: { startedAt: 'desc' },
				select: { livemode: true, subscriptionsRead: true, payingCustomers: true }
			});
			return run === null
				? null
				: { livemode: run.livemode, subscriptionsRead: run.subscriptionsRead ?? 0, payingCustomers: run.payingCustomers ?? 0 };
		},
		installedAt: async (now) => {
			// Not an upsert: two processes that start at once would both insert, and one of them fail.
			await prisma.installation.createMany({ data: [{ guildId, installedAt: now }], skipDuplicates: true });
			return (await prisma.installation.findUniqueOrThrow({ where: { guildId } })).installedAt;
		},
		lastScheduledDay: async () => {
			const run = await prisma.reconciliationRun.findFirst({
				where: { guildId, scheduledDay: { not: null }, status: { not: RunStatus.RUNNING } },
				orderBy: { scheduledDay: 'desc' },
				select: { scheduledDay: true }
			});
			return run?.scheduledDay ?? null;
		},
		completeRun: async (id, { issuesFixed, hold, at, verified = null }) => {
			const held = hold === null ? Prisma.DbNull : toJson(hold);
			// Only the ID comes back: the row holds every issue of the run.
			const completed = prisma.reconciliationRun.update({
				where: { id },
				data: {
					status: RunStatus.COMPLETED,
					issuesFixed,
					held,
					completedAt: at,
					...(verified === null ? {} : { verified: toJson(verified) })
				},
				select: { id: true }
			});
			// Together: a verification that was killed before its run was complete is still to be done.
			await prisma.$transaction([
				completed,
				prisma.verification.updateMany({ where: { guildId, runId: id, doneAt: null }, data: { doneAt: at } })
			]);
		},
		failRun: async (id, { reason, issuesFixed, at }) => {
			await prisma.reconciliationRun.update({
				where: { id },
				data: { status: RunStatus.FAILED, failure: reason, issuesFixed, completedAt: at },
				select: { id: true }
			});
		}
	};
}
