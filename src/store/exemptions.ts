import { PSEUDONYM } from '../reconciliation/domain/audit.js';
import type { ExemptionStore, StoredExemption } from '../reconciliation/members/exemption.js';
import { lockUntilEnd } from './advisory-lock.js';
import { writeChange } from './audit.js';
import { IssueStatus, type Prisma } from './client/client.js';
import type { Database } from './connection/database.js';
import { subjectOf } from './json.js';

/** Matches exemptions that have not ended. */
export function inForce(now: Date): Prisma.ExemptionWhereInput {
	return { OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] };
}

/** Exemptions of members, and the issues that an exemption settles. */
export function exemptionStore({ prisma }: Database, guildId: string): ExemptionStore {
	return {
		exempt: ({ discordId, reason, until, actor }, at) =>
			prisma.$transaction(async (transaction) => {
				// Serialized per member: of two concurrent exemptions, the later replaces the earlier.
				await lockUntilEnd(transaction, `exempt:${discordId}`);
				const replaced = await transaction.exemption.findMany({ where: { discordId, ...inForce(at) } });
				await transaction.exemption.updateMany({ where: { id: { in: replaced.map(({ id }) => id) } }, data: { expiresAt: at } });
				const exemption = await transaction.exemption.create({
					data: { discordId, reason, createdBy: actor, createdAt: at, expiresAt: until }
				});
				// Not an issue that is being fixed: the fix checks for exemptions itself.
				const [issue] = await transaction.issue.updateManyAndReturn({
					where: { guildId, discordId, status: IssueStatus.OPEN },
					data: { status: IssueStatus.RESOLVED, liveKey: null, settledAt: at, settledBy: actor },
					select: { lastRunId: true }
				});
				await writeChange(transaction, guildId, {
					at,
					actor,
					action: 'exempt',
					subject: discordId,
					before: replaced.length === 0 ? null : replaced.map(auditValues),
					after: auditValues(exemption),
					detail: reason
				});
				return { exemption, replaced, settledIn: issue?.lastRunId ?? null };
			}),
		endExemption: (id, { actor, at }) =>
			prisma.$transaction(async (transaction) => {
				const found = await transaction.exemption.findUnique({ where: { id } });
				const ended = await transaction.exemption.updateMany({ where: { id, ...inForce(at) }, data: { expiresAt: at } });
				if (found === null || ended.count === 0) return null;
				await writeChange(transaction, guildId, {
					at,
					actor,
					action: 'end-exemption',
					subject: found.discordId,
					before: auditValues(found),
					after: null
				});
				return found;
			}),
		exemptionsInForce: (now) => prisma.exemption.findMany({ where: inForce(now), orderBy: [{ createdAt: 'desc' }, { id: 'asc' }] }),
		subjectOf: async (issueId) => {
			const issue = await prisma.issue.findFirst({
				where: { id: issueId, guildId, NOT: { discordId: { startsWith: PSEUDONYM } } },
				select: { discordId: true, detail: true, status: true }
			});
			if (issue === null) return null;
			const settled = issue.status === IssueStatus.FIXED || issue.status === IssueStatus.RESOLVED;
			return { ...subjectOf(issue), settled };
		}
	};
}

function auditValues({ reason, expiresAt }: StoredExemption) {
	return { reason, expiresAt };
}
