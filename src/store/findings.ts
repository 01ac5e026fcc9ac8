import { planHash } from '../reconciliation/detection/role-plan.js';
import type { DriftIssue, OpenIssue } from '../reconciliation/domain/issue.js';
import type { Ledger } from '../reconciliation/domain/ports.js';
import { type Issue, IssueStatus, Prisma, type PrismaClient } from './client/client.js';
import type { Database } from './connection/database.js';
import { asStored, rowToOpenIssue, toJsonText } from './json.js';
import { chunk, keysetPages } from './paging.js';
import { recordSnapshot } from './snapshot.js';

type Findings = Parameters<Ledger['recordFindings']>[1];
type Live = Pick<Issue, 'id' | 'discordId' | 'type' | 'status'>;
type Settled = Live & { readonly settledAt: Date };
type Life = Pick<Issue, 'id' | 'discordId' | 'planHash' | 'firstSeenAt' | 'lastSeenAt' | 'timesSeen' | 'cameBackAt' | 'detail'>;

/** Short rows come back in pages of so many. */
const PAGE = 5_000;

/** What an issue has become. What it is is known, but for those that are being fixed: they stay what was claimed. */
const LIFE = Prisma.sql`
	issue.id, issue."discordId", issue."planHash", issue."firstSeenAt", issue."lastSeenAt", issue."timesSeen", issue."cameBackAt",
	CASE WHEN issue.status = 'FIXING' THEN issue.detail END AS detail`;

/** Drift that comes back within so many days of its fix is that issue again; later, it is another story with the same beginning. */
const SAME_ISSUE_DAYS = 7;
const DAY_MS = 86_400_000;

/** A run of a large guild writes thousands of issues in one transaction. */
const TRANSACTION_MS = 120_000;

