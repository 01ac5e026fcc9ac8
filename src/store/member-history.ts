import type { AuditAction } from '../reconciliation/domain/audit.js';
import type { FixOutcome } from '../reconciliation/domain/issue.js';
import type { MemberHistoryStore } from '../reconciliation/members/explain.js';
import { auditAbout, readAudit } from './audit.js';
import type { Database } from './connection/database.js';
import { rowToOpenIssue } from './json.js';

/** The stored history of one member. */
export function memberHistoryStore({ prisma }: Database, guildId: string): MemberHistoryStore {
	return {
		liveIssueOf: async (discordId) => {
			const row = await prisma.issue.findUnique({ where: { liveKey: `${guildId}:${discordId}` } });
			return row === null ? null : { ...rowToOpenIssue(row), status: row.status };
		},
		changesOf: async (discordId, limit) => {
			const where = { guildId, ...(await auditAbout(prisma, [discordId])) };
			const rows = await readAudit(prisma, { where, orderBy: [{ at: 'desc' }, { id: 'desc' }], take: limit });
			return {
				newest: rows.map(({ id: _, guildId: __, action, ...entry }) => ({ ...entry, action: action as AuditAction })),
				total: await prisma.auditLog.count({ where })
			};
		},
		undoableOf: async (discordId) => {
			const fix = await prisma.fixAttempt.findFirst({
				where: { issue: { guildId, discordId }, undoes: null },
				orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
				select: { id: true, outcome: true }
			});
			if (fix?.outcome !== ('FIXED' satisfies FixOutcome)) return null;
			const undone = await prisma.fixAttempt.findFirst({
				where: { undoes: fix.id, OR: [{ outcome: null }, { outcome: 'UNDONE' satisfies FixOutcome }] },
				select: { id: true }
			});
			return undone === null ? fix.id : null;
		}
	};
}
