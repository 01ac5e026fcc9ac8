import { planHash } from '../reconciliation/detection/role-plan.js';
import type { Effect } from '../reconciliation/domain/effect.js';
import type { DriftIssue, FixOutcome } from '../reconciliation/domain/issue.js';
import type { AttemptEnd, AttemptStore, ClaimResult, InterruptedAttempt } from '../reconciliation/domain/ports.js';
import type { RoleName } from '../reconciliation/domain/rules.js';
import { AUTOMATIC } from '../reconciliation/fixes/attempt.js';
import { earlierWork, isRest, type PastAttempt } from '../reconciliation/fixes/earlier-work.js';
import { mayHaveChanged } from '../reconciliation/fixes/undo.js';
import { writeAudit } from './audit.js';
import { type FixAttempt, type Issue, IssueStatus, Prisma } from './client/client.js';
import type { Database } from './connection/database.js';
import { fromJson, nullable, rowToOpenIssue, toJson } from './json.js';
import { endExemption } from './undos.js';
import { joinVerification } from './verifications.js';

/** Condition on `attempt`: an automatic fix of a scheduled or targeted run. */
const OF_SCHEDULED_RUN = Prisma.sql`attempt.actor = ${AUTOMATIC} AND EXISTS (
	SELECT 1 FROM $schema."ReconciliationRun" AS run WHERE run.id = attempt."runId" AND run."triggeredBy" IN ('scheduled', 'targeted')
)`;

/**
 * Claims on issues and their outcomes. An attempt without an outcome is a claim.
 * @param verifyAfterMinutes - how long after a fix its verification is due
 */
