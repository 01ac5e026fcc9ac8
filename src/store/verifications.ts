import { diffRoles } from '../reconciliation/detection/role-plan.js';
import type { FixToVerify } from '../reconciliation/detection/verify-fixes.js';
import type { RoleName } from '../reconciliation/domain/rules.js';
import type { VerificationStore } from '../reconciliation/runs/verify.js';
import type { Prisma } from './client/client.js';
import type { Database } from './connection/database.js';
import { fromJson, subjectOf } from './json.js';

/** A fix, not an undo. */
const FIXED = { outcome: 'FIXED', undoes: null } as const;

/** Verifications: pending (fixes may join), started by a run (closed to further fixes), done. */
export function verificationStore({ prisma }: Database, guildId: string): VerificationStore {
	return {
		verificationDue: (now) =>
			prisma.$transaction(async (transaction) => {
				// Locked: a fix must not join a verification between this check and its end.
				const due = await transaction.$queryRaw<{ id: string }[]>`
					SELECT id FROM $schema."Verification" WHERE "guildId" = ${guildId} AND "doneAt" IS NULL AND "dueAt" <= ${now} ORDER BY id FOR UPDATE`;
				if (due.length === 0) return false;
				const ids = due.map(({ id }) => id);
				const fixes = await transaction.fixAttempt.findMany({
					where: { verificationId: { in: ids }, ...FIXED },
					select: { id: true, verificationId: true }
				});
				const undone = await undoneAmong(
					transaction,
					fixes.map(({ id }) => id)
				);
				const inUse = new Set(fixes.filter(({ id }) => !undone.has(id)).map(({ verificationId }) => verificationId));
				const idle = ids.filter((id) => !inUse.has(id));
				if (idle.length > 0)
					await transaction.verification.updateMany({ where: { id: { in: idle } }, data: { pendingKey: null, doneAt: now } });
				return inUse.size > 0;
			}),

		beginVerification: async (runId, now) => {
			await prisma.verification.updateMany({ where: { guildId, doneAt: null, dueAt: { lte: now } }, data: { pendingKey: null, runId } });
		},

		fixesToVerify: async (runId) => {
			const rows = await prisma.fixAttempt.findMany({
				where: { verification: { guildId, runId }, ...FIXED },
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
				// Oldest fix first.
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

/** The roles that an attempt changed, or its plan if that is unknown. */
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

/** Those of the fixes that have been undone or are being undone. */
async function undoneAmong(prisma: Prisma.TransactionClient, fixes: readonly string[]): Promise<ReadonlySet<string>> {
	if (fixes.length === 0) return new Set();
	const rows = await prisma.$queryRaw<{ undoes: string }[]>`
		SELECT undoes FROM $schema."FixAttempt" WHERE (outcome = 'UNDONE' OR outcome IS NULL)
			AND undoes IN (SELECT jsonb_array_elements_text(${JSON.stringify(fixes)}::jsonb))`;
	return new Set(rows.map(({ undoes }) => undoes));
}

/** Adds a fix to the pending verification, or opens one. Call it in the transaction that ends the fix. */
export async function joinVerification(
	transaction: Prisma.TransactionClient,
	guildId: string,
	attemptId: string,
	fix: { readonly at: Date; readonly verifyAfterMinutes: number }
): Promise<void> {
	const dueAt = new Date(fix.at.getTime() + fix.verifyAfterMinutes * 60_000);
	// The no-op update locks the pending row until the fix has joined: a run that starts it waits, or has closed it before.
	await transaction.$executeRaw`
		WITH pending AS (
			INSERT INTO $schema."Verification" (id, "guildId", "pendingKey", "createdAt", "dueAt")
			VALUES (gen_random_uuid()::text, ${guildId}, ${guildId}, ${fix.at}, ${dueAt})
			ON CONFLICT ("pendingKey") DO UPDATE SET "pendingKey" = EXCLUDED."pendingKey" RETURNING id
		)
		UPDATE $schema."FixAttempt" SET "verificationId" = (SELECT id FROM pending) WHERE id = ${attemptId}`;
}
