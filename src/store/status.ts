import type { Hold } from '../reconciliation/domain/hold.js';
import type { Money, MoneyTotals, MonthlyTotal } from '../reconciliation/domain/money.js';
import type { TriggeredBy } from '../reconciliation/domain/run.js';
import type { OpenKind, StatusStore, Undelivered } from '../reconciliation/health/status.js';
import type { RunSummary } from '../reconciliation/runs/history.js';
import { DeliveryStatus, Prisma, RunStatus } from './client/client.js';
import type { Database } from './connection/database.js';
import { inForce } from './exemptions.js';
import { RUN_HOLDS } from './holds.js';
import { ISSUE_KIND } from './issue-kind.js';
import { fromJson } from './json.js';
import { toNews } from './news.js';
import { FULL_RUN, WITHOUT_FINDINGS } from './run-scope.js';
import { probeDatabase } from './write-probe.js';

const SUMMARY = {
	id: true,
	status: true,
	triggeredBy: true,
	requestedBy: true,
	isVerificationRun: true,
	onlyMember: true,
	onlyMembers: true,
	startedAt: true,
	completedAt: true,
	issuesFound: true,
	issuesFixed: true,
	failure: true,
	held: true,
	news: true,
	money: true,
	holds: { where: { scope: { in: RUN_HOLDS } }, select: { releasedBy: true } },
	reportChannelId: true,
	reportMessageId: true
} as const;

/** Undelivered messages that the status lists one by one. */
const MAX_UNDELIVERED_SHOWN = 10;

/** The database's part of `/reconcile status` and of the run history. */
export function statusStore({ prisma }: Database, guildId: string): Omit<StatusStore, 'newestReading'> {
	return {
		recentRuns: async ({ since, skip, take }) => {
			const rows = await prisma.reconciliationRun.findMany({
				where: { guildId, startedAt: { gte: since }, NOT: WITHOUT_FINDINGS },
				orderBy: { startedAt: 'desc' },
				select: SUMMARY,
				skip,
				take
			});
			return rows.map(toSummary);
		},
		findRun: async (runId) => {
			const row = await prisma.reconciliationRun.findFirst({ where: { id: runId, guildId }, select: SUMMARY });
			return row === null ? null : toSummary(row);
		},
		countRuns: async (since) => {
			const where = { guildId, startedAt: { gte: since }, NOT: WITHOUT_FINDINGS };
			const runs = await prisma.reconciliationRun.count({ where });
			const failed = await prisma.reconciliationRun.count({ where: { ...where, status: RunStatus.FAILED } });
			const fixed = await prisma.fixAttempt.count({ where: { issue: { guildId }, outcome: 'FIXED', completedAt: { gte: since } } });
			return { runs, failed, fixed };
		},
		lastSuccess: async () => {
			const row = await prisma.reconciliationRun.findFirst({
				where: { guildId, status: RunStatus.COMPLETED, ...FULL_RUN },
				orderBy: { startedAt: 'desc' },
				select: SUMMARY
			});
			return row === null ? null : toSummary(row);
		},
		lastTargeted: async () => {
			const row = await prisma.reconciliationRun.findFirst({
				where: { guildId, onlyMembers: { not: Prisma.DbNull } },
				orderBy: { startedAt: 'desc' },
				select: SUMMARY
			});
			return row === null ? null : toSummary(row);
		},
		openByKind: async () => {
			return prisma.$queryRaw<OpenKind[]>`
				SELECT ${ISSUE_KIND} AS kind, count(*)::int AS many, min("firstSeenAt") AS oldest FROM $schema."Issue"
				WHERE "guildId" = ${guildId} AND status IN ('OPEN', 'FIXING') GROUP BY 1 ORDER BY 1`;
		},
		openMoney: async () => {
			const rows = await prisma.$queryRaw<OpenMoneyRow[]>`
				SELECT detail->'money'->>'counts' AS counts, each->>'currency' AS currency, sum((each->>'amount')::float8) AS amount,
					bool_or((detail->'money'->>'isMinimum')::boolean) AS "isMinimum", count(*)::int AS many
				FROM $schema."Issue" LEFT JOIN LATERAL jsonb_array_elements(detail->'money'->'amounts') AS each ON true
				WHERE "guildId" = ${guildId} AND status IN ('OPEN', 'FIXING') AND detail->'money'->>'counts' IS NOT NULL
				GROUP BY 1, 2 ORDER BY 1, 2`;
			return { paid: toTotal(rows, 'paid'), unpaid: toTotal(rows, 'unpaid') };
		},
		pendingVerification: async () => {
			// Includes a verification whose run failed or was killed.
			const pending = await prisma.verification.findFirst({
				where: { guildId, doneAt: null },
				orderBy: { dueAt: 'asc' },
				select: { dueAt: true, _count: { select: { attempts: true } } }
			});
			return pending === null ? null : { dueAt: pending.dueAt, fixes: pending._count.attempts };
		},
		undelivered: async () => {
			const rows = await prisma.delivery.findMany({
				where: { guildId, status: DeliveryStatus.PENDING, tries: { gt: 0 } },
				orderBy: { createdAt: 'asc' },
				take: MAX_UNDELIVERED_SHOWN
			});
			return rows.map(({ channel, subject, createdAt, tries, lastError, nextTryAt }) => ({
				channel: channel as Undelivered['channel'],
				subject,
				since: createdAt,
				tries,
				lastError,
				nextTryAt
			}));
		},
		countExemptions: async (now) => {
			const members = await prisma.exemption.findMany({
				where: inForce(now),
				distinct: ['discordId'],
				select: { discordId: true }
			});
			return members.length;
		},
		ping: async () => {
			await probeDatabase({ prisma });
		}
	};
}

/** A sum of open issues. One without a currency is of issues without a known amount. */
type OpenMoneyRow =
	| (Money & { readonly counts: string; readonly isMinimum: boolean; readonly many: number })
	| { readonly counts: string; readonly currency: null; readonly many: number };

function toTotal(rows: readonly OpenMoneyRow[], counts: keyof MoneyTotals): MonthlyTotal {
	const total = { amounts: [] as Money[], isMinimum: false, unknown: 0 };
	for (const row of rows) {
		if (row.counts !== counts) continue;
		if (row.currency === null) total.unknown += row.many;
		else {
			total.amounts.push({ currency: row.currency, amount: row.amount });
			total.isMinimum ||= row.isMinimum;
		}
	}
	return total;
}

type SummaryRow = Prisma.ReconciliationRunGetPayload<{ select: typeof SUMMARY }>;

function toSummary({
	id,
	held,
	holds,
	news,
	money,
	onlyMembers,
	reportChannelId,
	reportMessageId,
	triggeredBy,
	...row
}: SummaryRow): RunSummary {
	return {
		...row,
		runId: id,
		onlyMembers: onlyMembers === null ? null : fromJson<string[]>(onlyMembers),
		triggeredBy: triggeredBy as TriggeredBy,
		hold: held === null ? null : fromJson<Hold>(held),
		holdReleasedBy: holds[0]?.releasedBy ?? null,
		news: toNews(news),
		money: money === null ? null : fromJson<MoneyTotals>(money),
		report: reportChannelId !== null && reportMessageId !== null ? { channelId: reportChannelId, messageId: reportMessageId } : null
	};
}
