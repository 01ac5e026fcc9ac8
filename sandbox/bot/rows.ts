import { readAudit } from '../../src/store/audit.js';
import type { PrismaClient } from '../../src/store/client/client.js';

/** Reads the bot's database rows as stored: in the bot's process while it runs, else in the sandbox's. */

export type RowsQuery =
	| { readonly kind: 'verifications' }
	/** Of these people, and of these customers. */
	| { readonly kind: 'links'; readonly discordIds: readonly string[]; readonly customers: readonly string[] }
	| { readonly kind: 'deliveries' }
	| { readonly kind: 'runs'; readonly limit?: number | undefined; readonly issues?: boolean | undefined }
	| { readonly kind: 'audit'; readonly limit?: number | undefined }
	| {
			readonly kind: 'issues';
			readonly limit?: number | undefined;
			readonly status?: IssueStatus | undefined;
			readonly member?: string | undefined;
	  };

export const ISSUE_STATUSES = ['OPEN', 'FIXING', 'FIXED', 'RESOLVED'] as const;
export type IssueStatus = (typeof ISSUE_STATUSES)[number];

/** That a member row links a person to a customer, or to the one of their team. */
export interface LinkRow {
	readonly discordId: string;
	readonly customer: string;
}

/** Newest first. */
export async function readRows(prisma: PrismaClient, query: RowsQuery): Promise<readonly object[]> {
	if (query.kind === 'runs')
		return prisma.reconciliationRun.findMany({
			orderBy: { startedAt: 'desc' },
			take: query.limit,
			omit: { issues: query.issues === false, notices: query.issues === false }
		});
	if (query.kind === 'audit')
		return readAudit(prisma, { orderBy: { at: 'desc' }, ...(query.limit !== undefined && { take: query.limit }) });
	if (query.kind === 'verifications') return prisma.verification.findMany({ orderBy: { createdAt: 'desc' } });
	if (query.kind === 'deliveries') return prisma.delivery.findMany({ orderBy: [{ createdAt: 'desc' }, { channel: 'asc' }] });
	if (query.kind === 'links') return readLinks(prisma, query.discordIds, query.customers);
	return prisma.issue.findMany({
		where: { status: query.status, discordId: query.member },
		include: { attempts: { orderBy: { startedAt: 'asc' } } },
		orderBy: { lastSeenAt: 'desc' },
		take: query.limit
	});
}

async function readLinks(prisma: PrismaClient, discordIds: readonly string[], customers: readonly string[]): Promise<LinkRow[]> {
	const paying = { stripeCustomerId: { in: [...customers] } };
	const rows = await prisma.member.findMany({
		where: { OR: [{ discordId: { in: [...discordIds] } }, paying, { team: paying }] },
		select: { discordId: true, stripeCustomerId: true, team: { select: { stripeCustomerId: true } } },
		orderBy: { createdAt: 'desc' }
	});
	return rows.flatMap(({ discordId, stripeCustomerId, team }) =>
		[stripeCustomerId, team?.stripeCustomerId].flatMap((customer) => (discordId && customer ? [{ discordId, customer }] : []))
	);
}