/** Stores what a run found: all of it, or nothing. */
export function findingsStore({ prisma, kind }: Database, guildId: string): Pick<Ledger, 'recordFindings'> {
	return {
		recordFindings: async (runId, found) => {
			const recorded = await prisma.$transaction(
				async (transaction) => {
					const store = new FindingsWriter(transaction, guildId, runId, found);
					const issues = await store.recordIssues();
					await store.recordDebts();
					await recordSnapshot(transaction, runId, found, issues);
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
	await prisma.$executeRaw`VACUUM "Issue"`.catch(() => {});
}

/** What was settled a short while ago: of each person and kind of drift the newest issue. */
interface Past {
	/** Person and kind → the issue that was fixed. */
	readonly fixed: ReadonlyMap<string, string>;
	/** Settled since the run began: what it has read of these people may be older than that, and is left to the next run. */
	readonly settledMeanwhile: ReadonlySet<string>;
}

const NOTHING_PAST: Past = { fixed: new Map(), settledMeanwhile: new Set() };

class FindingsWriter {
	private readonly at: Date;
	private readonly found: ReadonlyMap<string, DriftIssue>;
	/** By Discord IDs, as they come back from the database. */
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
	 * Opens new issues, sees known ones again, resolves those that are gone. The same person with the same kind of drift is the same issue,
	 * also when it was fixed a short while ago.
	 */
	public async recordIssues(): Promise<readonly OpenIssue[]> {
		const { issues, skipped } = this.findings.detection;
		const live = await this.lockLive();
		const isSame = ({ discordId, type }: Live) => this.found.get(discordId)?.type === type;

		const gone = [...live.values()].filter(
			(issue) => !isSame(issue) && issue.status !== IssueStatus.FIXING && !skipped.has(issue.discordId)
		);
		await this.resolve(gone.map(({ id }) => id));
		await this.seeAgain(
			issues.flatMap((issue) => {
				const now = live.get(issue.discordId);
				return now !== undefined && isSame(now) ? [{ issue, id: now.id }] : [];
			})
		);
		// Whoever is being fixed of another kind of drift right now keeps that issue; what is left of it is the next run's.
		const fresh = issues.filter(({ discordId }) => {
			const now = live.get(discordId);
			return now === undefined || (!isSame(now) && now.status !== IssueStatus.FIXING);
		});
		const past = fresh.length === 0 ? NOTHING_PAST : await this.readPast();
		const readAfterwards = fresh.filter(({ discordId }) => !past.settledMeanwhile.has(discordId));
		await this.reopen(readAfterwards, past.fixed);
		await this.open(readAfterwards.filter(({ discordId }) => !this.stored.has(discordId)));
		return issues.map(({ discordId }) => this.stored.get(discordId)).filter((issue) => issue !== undefined);
	}

	/** The issues that live, by Discord IDs. Locked: one that is claimed between this look and what follows would be resolved while it is being fixed. */
	private async lockLive(): Promise<ReadonlyMap<string, Live>> {
		const onlyMember = this.findings.onlyMember ?? null;
		const live = new Map<string, Live>();
		const read = (after?: Live) =>
			this.prisma.$queryRaw<Live[]>`
				SELECT id, "discordId", type, status::text AS status FROM "Issue"
				WHERE "guildId" = ${this.guildId} AND "liveKey" IS NOT NULL AND id > ${after?.id ?? ''}
					AND (${onlyMember}::text IS NULL OR "discordId" = ${onlyMember}) ORDER BY id LIMIT ${PAGE} FOR UPDATE`;
		for await (const page of keysetPages(PAGE, read)) for (const issue of page) live.set(issue.discordId, issue);
		return live;
	}

	private keep(lives: readonly Life[]): void {
		for (const life of lives) {
			const detail = life.detail ?? asStored(this.found.get(life.discordId) as DriftIssue);
			this.stored.set(life.discordId, rowToOpenIssue({ ...life, detail }));
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

	private async seeAgain(seen: readonly { id: string; issue: DriftIssue }[]): Promise<void> {
		for (const batch of chunk(seen)) {
			// The plan of an issue that is being fixed stays the one that was claimed.
			const lives = await this.prisma.$queryRaw<Life[]>`
				UPDATE "Issue" AS issue SET
					"lastSeenAt" = ${this.at}, "timesSeen" = issue."timesSeen" + 1, "lastRunId" = ${this.runId}, severity = seen.severity,
					detail = CASE WHEN issue.status = 'FIXING' THEN issue.detail ELSE seen.detail END,
					"planHash" = CASE WHEN issue.status = 'FIXING' THEN issue."planHash" ELSE seen.hash END
				FROM jsonb_to_recordset(${asSeen(batch)}::jsonb) AS seen(id text, detail jsonb, severity text, hash text)
				WHERE issue.id = seen.id
				RETURNING ${LIFE}`;
			this.keep(lives);
		}
	}

	/** Reopens what was fixed a short while ago. */
	private async reopen(fresh: readonly DriftIssue[], fixed: Past['fixed']): Promise<void> {
		const again = fresh.flatMap((issue) => {
			const id = fixed.get(`${issue.discordId}:${issue.type}`);
			return id === undefined ? [] : [{ id, issue }];
		});
		for (const batch of chunk(again)) {
			// Asked for once more: a fix that is being undone at this moment is left to that.
			const lives = await this.prisma.$queryRaw<Life[]>`
				UPDATE "Issue" AS issue SET
					status = 'OPEN', "liveKey" = issue."guildId" || ':' || issue."discordId", "settledAt" = NULL, "settledBy" = NULL,
					"cameBackAt" = ${this.at}, "lastSeenAt" = ${this.at}, "timesSeen" = issue."timesSeen" + 1, "lastRunId" = ${this.runId},
					severity = seen.severity, detail = seen.detail, "planHash" = seen.hash
				FROM jsonb_to_recordset(${asSeen(batch)}::jsonb) AS seen(id text, detail jsonb, severity text, hash text)
				WHERE issue.id = seen.id AND issue.status = 'FIXED'
				RETURNING ${LIFE}`;
			this.keep(lives);
		}
	}

	private async readPast(): Promise<Past> {
		const since = new Date(this.at.getTime() - SAME_ISSUE_DAYS * DAY_MS);
		const fixed = new Map<string, string>();
		const settledMeanwhile = new Set<string>();
		const read = (after?: Settled) =>
			this.prisma.$queryRaw<Settled[]>`
				SELECT DISTINCT ON ("discordId", type) id, "discordId", type, status::text AS status, "settledAt" FROM "Issue"
				WHERE "guildId" = ${this.guildId} AND "liveKey" IS NULL AND "settledAt" >= ${since}
					AND ("discordId", type) > (${after?.discordId ?? ''}, ${after?.type ?? ''})
				ORDER BY "discordId", type, "settledAt" DESC, id DESC LIMIT ${PAGE}`;
		for await (const page of keysetPages(PAGE, read)) {
			for (const { id, discordId, type, status, settledAt } of page) {
				if (status === IssueStatus.FIXED) fixed.set(`${discordId}:${type}`, id);
				if (settledAt > this.at) settledMeanwhile.add(discordId);
			}
		}
		return { fixed, settledMeanwhile };
	}

	private async open(issues: readonly DriftIssue[]): Promise<void> {
		for (const batch of chunk(issues)) {
			const found = toJsonText(
				batch.map((detail) => ({
					discordId: detail.discordId,
					type: detail.type,
					severity: detail.severity,
					hash: planHash(detail.discordId, detail.plan),
					detail
				}))
			);
			// Not by createMany: Prisma makes a plan of thousands of steps for a thousand rows, and keeps it.
			const lives = await this.prisma.$queryRaw<Life[]>`
				INSERT INTO "Issue" AS issue (
					id, "guildId", "discordId", type, severity, "liveKey", "planHash", detail, "firstSeenAt", "lastSeenAt", "lastRunId"
				)
				SELECT
					replace(gen_random_uuid()::text, '-', ''), ${this.guildId}, found."discordId", found.type, found.severity,
					${this.guildId}::text || ':' || found."discordId", found.hash, found.detail, ${this.at}, ${this.at}, ${this.runId}
				FROM jsonb_to_recordset(${found}::jsonb) AS found("discordId" text, type text, severity text, hash text, detail jsonb)
				RETURNING ${LIFE}`;
			this.keep(lives);
		}
	}

	/** A debt that nothing dates counts from the first run that saw it; one that is paid is forgotten, so that the next starts anew. */
	public async recordDebts(): Promise<void> {
		const { newlyUnpaid, clearedDebts } = this.findings.detection;
		for (const batch of chunk(newlyUnpaid)) {
			const data = batch.map((subscriptionId) => ({ subscriptionId, firstSeenAt: this.at }));
			await this.prisma.seenDebt.createMany({ data, skipDuplicates: true });
		}
		for (const batch of chunk(clearedDebts)) await this.prisma.seenDebt.deleteMany({ where: { subscriptionId: { in: batch } } });
	}
}

/** What issues are now, for a statement that writes it into many rows. */
function asSeen(issues: readonly { readonly id: string; readonly issue: DriftIssue }[]): string {
	return toJsonText(
		issues.map(({ id, issue }) => ({ id, detail: issue, severity: issue.severity, hash: planHash(issue.discordId, issue.plan) }))
	);
}
