import { diffRoles } from '../reconciliation/detection/role-plan.js';
import type { FixToVerify } from '../reconciliation/detection/verify-fixes.js';
import type { RoleName } from '../reconciliation/domain/rules.js';
import type { VerificationStore } from '../reconciliation/runs/verify.js';
import type { Prisma } from './client/client.js';
import type { Database } from './connection/database.js';
import { fromJson, subjectOf } from './json.js';

/** A fix that is not, and is not being, undone. */
const NOT_UNDONE = { outcome: 'FIXED', undoes: null } as const;

/** The life of verifications: pending, and open to fixes; begun by a run, and closed; done. */
export function verificationStore({ prisma }: Database, guildId: string): VerificationStore {
	return {
		verificationDue: (now) =>
			prisma.$transaction(async (transaction) => {
				// Locked: a fix that joins between the look and the end would be in none.
				const due = await transaction.$queryRaw<{ id: string }[]>`
					SELECT id FROM "Verification" WHERE "guildId" = ${guildId} AND "doneAt" IS NULL AND "dueAt" <= ${now} ORDER BY id FOR UPDATE`;
				if (due.length === 0) return false;
				const ids = due.map(({ id }) => id);
				const fixes = await transaction.fixAttempt.findMany({
					where: { verificationId: { in: ids }, ...NOT_UNDONE },
					select: { id: true, verificationId: true }
				});
				const undone = await undoneAmong(
					transaction,
					fixes.map(({ id }) => id)
				);
				const wanted = new Set(fixes.filter(({ id }) => !undone.has(id)).map(({ verificationId }) => verificationId));
				const idle = ids.filter((id) => !wanted.has(id));
				if (idle.length > 0)
					await transaction.verification.updateMany({ where: { id: { in: idle } }, data: { pendingKey: null, doneAt: now } });
				return wanted.size > 0;
			}),

		beginVerification: async (runId, now) => {
			await prisma.verification.updateMany({ where: { guildId, doneAt: null, dueAt: { lte: now } }, data: { pendingKey: null, runId } });
		},

		fixesToVerify: async (runId) => {
			const rows = await prisma.fixAttempt.findMany({
				where: { verification: { guildId, runId }, ...NOT_UNDONE },
				orderBy: [{ completedAt: 'desc' }, { id: 'desc' }],
				select: {
					id: true,
					runId: true,
					add: true,
					remove: true,
					rolesBefore: true,
					rolesAfter: true,
					issue: { select: { discordId: true, detail: true } }
				}
			});
			const undone = await undoneAmong(
				prisma,
				rows.map(({ id }) => id)
			);
			const newest = new Map<string, FixToVerify>();
			const runIds = new Set<string>();
			for (const { id, runId: from, issue, ...roles } of rows) {
				if (undone.has(id)) continue;
				if (from !== null) runIds.add(from);
				if (!newest.has(issue.discordId)) newest.set(issue.discordId, { attemptId: id, ...subjectOf(issue), change: changeOf(roles) });
			}
			const reports = await prisma.reconciliationRun.findMany({
				where: { guildId, id: { in: [...runIds] }, reportChannelId: { not: null }, reportMessageId: { not: null } },
				orderBy: { startedAt: 'desc' },
				select: { id: true, reportChannelId: true, reportMessageId: true }
			});
			return {
				// In the order in which they were fixed.
				fixes: [...newest.values()].reverse(),
				reports: reports.map(({ id, reportChannelId, reportMessageId }) => ({
					runId: id,
					channelId: reportChannelId ?? '',
					messageId: reportMessageId ?? ''
				}))
			};
		},

		postponeVerification: async (runId, dueAt) => {
			await prisma.verification.updateMany({ where: { guildId, runId, doneAt: null }, data: { dueAt } });
		}
	};
}

/** What an attempt really changed, or, where that is not known, was to change. */
function changeOf(attempt: {
	readonly add: Prisma.JsonValue;
	readonly remove: Prisma.JsonValue;
	readonly rolesBefore: Prisma.JsonValue;
	readonly rolesAfter: Prisma.JsonValue;
}) {
	const [before, after] = [fromJson<RoleName[] | null>(attempt.rolesBefore), fromJson<RoleName[] | null>(attempt.rolesAfter)];
	if (before !== null && after !== null) return diffRoles(before, after);
	return { add: fromJson<RoleName[]>(attempt.add), remove: fromJson<RoleName[]>(attempt.remove) };
}

/** Those of these fixes that are undone, or being undone. */
async function undoneAmong(prisma: Prisma.TransactionClient, fixes: readonly string[]): Promise<ReadonlySet<string>> {
	if (fixes.length === 0) return new Set();
	const rows = await prisma.$queryRaw<{ undoes: string }[]>`
		SELECT undoes FROM "FixAttempt" WHERE (outcome = 'UNDONE' OR outcome IS NULL)
			AND undoes IN (SELECT jsonb_array_elements_text(${JSON.stringify(fixes)}::jsonb))`;
	return new Set(rows.map(({ undoes }) => undoes));
}

/** Puts a fix into the verification that is pending, or opens one. To be called in the transaction that ends the fix. */
export async function joinVerification(
	transaction: Prisma.TransactionClient,
	guildId: string,
	attemptId: string,
	fix: { readonly at: Date; readonly verifyAfterMinutes: number }
): Promise<void> {
	const dueAt = new Date(fix.at.getTime() + fix.verifyAfterMinutes * 60_000);
	// The update of nothing locks the row until the fix is in it: a run that begins it meanwhile waits, or has closed it before.
	await transaction.$executeRaw`
		WITH pending AS (
			INSERT INTO "Verification" (id, "guildId", "pendingKey", "createdAt", "dueAt")
			VALUES (gen_random_uuid()::text, ${guildId}, ${guildId}, ${fix.at}, ${dueAt})
			ON CONFLICT ("pendingKey") DO UPDATE SET "pendingKey" = EXCLUDED."pendingKey" RETURNING id
		)
		UPDATE "FixAttempt" SET "verificationId" = (SELECT id FROM pending) WHERE id = ${attemptId}`;
}
