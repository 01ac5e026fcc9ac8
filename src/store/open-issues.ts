import type { BulkScope } from '../reconciliation/domain/hold.js';
import { bySeverity, SEVERITIES } from '../reconciliation/domain/issue.js';
import type { IssueSearch, IssueStore, ListedIssue } from '../reconciliation/fixes/bulk-plan.js';
import { type Issue, IssueStatus, Prisma, RunStatus } from './client/client.js';
import type { Database } from './connection/database.js';
import { rowToOpenIssue, storableText } from './json.js';
import { readOnboarding } from './onboarding.js';
import { keysetPages } from './paging.js';
import { readRuleChange } from './rules.js';
import { FULL_RUN } from './run-scope.js';

const PAGE = 5_000;

/** The expression that the index of open issues is ordered by. */
const SEVERITY_RANK = Prisma.raw(`array_position(ARRAY[${SEVERITIES.map((severity) => `'${severity}'`).join(', ')}], severity)`);

/** The beginning of an issue ID, or of a suggestion's value: `<issue ID>:<plan hash>`. */
const ISSUE_PREFIX = /^([a-z0-9]{1,32})(?::([0-9a-f]*))?$/;

type ListedRow = Pick<Issue, 'id' | 'planHash' | 'firstSeenAt' | 'lastSeenAt' | 'timesSeen' | 'cameBackAt' | 'detail' | 'lastRunId'>;

/** Open issues: listed for a bulk fix, searched for a single one. */
export function issueStore({ prisma }: Database, guildId: string): IssueStore & IssueSearch {
	/** The subquery reads nothing but the index; rows are fetched for its few results only. */
	const listMatching = async (condition: Prisma.Sql, limit: number): Promise<readonly ListedIssue[]> => {
		const rows = await prisma.$queryRaw<ListedRow[]>`
			SELECT issue.id, "planHash", issue."firstSeenAt", "lastSeenAt", "timesSeen", "cameBackAt", detail, "lastRunId"
			FROM (
				SELECT id, ${SEVERITY_RANK} AS rank, "firstSeenAt" FROM $schema."Issue"
				WHERE "guildId" = ${guildId} AND status = 'OPEN' AND (${condition})
				ORDER BY ${SEVERITY_RANK}, "firstSeenAt", id LIMIT ${limit}
			) AS match JOIN $schema."Issue" AS issue ON issue.id = match.id
			ORDER BY match.rank, match."firstSeenAt", match.id`;
		return rows.map(toListedIssue);
	};

	return {
		openIssues: async (scope: BulkScope) => {
			// Of members without a link, the server's own rule makes issues of any type.
			const open = { guildId, status: IssueStatus.OPEN, ...(scope === 'all' || scope === 'UNLINKED' ? {} : { type: scope }) };
			const issues: ListedIssue[] = [];
			const read = (after?: Issue) =>
				prisma.issue.findMany({ where: { ...open, id: { gt: after?.id ?? '' } }, orderBy: { id: 'asc' }, take: PAGE });
			for await (const page of keysetPages(PAGE, read)) for (const row of page) issues.push(toListedIssue(row));
			return issues.sort((a, b) => bySeverity(a, b) || a.firstSeenAt.getTime() - b.firstSeenAt.getTime());
		},
		searchOpenIssues: (text, limit, kinds = []) => {
			const wanted = storableText(text);
			const conditions = [Prisma.sql`"searchText" LIKE lower(${`%${escapeLike(wanted)}%`})`];
			if (/^\d+$/.test(wanted)) conditions.push(Prisma.sql`"discordId" LIKE ${`${wanted}%`}`);
			const [, id, planHash] = ISSUE_PREFIX.exec(wanted.toLowerCase()) ?? [];
			if (id !== undefined && planHash === undefined) conditions.push(Prisma.sql`id LIKE ${`${id}%`}`);
			if (id !== undefined && planHash !== undefined) conditions.push(Prisma.sql`(id = ${id} AND "planHash" LIKE ${`${planHash}%`})`);
			if (kinds.length > 0) conditions.push(Prisma.sql`type = ANY(${[...kinds]}::text[])`);
			return listMatching(Prisma.join(conditions, ' OR '), limit);
		},
		findOpenIssues: (idOrName, limit) => {
			const wanted = storableText(idOrName);
			return listMatching(
				Prisma.sql`"searchText" LIKE lower(${escapeLike(wanted)}) || E'\\n%' OR "discordId" = ${wanted} OR id = lower(${wanted})`,
				limit
			);
		},
		openIssue: async (issueId) => {
			const row = await prisma.issue.findFirst({ where: { id: issueId, guildId, status: IssueStatus.OPEN } });
			return row === null ? null : toListedIssue(row);
		},
		listIssues: async ({ status, type, after, limit }) => {
			const rows = await prisma.issue.findMany({
				where: {
					guildId,
					status: status === 'OPEN' ? { in: [IssueStatus.OPEN, IssueStatus.FIXING] } : status,
					id: { gt: after ?? '' },
					...(type !== null && { type })
				},
				orderBy: { id: 'asc' },
				take: limit
			});
			return rows.map((row) => ({ ...toListedIssue(row), status: row.status }));
		},
		newestReading: async () => {
			const run = await prisma.reconciliationRun.findFirst({
				where: { guildId, status: RunStatus.COMPLETED, ...FULL_RUN },
				orderBy: { startedAt: 'desc' },
				select: {
					id: true,
					startedAt: true,
					roleHolders: true,
					payingCustomers: true,
					comparablePayers: true,
					ruleChange: true,
					onboarding: true,
					livemode: true,
					subscriptionsRead: true
				}
			});
			if (run === null) return null;
			const { id, roleHolders, payingCustomers, comparablePayers, livemode, subscriptionsRead } = run;
			const ruleChange = await readRuleChange(prisma, guildId, run);
			const onboarding = await readOnboarding(prisma, guildId, run);
			return {
				runId: id,
				livemode,
				hasSubscriptions: subscriptionsRead !== 0,
				roleHolders: roleHolders ?? 0,
				payingCustomers: comparablePayers ?? payingCustomers ?? 0,
				ruleChange: ruleChange?.acceptedBy === null ? ruleChange : null,
				onboarding: onboarding?.endedBy === null ? onboarding : null
			};
		}
	};
}

function toListedIssue(row: ListedRow): ListedIssue {
	return { ...rowToOpenIssue(row), lastRunId: row.lastRunId };
}

/** Makes a text stand for itself in a LIKE pattern. */
function escapeLike(text: string): string {
	return text.replace(/[\\%_]/g, '\\$&');
}
