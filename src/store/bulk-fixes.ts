import type { FixOutcome } from '../reconciliation/domain/issue.js';
import type { ApprovedBulk, ApprovedIssue, BulkStore } from '../reconciliation/fixes/bulk.js';
import type { Database } from './connection/database.js';
import { fromJson, toJson } from './json.js';

/** Interrupted attempts are retried. */
const RETRIED: FixOutcome = 'INTERRUPTED';

/** Leases on bulk fixes. Times are the database's, so the clocks of several machines need not agree. */
export function bulkStore({ prisma }: Database, guildId: string): BulkStore {
	return {
		startBulk: async ({ runId, scope, actor, actorName, issues }, holder, seconds) => {
			const [row] = await prisma.$queryRaw<{ id: string }[]>`
				INSERT INTO $schema."BulkFix" (id, "guildId", "runId", scope, actor, "actorName", issues, "startedAt", holder, "expiresAt")
				VALUES (gen_random_uuid()::text, ${guildId}, ${runId}, ${scope}, ${actor}, ${actorName}, ${JSON.stringify(toJson(issues))}::jsonb,
					now(), ${holder}, now() + make_interval(secs => ${seconds}))
				RETURNING id`;
			if (row === undefined) throw new Error('INSERT … RETURNING returned no row.');
			return row.id;
		},
		renewBulk: async (id, holder, seconds) => {
			const renewed = await prisma.$executeRaw`
				UPDATE $schema."BulkFix" SET "expiresAt" = now() + make_interval(secs => ${seconds})
				WHERE id = ${id} AND holder = ${holder} AND "endedAt" IS NULL`;
			return renewed === 1;
		},
		releaseBulk: async (id, holder) => {
			// The column rounds to milliseconds, up as well as down: 1 ms earlier, so that it is never in the future.
			await prisma.$executeRaw`UPDATE $schema."BulkFix" SET "expiresAt" = now() - interval '1 millisecond' WHERE id = ${id} AND holder = ${holder}`;
		},
		endBulk: async (id, at) => {
			await prisma.bulkFix.update({ where: { id }, data: { endedAt: at }, select: { id: true } });
		},
		acquireBulk: async (holder, seconds) => {
			const [row] = await prisma.$queryRaw<BulkRow[]>`
				UPDATE $schema."BulkFix" SET holder = ${holder}, "expiresAt" = now() + make_interval(secs => ${seconds})
				WHERE id = (
					SELECT id FROM $schema."BulkFix" WHERE "guildId" = ${guildId} AND "endedAt" IS NULL AND "expiresAt" <= now()
					ORDER BY "startedAt" LIMIT 1 FOR UPDATE SKIP LOCKED
				)
				RETURNING id, "runId", scope, actor, "actorName", issues, "startedAt"`;
			if (row === undefined) return null;
			const { id, issues, scope, startedAt, ...rest } = row;
			const bulk: ApprovedBulk = { ...rest, scope: scope as ApprovedBulk['scope'], issues: fromJson<ApprovedIssue[]>(issues) };
			const attempts = await prisma.$queryRaw<{ issueId: string; outcome: FixOutcome }[]>`
				SELECT "issueId", outcome FROM $schema."FixAttempt"
				WHERE "issueId" IN (SELECT issue->>'id' FROM jsonb_array_elements(${JSON.stringify(bulk.issues)}::jsonb) AS issue)
					AND actor = ${bulk.actor} AND "startedAt" >= ${startedAt} AND undoes IS NULL AND outcome IS NOT NULL AND outcome <> ${RETRIED}
				ORDER BY "startedAt"`;
			return { id, bulk, startedAt, done: new Map(attempts.map(({ issueId, outcome }) => [issueId, outcome])) };
		}
	};
}

interface BulkRow {
	readonly id: string;
	readonly runId: string;
	readonly scope: string;
	readonly actor: string;
	readonly actorName: string;
	readonly issues: Parameters<typeof fromJson>[0];
	readonly startedAt: Date;
}