export function attempts({ prisma }: Database, guildId: string, verifyAfterMinutes: number): AttemptStore {
	const endChange = async (attemptId: string) => {
		await prisma.$executeRaw`UPDATE $schema."FixAttempt" SET "changingUntil" = NULL WHERE id = ${attemptId}`;
	};
	return {
		claimIssue: async (issueId, hash, actor, runId, seconds) => {
			for (;;) {
				const result = await prisma.$transaction((transaction) => tryToClaim(transaction));
				// Released between the failed claim and the lookup of the reason: retry.
				if (result.kind !== 'plan-changed' || result.issue.planHash !== hash) return result;
			}

			async function tryToClaim(transaction: Prisma.TransactionClient): Promise<ClaimResult> {
				const claim = (planHash: string) =>
					transaction.issue.updateMany({
						where: { id: issueId, guildId, status: IssueStatus.OPEN, planHash },
						data: { status: IssueStatus.FIXING }
					});
				// Decides between concurrent claims: the row stays locked until the attempt is written.
				if ((await claim(hash)).count === 0) {
					const rest = await planHashOfRest(transaction, issueId, hash);
					if (rest === null || (await claim(rest)).count === 0) return claimRefusal(transaction, guildId, issueId);
				}
				const row = await transaction.issue.findUniqueOrThrow({ where: { id: issueId } });
				const issue = rowToOpenIssue(row);
				const earlier = earlierWork(await pastAttempts(transaction, issueId), [hash, issue.planHash]);
				const [attempt] = await transaction.$queryRaw<{ id: string }[]>`
					INSERT INTO $schema."FixAttempt" (id, "issueId", "runId", actor, "planHash", add, remove, "startedAt", "claimExpires")
					VALUES (gen_random_uuid()::text, ${issueId}, ${runId}, ${actor}, ${issue.planHash}, ${JSON.stringify(issue.plan.add)}::jsonb,
						${JSON.stringify(issue.plan.remove)}::jsonb, now(), now() + make_interval(secs => ${seconds}))
					RETURNING id`;
				if (attempt === undefined) throw new Error('INSERT … RETURNING returned no row.');
				return { kind: 'claimed', claim: { attemptId: attempt.id, issue, earlier } };
			}
		},

		renewClaim: async (attemptId, seconds) => {
			const renewed = await prisma.$executeRaw`
				UPDATE $schema."FixAttempt" SET "claimExpires" = now() + make_interval(secs => ${seconds})
				WHERE id = ${attemptId} AND outcome IS NULL AND "takenOverAt" IS NULL`;
			return renewed === 1;
		},

		// Announced and committed first, checked second, while a decision is stored first and looks for announcements second: one of them
		// sees the other, in whatever order they run.
		beginChange: async (attemptId, { seconds, callSeconds, rolesBefore, at }) => {
			const begun = await prisma.$executeRaw`
				UPDATE $schema."FixAttempt" SET "claimExpires" = now() + make_interval(secs => ${seconds}),
					"changingUntil" = now() + make_interval(secs => ${callSeconds}), "rolesBefore" = COALESCE("rolesBefore", ${JSON.stringify(rolesBefore)}::jsonb)
				WHERE id = ${attemptId} AND outcome IS NULL AND "takenOverAt" IS NULL`;
			if (begun === 0) return 'LOST';
			const [forbidden] = await prisma.$queryRaw<{ exempt: boolean; paused: boolean }[]>`
				SELECT CASE WHEN attempt.undoes IS NULL
						THEN EXISTS (
							SELECT 1 FROM $schema."Exemption" AS exemption
							WHERE exemption."discordId" = issue."discordId" AND (exemption."expiresAt" IS NULL OR exemption."expiresAt" > ${at})
						)
						ELSE NOT EXISTS (
							SELECT 1 FROM $schema."Exemption" AS own WHERE own.id = replace(attempt.id, '-', '') AND own."expiresAt" > ${at}
						)
					END AS exempt,
					(${OF_SCHEDULED_RUN}) AND EXISTS (
						SELECT 1 FROM $schema."Pause" AS pause
						WHERE pause."guildId" = ${guildId} AND pause."endedAt" IS NULL AND (pause.until IS NULL OR pause.until > ${at})
					) AS paused
				FROM $schema."FixAttempt" AS attempt JOIN $schema."Issue" AS issue ON issue.id = attempt."issueId" WHERE attempt.id = ${attemptId}`;
			if (!forbidden?.exempt && !forbidden?.paused) return 'GRANTED';
			await endChange(attemptId);
			return forbidden.exempt ? 'EXEMPT' : 'PAUSED';
		},

		endChange,

		isChanging: async (of) => {
			const condition = of === 'scheduled-run' ? OF_SCHEDULED_RUN : Prisma.sql`issue."discordId" = ${of.discordId}`;
			const [found] = await prisma.$queryRaw<{ changing: boolean }[]>`
				SELECT EXISTS (
					SELECT 1 FROM $schema."FixAttempt" AS attempt JOIN $schema."Issue" AS issue ON issue.id = attempt."issueId"
					WHERE attempt.outcome IS NULL AND attempt."changingUntil" > now() AND issue."guildId" = ${guildId} AND (${condition})
				) AS changing`;
			return found?.changing ?? false;
		},

		countTaken: async (since) => {
			// What took no access when it was planned is not counted, nor is a member twice.
			const rows = await prisma.$queryRaw<{ effect: string; members: number }[]>`
				SELECT issue.detail->>'effect' AS effect, count(DISTINCT issue."discordId")::int AS members
				FROM $schema."FixAttempt" AS attempt JOIN $schema."Issue" AS issue ON issue.id = attempt."issueId"
				WHERE issue."guildId" = ${guildId} AND attempt.actor = ${AUTOMATIC} AND attempt.outcome = 'FIXED' AND attempt.undoes IS NULL
					AND attempt."completedAt" >= ${since} AND attempt.remove <> '[]'
				GROUP BY 1`;
			const of = (effect: Effect) => rows.find((row) => row.effect === effect)?.members ?? 0;
			return { removes: of('removes'), lowers: of('lowers') };
		},

		endAttempt: (attemptId, end) =>
			prisma.$transaction(async (transaction) => {
				const ended = await transaction.fixAttempt.updateMany({
					where: { id: attemptId, outcome: null },
					data: {
						outcome: end.outcome,
						error: end.error,
						completedAt: end.at,
						rolesBefore: nullable(end.rolesBefore),
						rolesAfter: nullable(end.rolesAfter)
					}
				});
				// Another process has ended it: an attempt ends once.
				if (ended.count === 0) return null;
				const { issueId, runId, actor, undoes, issue } = await transaction.fixAttempt.findUniqueOrThrow({
					where: { id: attemptId },
					include: { issue: true }
				});
				await transaction.issue.update({
					where: { id: issueId },
					data: undoes === null ? issueAfter(end) : issueAfterUndo(end, actor, issue)
				});
				if (end.outcome === 'FIXED') await joinVerification(transaction, guildId, attemptId, { at: end.at, verifyAfterMinutes });
				if (undoes !== null && !mayHaveChanged(end)) await endExemption(transaction, guildId, attemptId, { at: end.at, actor });
				await writeAudit(transaction, guildId, [
					{
						at: end.at,
						actor,
						action: undoes === null ? 'fix' : 'undo',
						subject: issue.discordId,
						before: end.rolesBefore,
						after: end.rolesAfter,
						outcome: end.outcome,
						detail: end.error,
						attemptId
					}
				]);
				const { newDrift: _, ...stored } = end;
				return { ...stored, kind: undoes === null ? 'fix' : 'undo', issue: rowToOpenIssue(issue), runId, actor };
			}),

		interruptedAttempts: async (seconds) => {
			const rows = await prisma.$queryRaw<{ id: string }[]>`
				UPDATE $schema."FixAttempt" SET "claimExpires" = now() + make_interval(secs => ${seconds}), "takenOverAt" = now()
				WHERE outcome IS NULL AND "claimExpires" <= now() AND "issueId" IN (SELECT id FROM $schema."Issue" WHERE "guildId" = ${guildId})
				RETURNING id`;
			if (rows.length === 0) return [];
			const found = await prisma.fixAttempt.findMany({ where: { id: { in: rows.map(({ id }) => id) } }, include: { issue: true } });
			return Promise.all(
				found.map(async (attempt): Promise<InterruptedAttempt> => {
					const { plan, planHash, rolesBefore } = toPastAttempt(attempt);
					return {
						attemptId: attempt.id,
						issue: rowToOpenIssue(attempt.issue),
						actor: attempt.actor,
						undoes: attempt.undoes,
						plan,
						rolesBefore,
						earlier: attempt.undoes === null ? earlierWork(await pastAttempts(prisma, attempt.issueId), [planHash]) : null
					};
				})
			);
		}
	};
}

