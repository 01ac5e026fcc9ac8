import { planHash } from '../reconciliation/detection/role-plan.js';
import type { DriftIssue, OpenIssue } from '../reconciliation/domain/issue.js';
import type { Ledger } from '../reconciliation/domain/ports.js';
import { type Issue, IssueStatus, Prisma, type PrismaClient } from './client/client.js';
import type { Database } from './connection/database.js';
import { asStored, rowToOpenIssue, toJsonText } from './json.js';
import { chunk, keysetPages } from './paging.js';
import { acceptFirstRules } from './rules.js';
import { recordSnapshot } from './snapshot.js';

type Findings = Parameters<Ledger['recordFindings']>[1];
type LiveIssue = Pick<Issue, 'id' | 'discordId' | 'type' | 'status'>;
type SettledIssue = LiveIssue & { readonly settledAt: Date };
type StoredColumns = Pick<Issue, 'id' | 'discordId' | 'planHash' | 'firstSeenAt' | 'lastSeenAt' | 'timesSeen' | 'cameBackAt' | 'detail'>;

/** Rows per page. */
const PAGE = 5_000;

/** The columns that recording returns. `detail` only where it differs from what was found: an issue that is being fixed keeps it. */
const STORED_COLUMNS = Prisma.sql`
	issue.id, issue."discordId", issue."planHash", issue."firstSeenAt", issue."lastSeenAt", issue."timesSeen", issue."cameBackAt",
	CASE WHEN issue.status = 'FIXING' THEN issue.detail END AS detail`;

/** Drift that recurs within this many days of its fix reopens the old issue; later it is a new one. */
const REOPEN_WITHIN_DAYS = 7;
const DAY_MS = 86_400_000;

/** A large guild's findings are tens of thousands of issues in one transaction. */
const TRANSACTION_MS = 120_000;

/** Stores the findings of a run in one transaction. */
export function findingsStore({ prisma, kind }: Database, guildId: string): Pick<Ledger, 'recordFindings'> {
	return {
		recordFindings: async (runId, found) => {
			const recorded = await prisma.$transaction(
				async (transaction) => {
					const store = new FindingsWriter(transaction, guildId, runId, found);
					const issues = await store.recordIssues();
					await store.recordDebts();
					await recordSnapshot(transaction, runId, found, issues);
					// Until setup is finished, they are still being found out, and nothing is taken by them.
					if (found.rules && !found.onlyMember && !found.onlyMembers && !found.onboarding)
						await acceptFirstRules(transaction, guildId, found.rules, found.at);
					return issues;
				},
				{ timeout: TRANSACTION_MS, maxWait: TRANSACTION_MS }
			);
			if (kind === 'embedded') await vacuumIssues(prisma);
			return recorded;
		}
	};
}

/** The embedded database has no autovacuum; without it a search reads rows instead of the index alone. Best effort: the findings are stored. */
async function vacuumIssues(prisma: PrismaClient): Promise<void> {
	await prisma.$executeRaw`VACUUM $schema."Issue"`.catch(() => {});
}

/** Recently settled issues, the newest of each member and drift kind. */
interface RecentlySettled {
	/** `discordId:type` → ID of the fixed issue. */
	readonly fixed: ReadonlyMap<string, string>;
	/** Discord IDs of issues settled since the run started. What the run read of them may be stale, so they are left to the next run. */
	readonly settledDuringRun: ReadonlySet<string>;
}

const NONE_SETTLED: RecentlySettled = { fixed: new Map(), settledDuringRun: new Set() };

class FindingsWriter {
	private readonly at: Date;
	private readonly found: ReadonlyMap<string, DriftIssue>;
	/** Stored issues by Discord ID. */
	private readonly stored = new Map<string, OpenIssue>();

	public constructor(
		private readonly prisma: Prisma.TransactionClient,
		private readonly guildId: string,
		private readonly runId: string,
		private readonly findings: Findings
	) {
		this.at = findings.at;
		this.found = new Map(findings.detection.issues.map((issue) => [issue.discordId, issue]));
	}

