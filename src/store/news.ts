import type { News, SettledCounts } from '../reconciliation/domain/news.js';
import type { NewsStore } from '../reconciliation/domain/ports.js';
import { Prisma, RunStatus } from './client/client.js';
import type { Database } from './connection/database.js';
import { fromJson } from './json.js';
import { FULL_RUN } from './run-scope.js';

/** What the news of a run are compared with. */
export function newsStore({ prisma }: Database, guildId: string): NewsStore {
	const newest = async (triggeredBy: readonly string[]) => {
		const run = await prisma.reconciliationRun.findFirst({
			where: {
				guildId,
				status: RunStatus.COMPLETED,
				triggeredBy: { in: [...triggeredBy] },
				onboarding: { equals: Prisma.DbNull },
				...FULL_RUN
			},
			orderBy: { startedAt: 'desc' },
			select: { startedAt: true, completedAt: true }
		});
		return run === null ? null : { startedAt: run.startedAt, completedAt: run.completedAt ?? run.startedAt };
	};
	return {
		lastReported: async (preferDaily) => (preferDaily ? await newest(['scheduled']) : null) ?? newest(['scheduled', 'manual']),
		countSettledSince: async ({ startedAt, completedAt }) => {
			const rows = await prisma.$queryRaw<{ how: keyof SettledCounts; many: number }[]>`
				SELECT CASE
						WHEN issue.status = 'FIXED' THEN 'fixed'
						WHEN last.outcome = 'UNDONE' THEN 'undone'
						WHEN issue."settledBy" IS NOT NULL THEN 'ignored'
						ELSE 'gone'
					END AS how, count(*)::int AS many
				FROM $schema."Issue" AS issue
				LEFT JOIN LATERAL (
					SELECT attempt.outcome FROM $schema."FixAttempt" AS attempt
					WHERE attempt."issueId" = issue.id AND (attempt.undoes IS NULL OR attempt.outcome = 'UNDONE')
					ORDER BY attempt."startedAt" DESC LIMIT 1
				) AS last ON issue.status = 'RESOLVED'
				WHERE issue."guildId" = ${guildId} AND issue."firstSeenAt" <= ${startedAt} AND issue."settledAt" > ${completedAt}
					AND NOT EXISTS (SELECT FROM $schema."Issue" AS live WHERE live."liveKey" = issue."guildId" || ':' || issue."discordId")
				GROUP BY 1`;
			const counts = { fixed: 0, undone: 0, ignored: 0, gone: 0 };
			for (const { how, many } of rows) counts[how] = many;
			return counts;
		}
	};
}

/** Parses the news of a run. Null for a run of an older version. */
export function toNews(stored: Prisma.JsonValue): News | null {
	if (stored === null) return null;
	const { since, ...news } = fromJson<Omit<News, 'since'> & { readonly since: string | null }>(stored);
	return { ...news, since: since === null ? null : new Date(since) };
}
