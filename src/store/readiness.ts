import type { FixOutcome } from '../reconciliation/domain/issue.js';
import type { IssueFate, ReadinessStore } from '../reconciliation/health/readiness.js';
import { Prisma, RunStatus } from './client/client.js';
import type { Database } from './connection/database.js';
import { RUN_HOLD } from './holds.js';
import { fromJson, toOpenIssue } from './json.js';
import { chunk } from './paging.js';
import { WITHOUT_FINDINGS } from './run-scope.js';

/** Runs of the past, for a replay of the automatic fixes that they would have made. */
export function readinessStore({ prisma }: Database, guildId: string): ReadinessStore {
	return {
		replayRuns: async (since) => {
			const rows = await prisma.reconciliationRun.findMany({
				where: {
					guildId,
					status: RunStatus.COMPLETED,
					isVerificationRun: false,
					startedAt: { gte: since },
					completedAt: { not: null },
					snapshotDeletedAt: null,
					NOT: WITHOUT_FINDINGS
				},
				orderBy: [{ startedAt: 'asc' }, { id: 'asc' }],
				select: {
					id: true,
					startedAt: true,
					completedAt: true,
					onlyMember: true,
					onlyMembers: true,
					issuesFound: true,
					livemode: true,
					subscriptionsRead: true,
					payingCustomers: true,
					acceptedPayers: true,
					comparablePayers: true,
					roleHolders: true,
					holds: { where: { scope: RUN_HOLD, releasedAt: { not: null } }, select: { id: true } }
				}
			});
			const [unaccepted, onboarding] = await Promise.all(
				(['ruleChange', 'onboarding'] as const).map(async (column) => {
					const found = await prisma.reconciliationRun.findMany({
						where: { guildId, startedAt: { gte: since }, [column]: { not: Prisma.DbNull } },
						select: { id: true }
					});
					return new Set(found.map(({ id }) => id));
				})
			);
			return rows.map(({ id, startedAt, completedAt, onlyMembers, acceptedPayers, holds, ...row }) => ({
				...row,
				runId: id,
				startedAt,
				completedAt: completedAt ?? startedAt,
				onlyMembers: onlyMembers === null ? null : fromJson<string[]>(onlyMembers),
				subscriptionsRead: row.subscriptionsRead ?? 0,
				payingCustomers: acceptedPayers ?? row.payingCustomers ?? 0,
				roleHolders: row.roleHolders ?? 0,
				hasUnacceptedRules: unaccepted?.has(id) ?? false,
				isOnboarding: onboarding?.has(id) ?? false,
				isReleased: holds.length > 0
			}));
		},
		issuesOfRun: async (runId) => {
			// As text: parsing it here takes a third of the time that the database takes to make rows of it.
			const [run] = await prisma.$queryRaw<{ issues: string }[]>`
				SELECT issues::text FROM $schema."ReconciliationRun" WHERE id = ${runId} AND "guildId" = ${guildId}`;
			return run === undefined ? [] : (JSON.parse(run.issues) as unknown[]).map(toOpenIssue);
		},
		fatesOf: async (issueIds) => {
			const fates = new Map<string, IssueFate>();
			for (const batch of chunk(issueIds)) {
				const rows = await prisma.issue.findMany({
					where: { guildId, id: { in: batch } },
					select: {
						id: true,
						status: true,
						settledAt: true,
						settledBy: true,
						cameBackAt: true,
						attempts: {
							where: { outcome: { not: null } },
							orderBy: [{ startedAt: 'asc' }, { id: 'asc' }],
							select: { id: true, actor: true, planHash: true, outcome: true, startedAt: true, completedAt: true, undoes: true }
						}
					}
				});
				for (const { id, attempts, ...fate } of rows)
					fates.set(id, {
						...fate,
						attempts: attempts.map(({ outcome, startedAt, completedAt, ...attempt }) => ({
							...attempt,
							outcome: outcome as FixOutcome,
							at: completedAt ?? startedAt
						}))
					});
			}
			return fates;
		}
	};
}