	/**
	 * Opens new issues, updates known ones, resolves those that are gone. The same member with the same kind of drift is the same issue,
	 * also if it was fixed recently.
	 */
	public async recordIssues(): Promise<readonly OpenIssue[]> {
		const { issues, skipped, unknown } = this.findings.detection;
		const live = await this.lockLive();
		const isSame = ({ discordId, type }: LiveIssue) => this.found.get(discordId)?.type === type;

		const gone = [...live.values()].filter(
			(issue) => !isSame(issue) && issue.status !== IssueStatus.FIXING && !skipped.has(issue.discordId)
		);
		await this.resolve(gone.map(({ id }) => id));
		await this.markUnknown(
			[...live.values()].filter(({ discordId, status }) => status === IssueStatus.OPEN && skipped.has(discordId) && unknown.has(discordId))
		);
		await this.updateSeen(
			issues.flatMap((issue) => {
				const known = live.get(issue.discordId);
				return known !== undefined && isSame(known) ? [{ issue, id: known.id }] : [];
			})
		);
		// A member who is being fixed of another kind of drift keeps that issue; the next run finds what remains.
		const fresh = issues.filter(({ discordId }) => {
			const known = live.get(discordId);
			return known === undefined || (!isSame(known) && known.status !== IssueStatus.FIXING);
		});
		const settled = fresh.length === 0 ? NONE_SETTLED : await this.readRecentlySettled();
		const current = fresh.filter(({ discordId }) => !settled.settledDuringRun.has(discordId));
		await this.reopen(current, settled.fixed);
		await this.open(current.filter(({ discordId }) => !this.stored.has(discordId)));
		return issues.map(({ discordId }) => this.stored.get(discordId)).filter((issue) => issue !== undefined);
	}

	/** Live issues by Discord ID. Locked: otherwise one claimed after this query could be resolved while it is being fixed. */
	private async lockLive(): Promise<ReadonlyMap<string, LiveIssue>> {
		const { onlyMember = null, onlyMembers = null } = this.findings;
		const compared = onlyMember === null ? onlyMembers : [onlyMember];
		const live = new Map<string, LiveIssue>();
		const read = (after?: LiveIssue) =>
			this.prisma.$queryRaw<LiveIssue[]>`
				SELECT id, "discordId", type, status::text AS status FROM $schema."Issue"
				WHERE "guildId" = ${this.guildId} AND "liveKey" IS NOT NULL AND id > ${after?.id ?? ''}
					AND (${compared === null} OR "discordId" = ANY(${[...(compared ?? [])]}::text[])) ORDER BY id LIMIT ${PAGE} FOR UPDATE`;
		for await (const page of keysetPages(PAGE, read)) for (const issue of page) live.set(issue.discordId, issue);
		return live;
	}

	private keep(rows: readonly StoredColumns[]): void {
		for (const row of rows) {
			const detail = row.detail ?? asStored(this.found.get(row.discordId) as DriftIssue);
			this.stored.set(row.discordId, rowToOpenIssue({ ...row, detail }));
		}
	}

	private async resolve(ids: readonly string[]): Promise<void> {
		for (const batch of chunk(ids)) {
			await this.prisma.issue.updateMany({
				where: { id: { in: batch } },
				data: { status: IssueStatus.RESOLVED, liveKey: null, settledAt: this.at }
			});
		}
	}

	/** Marks open issues of members of whom it is unknown what they should have. The next run that sees such an issue replaces its detail. */
	private async markUnknown(issues: readonly LiveIssue[]): Promise<void> {
		for (const batch of chunk(issues)) {
			const ids = batch.map(({ id }) => id);
			await this.prisma.$executeRaw`
				UPDATE $schema."Issue" SET detail = detail || '{"isUnknown": true}'::jsonb
				WHERE id IN (SELECT jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)) AND status = 'OPEN'`;
		}
	}

	private async updateSeen(seen: readonly { id: string; issue: DriftIssue }[]): Promise<void> {
		for (const batch of chunk(seen)) {
			// An issue that is being fixed keeps the plan that was claimed. A run that failed reported nothing: what it was the first to see is
			// still new.
			const rows = await this.prisma.$queryRaw<StoredColumns[]>`
				UPDATE $schema."Issue" AS issue SET
					"lastSeenAt" = ${this.at}, "lastRunId" = ${this.runId}, severity = seen.severity,
					"timesSeen" = issue."timesSeen" + CASE WHEN last.status = 'FAILED' THEN 0 ELSE 1 END,
					"cameBackAt" = CASE WHEN last.status = 'FAILED' AND issue."cameBackAt" = issue."lastSeenAt" THEN ${this.at} ELSE issue."cameBackAt" END,
					detail = CASE WHEN issue.status = 'FIXING' THEN issue.detail ELSE seen.detail END,
					"planHash" = CASE WHEN issue.status = 'FIXING' THEN issue."planHash" ELSE seen.hash END
				FROM jsonb_to_recordset(${updatesJson(batch)}::jsonb) AS seen(id text, detail jsonb, severity text, hash text),
					$schema."ReconciliationRun" AS last
				WHERE issue.id = seen.id AND last.id = issue."lastRunId"
				RETURNING ${STORED_COLUMNS}`;
			this.keep(rows);
		}
	}

