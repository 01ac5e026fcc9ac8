import type { BulkScope } from '../reconciliation/domain/hold.js';
import { bySeverity } from '../reconciliation/domain/issue.js';
import type { IssueStore, ListedIssue } from '../reconciliation/fixes/bulk-plan.js';
import { type Issue, IssueStatus, RunStatus } from './client/client.js';
import type { Database } from './connection/database.js';
import { rowToOpenIssue } from './json.js';
import { keysetPages } from './paging.js';

const PAGE = 5_000;

/** The open issues, and what they were found in. */
export function issueStore({ prisma }: Database, guildId: string): IssueStore {
	return {
		openIssues: async (scope: BulkScope) => {
			const open = { guildId, status: IssueStatus.OPEN, ...(scope === 'all' ? {} : { type: scope }) };
			const issues: ListedIssue[] = [];
			const read = (after?: Issue) =>
				prisma.issue.findMany({ where: { ...open, id: { gt: after?.id ?? '' } }, orderBy: { id: 'asc' }, take: PAGE });
			for await (const page of keysetPages(PAGE, read))
				for (const row of page) issues.push({ ...rowToOpenIssue(row), lastRunId: row.lastRunId });
			return issues.sort((a, b) => bySeverity(a, b) || a.firstSeenAt.getTime() - b.firstSeenAt.getTime());
		},
		newestReading: async () => {
			const run = await prisma.reconciliationRun.findFirst({
				where: { guildId, status: RunStatus.COMPLETED, onlyMember: null },
				orderBy: { startedAt: 'desc' },
				select: { id: true, roleHolders: true, payingCustomers: true }
			});
			return run === null ? null : { runId: run.id, roleHolders: run.roleHolders ?? 0, payingCustomers: run.payingCustomers ?? 0 };
		}
	};
}