const PAST_ATTEMPT = { planHash: true, add: true, remove: true, outcome: true, rolesBefore: true, rolesAfter: true } as const;

function toPastAttempt({
	planHash,
	add,
	remove,
	outcome,
	rolesBefore,
	rolesAfter
}: Pick<FixAttempt, keyof typeof PAST_ATTEMPT>): PastAttempt {
	return {
		planHash,
		plan: { add: fromJson<RoleName[]>(add), remove: fromJson<RoleName[]>(remove) },
		outcome: outcome as FixOutcome | null,
		rolesBefore: fromJson<RoleName[] | null>(rolesBefore),
		rolesAfter: fromJson<RoleName[] | null>(rolesAfter)
	};
}

/** The attempts at an issue, oldest first. */
async function pastAttempts(database: Prisma.TransactionClient, issueId: string): Promise<readonly PastAttempt[]> {
	const rows = await database.fixAttempt.findMany({
		where: { issueId },
		orderBy: [{ startedAt: 'asc' }, { id: 'asc' }],
		select: PAST_ATTEMPT
	});
	return rows.map(toPastAttempt);
}

/** The hash of the issue's plan if a run has found what earlier attempts left of the approved plan; else null. */
async function planHashOfRest(transaction: Prisma.TransactionClient, issueId: string, approvedHash: string): Promise<string | null> {
	const row = await transaction.issue.findFirst({
		where: { id: issueId, status: IssueStatus.OPEN },
		select: { planHash: true, detail: true }
	});
	if (row === null) return null;
	const { plan, expectedRoles } = fromJson<DriftIssue>(row.detail);
	const earlier = earlierWork(await pastAttempts(transaction, issueId), [approvedHash]);
	return earlier !== null && isRest(plan, expectedRoles, earlier) ? row.planHash : null;
}

/** Excludes failed undos: an issue's last reported attempt is then still its fix. */
const REPORTED_OUTCOMES: Prisma.FixAttemptWhereInput = { OR: [{ undoes: null }, { outcome: null }, { outcome: 'UNDONE' }] };

async function claimRefusal(transaction: Prisma.TransactionClient, guildId: string, issueId: string): Promise<ClaimResult> {
	const row = await transaction.issue.findFirst({
		where: { id: issueId, guildId },
		include: { attempts: { where: REPORTED_OUTCOMES, orderBy: { startedAt: 'desc' }, take: 1 } }
	});
	if (row === null) return { kind: 'unknown' };
	const [last] = row.attempts;
	switch (row.status) {
		case IssueStatus.OPEN:
			return { kind: 'plan-changed', issue: rowToOpenIssue(row) };
		case IssueStatus.FIXING:
			return { kind: 'busy', actor: last?.actor ?? '', since: last?.startedAt ?? row.lastSeenAt };
		default: {
			const settling: readonly (string | null | undefined)[] = ['FIXED', 'RESOLVED', 'EXEMPT', 'UNDONE'] satisfies FixOutcome[];
			return {
				kind: 'settled',
				status: row.status,
				actor: row.settledBy ?? (settling.includes(last?.outcome) ? (last?.actor ?? null) : null),
				at: row.settledAt ?? row.lastSeenAt,
				undone: last?.outcome === 'UNDONE',
				exempted: row.settledBy !== null && last?.outcome !== 'UNDONE'
			};
		}
	}
}

/** The issue after a fix attempt: settled, or open again, with the new plan if there is one. */
function issueAfter(end: AttemptEnd): Prisma.IssueUpdateInput {
	switch (end.outcome) {
		case 'FIXED':
			return { status: IssueStatus.FIXED, liveKey: null, settledAt: end.at };
		case 'RESOLVED':
		case 'EXEMPT':
			return { status: IssueStatus.RESOLVED, liveKey: null, settledAt: end.at };
		default:
			return { status: IssueStatus.OPEN, ...(end.newDrift ? driftColumns(end.newDrift) : {}) };
	}
}

/** The issue after an undo: resolved by the operator, or as it was before. */
function issueAfterUndo(end: AttemptEnd, actor: string, { liveKey }: Pick<Issue, 'liveKey'>): Prisma.IssueUpdateInput {
	if (end.outcome === 'UNDONE') return { status: IssueStatus.RESOLVED, liveKey: null, settledAt: end.at, settledBy: actor };
	return { status: liveKey === null ? IssueStatus.FIXED : IssueStatus.OPEN };
}

function driftColumns(drift: DriftIssue): Prisma.IssueUpdateInput {
	return { type: drift.type, severity: drift.severity, planHash: planHash(drift), detail: toJson(drift) };
}
