import type { AuditAction } from '../reconciliation/domain/audit.js';
import type { Ledger } from '../reconciliation/domain/ports.js';
import type { Rules } from '../reconciliation/domain/rules.js';
import type { TriggeredBy } from '../reconciliation/domain/run.js';
import { writeChange } from './audit.js';
import { Prisma, RunStatus } from './client/client.js';
import type { Database } from './connection/database.js';
import { holdRun, RUN_HOLD } from './holds.js';
import { fromJson, nullable, toJson } from './json.js';
import { addRunMessages } from './outbox.js';
import { FULL_RUN } from './run-scope.js';

type Runs = Pick<
	Ledger,
	| 'startRun'
	| 'failAbandonedRuns'
	| 'unfinishedRun'
	| 'lastGoodRun'
	| 'acceptAccount'
	| 'installedAt'
	| 'lastScheduledDay'
	| 'completeRun'
	| 'failRun'
>;

const TARGETED: TriggeredBy = 'targeted';

const ACCEPT_ACCOUNT = 'accept-account' satisfies AuditAction;

/** Starts, ends and looks up runs. */
export function runStore({ prisma }: Database, guildId: string): Runs {
	return {
		startRun: async ({ onlyMembers, ...start }) => {
			// `scheduledDay` is unique: of two processes that wake for the same day, one gets a run.
			const [run] = await prisma.reconciliationRun.createManyAndReturn({
				data: [{ guildId, ...start, onlyMembers: nullable(onlyMembers) }],
				skipDuplicates: true,
				select: { id: true }
			});
			return run?.id ?? null;
		},
		failAbandonedRuns: (reason, at, channels) =>
			prisma.$transaction(async (transaction) => {
				const abandoned = await transaction.reconciliationRun.updateManyAndReturn({
					where: { guildId, status: RunStatus.RUNNING },
					data: { status: RunStatus.FAILED, failure: reason, completedAt: at, scheduledDay: null },
					select: { id: true, triggeredBy: true }
				});
				// Due at once: the process that would have delivered it is gone.
				for (const { id, triggeredBy } of abandoned) {
					// What it was about is still to be compared: it is repeated without a word.
					if (triggeredBy !== TARGETED) await addRunMessages(transaction, guildId, id, channels, at, at);
				}
			}),
		unfinishedRun: async () => {
			const where = { guildId, status: RunStatus.RUNNING };
			const run = await prisma.reconciliationRun.findFirst({ where, orderBy: { startedAt: 'desc' }, select: { triggeredBy: true } });
			return (run?.triggeredBy as TriggeredBy | undefined) ?? null;
		},
		lastGoodRun: async () => {
			const run = await prisma.reconciliationRun.findFirst({
				where: {
					guildId,
					status: RunStatus.COMPLETED,
					...FULL_RUN,
					holds: { none: { scope: RUN_HOLD, releasedAt: null } }
				},
				orderBy: { startedAt: 'desc' },
				select: {
					id: true,
					startedAt: true,
					livemode: true,
					subscriptionsRead: true,
					payingCustomers: true,
					acceptedPayers: true,
					roleHolders: true,
					rules: true
				}
			});
			if (run === null) return null;
			const { id, startedAt, livemode, subscriptionsRead, payingCustomers, acceptedPayers, roleHolders } = run;
			const accepted = await prisma.acceptedRules.findFirst({
				where: { guildId, acceptedAt: { lte: startedAt } },
				orderBy: [{ acceptedAt: 'desc' }, { id: 'desc' }],
				select: { rules: true }
			});
			// Before any are accepted, its own: those it counted the payers under.
			const rules = accepted?.rules ?? run.rules;
			return {
				runId: id,
				livemode,
				subscriptionsRead: subscriptionsRead ?? 0,
				payingCustomers: acceptedPayers ?? payingCustomers ?? 0,
				roleHolders: roleHolders ?? 0,
				rules: rules === null ? null : fromJson<Rules>(rules),
				accountAccepted: (await prisma.auditLog.count({ where: { guildId, action: ACCEPT_ACCOUNT, at: { gt: startedAt } } })) > 0
			};
		},
		acceptAccount: ({ change, actor, at }) =>
			prisma.$transaction((transaction) =>
				writeChange(transaction, guildId, { at, actor, action: ACCEPT_ACCOUNT, subject: null, before: null, after: { change } })
			),
		installedAt: async (now) => {
			// Not an upsert: of two processes that start together, one would fail on the unique key.
			await prisma.installation.createMany({ data: [{ guildId, installedAt: now }], skipDuplicates: true });
			return (await prisma.installation.findUniqueOrThrow({ where: { guildId } })).installedAt;
		},
		lastScheduledDay: async (upTo) => {
			const run = await prisma.reconciliationRun.findFirst({
				where: { guildId, scheduledDay: { lte: upTo }, status: { not: RunStatus.RUNNING } },
				orderBy: { scheduledDay: 'desc' },
				select: { scheduledDay: true }
			});
			return run?.scheduledDay ?? null;
		},
		completeRun: (id, { issuesFixed, hold, at, news = null, verified = null, channels = [] }) =>
			prisma.$transaction(async (transaction) => {
				const held = hold === null ? Prisma.DbNull : toJson(hold);
				// Returns the ID only: the row contains every issue of the run.
				await transaction.reconciliationRun.update({
					where: { id },
					data: {
						status: RunStatus.COMPLETED,
						issuesFixed,
						held,
						completedAt: at,
						...(news === null ? {} : { news: toJson(news) }),
						...(verified === null ? {} : { verified: toJson(verified) })
					},
					select: { id: true }
				});
				if (hold !== null) await holdRun(transaction, guildId, id, hold, at);
				// In the same transaction: a verification killed before its run completed stays due.
				await transaction.verification.updateMany({ where: { guildId, runId: id, doneAt: null }, data: { doneAt: at } });
				await addRunMessages(transaction, guildId, id, channels, at);
			}),
		failRun: (id, { reason, issuesFixed, at, channels = [] }) =>
			prisma.$transaction(async (transaction) => {
				await transaction.reconciliationRun.update({
					where: { id },
					data: { status: RunStatus.FAILED, failure: reason, issuesFixed, completedAt: at },
					select: { id: true }
				});
				await addRunMessages(transaction, guildId, id, channels, at);
			})
	};
}
