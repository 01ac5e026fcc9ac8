import type { IssueBook } from '../reconciliation/bulk-plan.js';
import type { BulkScope, OpenIssue } from '../reconciliation/types.js';
import { IssueStatus, RunStatus } from './client/client.js';
import type { Database } from './database.js';
import { rowToOpenIssue } from './json.js';

const GRAVITY: Readonly<Record<OpenIssue['severity'], number>> = { HIGH: 0, MEDIUM: 1, LOW: 2 };

/** The open issues, and what they were found in. */
export function issueBook({ prisma }: Database, guildId: string): IssueBook {
	return {
		openIssues: async (scope: BulkScope) => {
			const rows = await prisma.issue.findMany({
				where: { guildId, status: IssueStatus.OPEN, ...(scope === 'all' ? {} : { type: scope }) },
				orderBy: [{ firstSeenAt: 'asc' }, { id: 'asc' }]
			});
			return rows
				.map((row) => ({ ...rowToOpenIssue(row), lastRunId: row.lastRunId }))
				.sort((a, b) => GRAVITY[a.severity] - GRAVITY[b.severity]);
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
