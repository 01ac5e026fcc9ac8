import type { MoneyTotals } from '../reconciliation/domain/money.js';
import type { DailyFiguresStore, IssueSpan, Repairs } from '../reconciliation/health/daily-figures.js';
import { Prisma } from './client/client.js';
import type { Database } from './connection/database.js';
import { ISSUE_KIND } from './issue-kind.js';

/** What the chart of the last days counts, each in one pass over the issues. */
export function dailyFiguresStore({ prisma }: Database, guildId: string): DailyFiguresStore {
	/** 1 for a time at or after the first bound, up to the number of bounds; 0 before. */
	const dayOf = (time: Prisma.Sql, bounds: readonly Date[]) =>
		Prisma.sql`width_bucket(${time}, ARRAY(SELECT jsonb_array_elements_text(${JSON.stringify(bounds)}::jsonb)::timestamptz))`;
	const settled = Prisma.sql`"settledAt"`;

	return {
		countIssueSpans: (bounds) => prisma.$queryRaw<IssueSpan[]>`
			SELECT ${ISSUE_KIND} AS kind, ${dayOf(Prisma.sql`"firstSeenAt"`, bounds)} AS "from", ${dayOf(settled, bounds)} AS "to", count(*)::int AS many
			FROM $schema."Issue" WHERE "guildId" = ${guildId} AND ("settledAt" IS NULL OR "settledAt" >= ${bounds[0]})
			GROUP BY 1, 2, 3`,
		// An issue that recurred counts from then on. One that an exemption settled was not repaired.
		countRepairs: (bounds) => prisma.$queryRaw<(Repairs & { day: number | null })[]>`
			SELECT day, count(*)::int AS many,
				round(1000 * percentile_cont(0.5) WITHIN GROUP (ORDER BY date_part('epoch', "settledAt" - coalesce("cameBackAt", "firstSeenAt"))))::float8 AS "medianMs"
			FROM (
				SELECT *, ${dayOf(settled, bounds)} AS day FROM $schema."Issue"
				WHERE "guildId" = ${guildId} AND "settledAt" >= ${bounds[0]} AND "settledBy" IS NULL AND status IN ('FIXED', 'RESOLVED')
			) AS repaired
			GROUP BY ROLLUP (day) HAVING count(*) > 0`,
		moneyPerDay: (bounds) => prisma.$queryRaw<{ day: number; money: MoneyTotals }[]>`
			SELECT DISTINCT ON (1) ${dayOf(Prisma.sql`"startedAt"`, bounds)} AS day, money FROM $schema."ReconciliationRun"
			WHERE "guildId" = ${guildId} AND status = 'COMPLETED' AND "startedAt" >= ${bounds[0]} AND money IS NOT NULL
			ORDER BY 1, "startedAt" DESC`
	};
}
