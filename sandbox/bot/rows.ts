import type { PrismaClient } from '../../src/store/client/client.js';

/** The product's own rows, read as they are stored. Runs in the bot's process while it is up, else in the sandbox's. */

export type RowsQuery =
	| { readonly query: 'verifications' }
	| { readonly query: 'runs'; readonly limit?: number | undefined }
	| { readonly query: 'audit'; readonly limit?: number | undefined }
	| { readonly query: 'issues'; readonly limit?: number | undefined; readonly status?: IssueStatus | undefined };

export const ISSUE_STATUSES = ['OPEN', 'FIXING', 'FIXED', 'RESOLVED'] as const;
export type IssueStatus = (typeof ISSUE_STATUSES)[number];

/** Newest first. */
export async function readRows(prisma: PrismaClient, ask: RowsQuery): Promise<readonly object[]> {
	if (ask.query === 'runs') return prisma.reconciliationRun.findMany({ orderBy: { startedAt: 'desc' }, take: ask.limit });
	if (ask.query === 'audit') return prisma.auditLog.findMany({ orderBy: { at: 'desc' }, take: ask.limit });
	if (ask.query === 'verifications') return prisma.verification.findMany({ orderBy: { createdAt: 'desc' } });
	return prisma.issue.findMany({
		where: { status: ask.status },
		include: { attempts: { orderBy: { startedAt: 'asc' } } },
		orderBy: { lastSeenAt: 'desc' },
		take: ask.limit
	});
}
