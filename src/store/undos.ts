import { diffRoles, planHash } from '../reconciliation/detection/role-plan.js';
import { PSEUDONYM } from '../reconciliation/domain/audit.js';
import type { RoleName } from '../reconciliation/domain/rules.js';
import { mayHaveChanged, type NotUndoable, type UndoableFix, type UndoStore } from '../reconciliation/fixes/undo.js';
import { writeChange } from './audit.js';
import { type FixAttempt, IssueStatus, type Prisma } from './client/client.js';
import type { Database } from './connection/database.js';
import { fromJson, subjectOf } from './json.js';

/** Claims of undos. An undo is an attempt, so `endAttempt` ends it too. */
export function undoStore({ prisma }: Database, guildId: string): UndoStore {
	return {
		claimUndo: (order) =>
			prisma.$transaction(async (transaction) => {
				const fix = await transaction.fixAttempt.findFirst({
					where: { id: order.fixId, issue: { guildId, NOT: { discordId: { startsWith: PSEUDONYM } } } },
					include: { issue: true }
				});
				if (fix === null) return { kind: 'unknown' };
				const { issueId } = fix;
				const subject = subjectOf(fix.issue);
				const { discordId } = subject;
				// Locks the member's issues: concurrent claims to fix or undo wait for this transaction.
				await transaction.$queryRaw`
					SELECT id FROM $schema."Issue" WHERE "guildId" = ${guildId} AND "discordId" = ${discordId} ORDER BY id FOR UPDATE`;
				const attempts = await transaction.fixAttempt.findMany({
					where: { issue: { guildId, discordId } },
					orderBy: [{ startedAt: 'desc' }, { id: 'desc' }]
				});
				const done = attempts.find(({ undoes, outcome }) => undoes === fix.id && outcome === 'UNDONE');
				if (done) return { kind: 'undone', subject, actor: done.actor, at: done.completedAt ?? done.startedAt };
				const inProgress = attempts.find(({ outcome }) => outcome === null);
				if (inProgress) return { kind: 'busy', subject, actor: inProgress.actor, since: inProgress.startedAt };
				const undoable = undoPlan(fix.id, attempts);
				if (typeof undoable === 'string') return { kind: 'refused', subject, why: undoable };
				const { plan } = undoable;

				const [row] = await transaction.$queryRaw<{ id: string }[]>`
					INSERT INTO $schema."FixAttempt" (id, "issueId", "runId", actor, "planHash", add, remove, "startedAt", "claimExpires", undoes)
					VALUES (gen_random_uuid()::text, ${issueId}, ${fix.runId}, ${order.actor}, ${planHash({ discordId, plan })},
						${JSON.stringify(plan.add)}::jsonb, ${JSON.stringify(plan.remove)}::jsonb, now(), now() + make_interval(secs => ${order.seconds}),
						${fix.id})
					RETURNING id`;
				if (row === undefined) throw new Error('INSERT … RETURNING returned no row.');
				const attemptId = row.id;
				await transaction.issue.update({ where: { id: issueId }, data: { status: IssueStatus.FIXING }, select: { id: true } });
				await exempt(transaction, guildId, attemptId, { ...order, discordId });
				return { kind: 'claimed', subject, claim: { attemptId, issueId, ...undoable } };
			}),

		undoableFixes: async (text, limit) => {
			const rows = await prisma.$queryRaw<UndoableRow[]>`
				SELECT id, actor, at, "rolesBefore", "rolesAfter", "discordId", name FROM (
					SELECT DISTINCT ON (issue."discordId") fix.id, fix.actor, fix."completedAt" AS at, fix."rolesBefore", fix."rolesAfter",
						issue."discordId", issue.detail->>'discordName' AS name
					FROM $schema."FixAttempt" AS fix JOIN $schema."Issue" AS issue ON issue.id = fix."issueId"
					WHERE issue."guildId" = ${guildId} AND fix.outcome = 'FIXED' AND fix.undoes IS NULL AND NOT starts_with(issue."discordId", ${PSEUDONYM})
					ORDER BY issue."discordId", fix."startedAt" DESC, fix.id DESC
				) AS newest
				WHERE "rolesBefore" <> "rolesAfter"
					AND (position(lower(${text}) IN lower(name)) > 0 OR position(${text} IN "discordId") > 0)
					AND NOT EXISTS (
						SELECT 1 FROM $schema."FixAttempt" AS undo WHERE undo.undoes = newest.id AND (undo.outcome = 'UNDONE' OR undo.outcome IS NULL)
					)
				ORDER BY at DESC LIMIT ${limit}`;
			return rows.map(
				({ id, actor, at, rolesBefore, rolesAfter, discordId, name }): UndoableFix => ({
					attemptId: id,
					discordId,
					discordName: name,
					actor,
					at,
					change: diffRoles(rolesBefore, rolesAfter)
				})
			);
		}
	};
}

