import type { DriftIssue } from '../reconciliation/domain/issue.js';
import type { ExemptionStore, StoredExemption } from '../reconciliation/members/exemption.js';
import { writeAudit } from './audit.js';
import { IssueStatus, type Prisma } from './client/client.js';
import type { Database } from './connection/database.js';
import { fromJson } from './json.js';

/** Exemptions of people, and the issues that they settle. */
export function exemptionStore({ prisma }: Database, guildId: string): ExemptionStore {
	const inForce = (now: Date): Prisma.ExemptionWhereInput => ({ OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] });

	return {
		exempt: ({ discordId, reason, until, actor }, at) =>
			prisma.$transaction(async (transaction) => {
				// One after the other: of two at once, the later takes the place of the earlier.
				await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`exempt:${discordId}`}))`;
				const replaced = await transaction.exemption.findMany({ where: { discordId, ...inForce(at) } });
				await transaction.exemption.updateMany({ where: { id: { in: replaced.map(({ id }) => id) } }, data: { expiresAt: at } });
				const exemption = await transaction.exemption.create({
					data: { discordId, reason, createdBy: actor, createdAt: at, expiresAt: until }
				});
				// An issue that is being fixed right now is left to the fix, which looks for exemptions itself.
				const [issue] = await transaction.issue.updateManyAndReturn({
					where: { guildId, discordId, status: IssueStatus.OPEN },
					data: { status: IssueStatus.RESOLVED, liveKey: null, settledAt: at, settledBy: actor },
					select: { lastRunId: true }
				});
				await writeAudit(transaction, guildId, {
					at,
					actor,
					action: 'exempt',
					subject: discordId,
					before: replaced.length === 0 ? null : replaced.map(auditValues),
					after: auditValues(exemption),
					outcome: 'DONE',
					detail: reason,
					attemptId: null
				});
				return { exemption, replaced, settledIn: issue?.lastRunId ?? null };
			}),
		endExemption: (id, { actor, at }) =>
			prisma.$transaction(async (transaction) => {
				const found = await transaction.exemption.findUnique({ where: { id } });
				const ended = await transaction.exemption.updateMany({ where: { id, ...inForce(at) }, data: { expiresAt: at } });
				if (found === null || ended.count === 0) return null;
				await writeAudit(transaction, guildId, {
					at,
					actor,
					action: 'end-exemption',
					subject: found.discordId,
					before: auditValues(found),
					after: null,
					outcome: 'DONE',
					detail: null,
					attemptId: null
				});
				return found;
			}),
		exemptionsInForce: (now) => prisma.exemption.findMany({ where: inForce(now), orderBy: [{ createdAt: 'desc' }, { id: 'asc' }] }),
		subjectOf: async (issueId) => {
			const issue = await prisma.issue.findFirst({
				where: { id: issueId, guildId },
				select: { discordId: true, detail: true, status: true }
			});
			if (issue === null) return null;
			const settled = issue.status === IssueStatus.FIXED || issue.status === IssueStatus.RESOLVED;
			return { discordId: issue.discordId, discordName: fromJson<DriftIssue>(issue.detail).discordName, settled };
		}
	};
}

function auditValues({ reason, createdBy, expiresAt }: StoredExemption) {
	return { reason, createdBy, expiresAt };
}