	/** Reopens issues that were fixed recently. */
	private async reopen(fresh: readonly DriftIssue[], fixed: RecentlySettled['fixed']): Promise<void> {
		const recurred = fresh.flatMap((issue) => {
			const id = fixed.get(`${issue.discordId}:${issue.type}`);
			return id === undefined ? [] : [{ id, issue }];
		});
		for (const batch of chunk(recurred)) {
			// Checks the status again: an issue whose fix is being undone belongs to the undo.
			const rows = await this.prisma.$queryRaw<StoredColumns[]>`
				UPDATE $schema."Issue" AS issue SET
					status = 'OPEN', "liveKey" = issue."guildId" || ':' || issue."discordId", "settledAt" = NULL, "settledBy" = NULL,
					"cameBackAt" = ${this.at}, "lastSeenAt" = ${this.at}, "timesSeen" = issue."timesSeen" + 1, "lastRunId" = ${this.runId},
					severity = seen.severity, detail = seen.detail, "planHash" = seen.hash
				FROM jsonb_to_recordset(${updatesJson(batch)}::jsonb) AS seen(id text, detail jsonb, severity text, hash text)
				WHERE issue.id = seen.id AND issue.status = 'FIXED'
				RETURNING ${STORED_COLUMNS}`;
			this.keep(rows);
		}
	}

	private async readRecentlySettled(): Promise<RecentlySettled> {
		const since = new Date(this.at.getTime() - REOPEN_WITHIN_DAYS * DAY_MS);
		const fixed = new Map<string, string>();
		const settledDuringRun = new Set<string>();
		const read = (after?: SettledIssue) =>
			this.prisma.$queryRaw<SettledIssue[]>`
				SELECT DISTINCT ON ("discordId", type) id, "discordId", type, status::text AS status, "settledAt" FROM $schema."Issue"
				WHERE "guildId" = ${this.guildId} AND "liveKey" IS NULL AND "settledAt" >= ${since}
					AND ("discordId", type) > (${after?.discordId ?? ''}, ${after?.type ?? ''})
				ORDER BY "discordId", type, "settledAt" DESC, id DESC LIMIT ${PAGE}`;
		for await (const page of keysetPages(PAGE, read)) {
			for (const { id, discordId, type, status, settledAt } of page) {
				if (status === IssueStatus.FIXED) fixed.set(`${discordId}:${type}`, id);
				if (settledAt > this.at) settledDuringRun.add(discordId);
			}
		}
		return { fixed, settledDuringRun };
	}

	private async open(issues: readonly DriftIssue[]): Promise<void> {
		for (const batch of chunk(issues)) {
			const found = toJsonText(
				batch.map((detail) => ({
					discordId: detail.discordId,
					type: detail.type,
					severity: detail.severity,
					hash: planHash(detail),
					detail
				}))
			);
			// Not createMany: for a thousand rows, Prisma compiles and caches a query plan of thousands of steps.
			const rows = await this.prisma.$queryRaw<StoredColumns[]>`
				INSERT INTO $schema."Issue" AS issue (
					id, "guildId", "discordId", type, severity, "liveKey", "planHash", detail, "firstSeenAt", "lastSeenAt", "lastRunId"
				)
				SELECT
					replace(gen_random_uuid()::text, '-', ''), ${this.guildId}, found."discordId", found.type, found.severity,
					${this.guildId}::text || ':' || found."discordId", found.hash, found.detail, ${this.at}, ${this.at}, ${this.runId}
				FROM jsonb_to_recordset(${found}::jsonb) AS found("discordId" text, type text, severity text, hash text, detail jsonb)
				RETURNING ${STORED_COLUMNS}`;
			this.keep(rows);
		}
	}

	/** Records when an undated debt was first seen, and deletes cleared ones so that a new debt starts anew. */
	public async recordDebts(): Promise<void> {
		const { newlyUnpaid, clearedDebts } = this.findings.detection;
		// First: a subscription of which a former debt is remembered may have a new one.
		for (const batch of chunk(clearedDebts)) await this.prisma.seenDebt.deleteMany({ where: { subscriptionId: { in: batch } } });
		for (const batch of chunk(newlyUnpaid)) {
			const data = batch.map((subscriptionId) => ({ subscriptionId, firstSeenAt: this.at }));
			await this.prisma.seenDebt.createMany({ data, skipDuplicates: true });
		}
	}
}

/** The current state of known issues, as input of a bulk UPDATE. */
function updatesJson(issues: readonly { readonly id: string; readonly issue: DriftIssue }[]): string {
	return toJsonText(issues.map(({ id, issue }) => ({ id, detail: issue, severity: issue.severity, hash: planHash(issue) })));
}