interface UndoableRow {
	readonly id: string;
	readonly actor: string;
	readonly at: Date;
	readonly rolesBefore: RoleName[];
	readonly rolesAfter: RoleName[];
	readonly discordId: string;
	readonly name: string;
}

/**
 * The plan of an undo, or why there is none.
 * @param attempts - all attempts on this member, newest first
 */
function undoPlan(fixId: string, attempts: readonly FixAttempt[]) {
	const refuse = (why: NotUndoable) => why;
	const fixes = attempts.filter(({ outcome, undoes }) => outcome === 'FIXED' && undoes === null);
	const fix = fixes.find(({ id }) => id === fixId);
	if (fix === undefined) return refuse('NO_FIX');
	if (fixes[0] !== fix) return refuse('NOT_NEWEST');
	const { before, after } = rolesOf(fix);
	if (before === null || after === null) return refuse('ROLES_UNKNOWN');
	// Resumes an undo that was interrupted after changing some roles.
	const interruptedUndos = attempts.flatMap((attempt) => (attempt.undoes === fixId ? [rolesOf(attempt)] : [])).filter(mayHaveChangedRoles);
	const lastKnown = interruptedUndos.find((each) => each.after !== null);
	const left = lastKnown?.after ?? after;
	const plan = diffRoles(left, before);
	const interrupted = interruptedUndos[0] !== lastKnown;
	return plan.add.length === 0 && plan.remove.length === 0 ? refuse('NO_FIX') : { left, plan, interrupted };
}

function rolesOf({ rolesBefore, rolesAfter }: Pick<FixAttempt, 'rolesBefore' | 'rolesAfter'>) {
	return { before: fromJson<RoleName[] | null>(rolesBefore), after: fromJson<RoleName[] | null>(rolesAfter) };
}

function mayHaveChangedRoles({ before, after }: ReturnType<typeof rolesOf>): boolean {
	return mayHaveChanged({ rolesBefore: before, rolesAfter: after });
}

/** An undo's exemption has the attempt's ID, without dashes like all exemption IDs. */
function exemptionOf(attemptId: string): string {
	return attemptId.replaceAll('-', '');
}

async function exempt(
	transaction: Prisma.TransactionClient,
	guildId: string,
	attemptId: string,
	exemption: { readonly discordId: string; readonly actor: string; readonly at: Date; readonly exemptUntil: Date; readonly reason: string }
): Promise<void> {
	const { discordId, actor, at, exemptUntil, reason } = exemption;
	await transaction.exemption.create({
		data: { id: exemptionOf(attemptId), discordId, reason, createdBy: actor, createdAt: at, expiresAt: exemptUntil },
		select: { id: true }
	});
	const after = { reason, expiresAt: exemptUntil };
	await writeChange(transaction, guildId, { at, actor, action: 'exempt', subject: discordId, before: null, after, attemptId });
}

/** Ends the exemption of an undo that changed nothing, unless an operator has ended it already. */
export async function endExemption(
	transaction: Prisma.TransactionClient,
	guildId: string,
	attemptId: string,
	{ at, actor }: { readonly at: Date; readonly actor: string }
): Promise<void> {
	const id = exemptionOf(attemptId);
	const exemption = await transaction.exemption.findUnique({ where: { id } });
	if (exemption === null) return;
	const ended = await transaction.exemption.updateMany({ where: { id, expiresAt: { gt: at } }, data: { expiresAt: at } });
	if (ended.count === 0) return;
	await writeChange(transaction, guildId, {
		at,
		actor,
		action: 'end-exemption',
		subject: exemption.discordId,
		before: { reason: exemption.reason, expiresAt: exemption.expiresAt },
		after: null,
		detail: 'The undo changed nothing.',
		attemptId
	});
}
