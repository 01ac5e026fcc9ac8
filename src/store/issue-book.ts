import type { IssueBook, ListedIssue } from '../reconciliation/bulk-plan.js';
import type { BulkScope, OpenIssue } from '../reconciliation/types.js';
import { IssueStatus, RunStatus } from './client/client.js';
import type { Database } from './database.js';
import { rowToOpenIssue } from './json.js';

const GRAVITY: Readonly<Record<OpenIssue['severity'], number>> = { HIGH: 0, MEDIUM: 1, LOW: 2 };

/** Issues are read in pages of so many: whoever else waits for the embedded database waits for a page. */
const PAGE = 5_000;

/** The open issues, and what they were found in. */
export function issueBook({ prisma }: Database, guildId: string): IssueBook {
	return {
		openIssues: async (scope: BulkScope) => {
			const open = { guildId, status: IssueStatus.OPEN, ...(scope === 'all' ? {} : { type: scope }) };
			const issues: ListedIssue[] = [];
			for (let after = ''; ; ) {
				const page = await prisma.issue.findMany({ where: { ...open, id: { gt: after } }, orderBy: { id: 'asc' }, take: PAGE });
				for (const row of page) issues.push({ ...rowToOpenIssue(row), lastRunId: row.lastRunId });
				const last = page.at(-1);
				if (last === undefined || page.length < PAGE) break;
				after = last.id;
			}
			return issues.sort((a, b) => GRAVITY[a.severity] - GRAVITY[b.severity] || a.firstSeenAt.getTime() - b.firstSeenAt.getTime());
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
