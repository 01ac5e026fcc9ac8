import type { Notices } from '../reconciliation/domain/detection.js';
import type { FixOutcome } from '../reconciliation/domain/issue.js';
import type { RoleName } from '../reconciliation/domain/rules.js';
import type { TriggeredBy } from '../reconciliation/domain/run.js';
import type { ArchivedRun, RecordedAttempt, RecordedIssue, RunArchiveStore } from '../reconciliation/runs/archive.js';
import type { PeopleListStore } from '../reconciliation/runs/people-list.js';
import { type FixAttempt, type Prisma, RunStatus } from './client/client.js';
import type { Database } from './connection/database.js';
import { fromJson, toOpenIssue } from './json.js';
import { chunk } from './paging.js';
import { FULL_RUN, WITHOUT_FINDINGS } from './run-scope.js';

const RUN = { id: true, status: true, triggeredBy: true, onlyMember: true, onlyMembers: true, startedAt: true, issuesFound: true } as const;

/** Reads ended runs with their issues and attempts. */
export function runArchiveStore({ prisma }: Database, guildId: string): RunArchiveStore & PeopleListStore {
	const ended = { guildId, status: { not: RunStatus.RUNNING }, completedAt: { not: null } };
	const stored = { ...ended, snapshotDeletedAt: null, NOT: WITHOUT_FINDINGS };
	const newestFirst = [{ startedAt: 'desc' }, { id: 'desc' }] satisfies Prisma.ReconciliationRunOrderByWithRelationInput[];

	return {
		endedRuns: async (limit) =>
			(await prisma.reconciliationRun.findMany({ where: stored, orderBy: newestFirst, take: limit, select: RUN })).map(toRun),
		newestNotices: async () => {
			const run = await prisma.reconciliationRun.findFirst({
				where: { ...ended, status: RunStatus.COMPLETED, ...FULL_RUN },
				orderBy: newestFirst,
				select: { startedAt: true, notices: true }
			});
			return run === null ? null : { at: run.startedAt, notices: fromJson<Pick<Notices, 'unclaimed' | 'absent' | 'payers'>>(run.notices) };
		},
		readRecord: async (runId) => {
			const run = await prisma.reconciliationRun.findFirst({
				where: runId === null ? { ...ended, status: RunStatus.COMPLETED, ...FULL_RUN } : { ...ended, id: runId },
				orderBy: newestFirst,
				select: { ...RUN, issues: true, notices: true, snapshotDeletedAt: true }
			});
			if (run === null) return null;
			if (run.snapshotDeletedAt !== null) return { run: toRun(run), issues: null, unknown: [] };
			const found = fromJson<unknown[]>(run.issues).map(toOpenIssue);
			const issues: RecordedIssue[] = [];
			for (const batch of chunk(found)) {
				const rows = await prisma.issue.findMany({
					where: { guildId, id: { in: batch.map(({ id }) => id) } },
					select: { id: true, status: true, attempts: { orderBy: [{ startedAt: 'asc' }, { id: 'asc' }] } }
				});
				const rowOf = new Map(rows.map((row) => [row.id, row]));
				for (const issue of batch) {
					const row = rowOf.get(issue.id);
					issues.push({ found: issue, statusNow: row?.status ?? null, attempts: toAttempts(row?.attempts ?? []) });
				}
			}
			const notices = run.notices === null ? null : fromJson<Pick<Notices, 'unknown'>>(run.notices);
			return { run: toRun(run), issues, unknown: notices?.unknown ?? [] };
		}
	};
}

function toRun(run: Prisma.ReconciliationRunGetPayload<{ select: typeof RUN }>): ArchivedRun {
	const { id, status, triggeredBy, onlyMember, onlyMembers, startedAt, issuesFound } = run;
	return {
		runId: id,
		status: status === RunStatus.FAILED ? 'FAILED' : 'COMPLETED',
		triggeredBy: triggeredBy as TriggeredBy,
		onlyMember,
		onlyMembers: onlyMembers === null ? null : fromJson<string[]>(onlyMembers),
		startedAt,
		issuesFound
	};
}

function toAttempts(rows: readonly FixAttempt[]): RecordedAttempt[] {
	const undos = rows.filter(({ outcome }) => outcome === ('UNDONE' satisfies FixOutcome));
	return rows.map(({ id, actor, startedAt, rolesBefore, rolesAfter, outcome, error, undoes }) => {
		const undo = undos.find((each) => each.undoes === id);
		return {
			id,
			actor,
			startedAt,
			rolesBefore: rolesBefore === null ? null : fromJson<RoleName[]>(rolesBefore),
			rolesAfter: rolesAfter === null ? null : fromJson<RoleName[]>(rolesAfter),
			outcome: outcome as FixOutcome | null,
			error,
			undoes,
			undoneBy: undo === undefined ? null : { actor: undo.actor, at: undo.completedAt ?? undo.startedAt }
		};
	});
}
