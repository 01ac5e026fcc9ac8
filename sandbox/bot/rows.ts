import { readAudit } from '../../src/store/audit.js';
import type { PrismaClient } from '../../src/store/client/client.js';

/** Reads the bot's database rows as stored: in the bot's process while it runs, else in the sandbox's. */

export type RowsQuery =
	| { readonly kind: 'verifications' }
	| { readonly kind: 'deliveries' }
	| { readonly kind: 'runs'; readonly limit?: number | undefined }
	| { readonly kind: 'audit'; readonly limit?: number | undefined }
	| {
			readonly kind: 'issues';
			readonly limit?: number | undefined;
			readonly status?: IssueStatus | undefined;
			readonly member?: string | undefined;
	  };

export const ISSUE_STATUSES = ['OPEN', 'FIXING', 'FIXED', 'RESOLVED'] as const;
export type IssueStatus = (typeof ISSUE_STATUSES)[number];

/** Newest first. */
export async function readRows(prisma: PrismaClient, query: RowsQuery): Promise<readonly object[]> {
	if (query.kind === 'runs') return prisma.reconciliationRun.findMany({ orderBy: { startedAt: 'desc' }, take: query.limit });
	if (query.kind === 'audit')
		return readAudit(prisma, { orderBy: { at: 'desc' }, ...(query.limit !== undefined && { take: query.limit }) });
	if (query.kind === 'verifications') return prisma.verification.findMany({ orderBy: { createdAt: 'desc' } });
	if (query.kind === 'deliveries') return prisma.delivery.findMany({ orderBy: [{ createdAt: 'desc' }, { channel: 'asc' }] });
	return prisma.issue.findMany({
		where: { status: query.status, discordId: query.member },
		include: { attempts: { orderBy: { startedAt: 'asc' } } },
		orderBy: { lastSeenAt: 'desc' },
		take: query.limit
	});
}
