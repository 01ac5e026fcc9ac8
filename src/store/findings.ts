import { planHash } from '../reconciliation/plan.js';
import type { Ledger } from '../reconciliation/ports.js';
import type { DriftIssue, OpenIssue } from '../reconciliation/types.js';
import { type Issue, IssueStatus, type Prisma } from './client/client.js';
import type { Database } from './database.js';
import { asStored, rowToOpenIssue, toJson, toJsonText } from './json.js';

type Findings = Parameters<Ledger['recordFindings']>[1];
type Live = Pick<Issue, 'id' | 'discordId' | 'type' | 'status'>;
type Life = Pick<Issue, 'id' | 'discordId' | 'planHash' | 'firstSeenAt' | 'lastSeenAt' | 'timesSeen' | 'cameBackAt' | 'detail'>;

/** Rows go to the database in batches of so many, each one statement. */
const BATCH = 1_000;

/** Drift that comes back within so many days of its fix is that issue again; later, it is another story with the same beginning. */
const SAME_STORY_DAYS = 7;
const DAY_MS = 86_400_000;

/** A run of a large guild writes thousands of issues in one transaction. */
const TRANSACTION_MS = 120_000;

/** Stores what a run found: all of it, or nothing. */
export function findings({ prisma }: Database, guildId: string): Pick<Ledger, 'recordFindings'> {
	return {
		recordFindings: (runId, found) =>
			prisma.$transaction(
				async (transaction) => {
					const store = new FindingsStore(transaction, guildId, runId, found);
					const issues = await store.recordIssues(found);
					await store.recordDebts(found);
					await store.recordSnapshot(found, issues);
					return issues;
				},
				{ timeout: TRANSACTION_MS, maxWait: TRANSACTION_MS }
			)
	};
}

class FindingsStore {
	private readonly at: Date;
	private readonly onlyMember: string | null;

	public constructor(
		private readonly prisma: Prisma.TransactionClient,
		private readonly guildId: string,
		private readonly runId: string,
		{ at, onlyMember }: Findings
	) {
		this.at = at;
		this.onlyMember = onlyMember ?? null;
	}

	/**
	 * Opens new issues, sees known ones again, resolves those that are gone. The same person with the same kind of drift is the same issue,
	 * also when it was fixed a short while ago.
	 */
	public async recordIssues({ detection }: Findings): Promise<readonly OpenIssue[]> {
		// Locked: an issue that is claimed between this look and what follows would be resolved while it is being fixed.
		const live = await this.prisma.$queryRaw<Live[]>`
			SELECT id, "discordId", type, status::text AS status FROM "Issue"
			WHERE "guildId" = ${this.guildId} AND "liveKey" IS NOT NULL
				AND (${this.onlyMember}::text IS NULL OR "discordId" = ${this.onlyMember}) ORDER BY id FOR UPDATE`;
		const liveOf = new Map(live.map((issue) => [issue.discordId, issue]));
		const found = new Map(detection.issues.map((issue) => [issue.discordId, issue]));
		const isSame = ({ discordId, type }: Live) => found.get(discordId)?.type === type;

		const gone = live.filter((issue) => !isSame(issue) && issue.status !== IssueStatus.FIXING && !detection.leftAlone.has(issue.discordId));
		await this.resolve(gone.map(({ id }) => id));
		const known = detection.issues.filter(({ discordId }) => liveOf.has(discordId) && isSame(liveOf.get(discordId) as Live));
		await this.seeAgain(known.map((issue) => ({ issue, id: (liveOf.get(issue.discordId) as Live).id })));
		// Whoever is being fixed of another kind of drift right now keeps that issue; what is left of it is the next run's.
		const fresh = detection.issues.filter(({ discordId }) => {
			const now = liveOf.get(discordId);
			return now === undefined || (!isSame(now) && now.status !== IssueStatus.FIXING);
		});
		const back = await this.reopen(fresh);
		await this.open(fresh.filter(({ discordId }) => !back.has(discordId)));

		// What they are is known here, but for those that are being fixed: they stay what was claimed.
		const rows = await this.prisma.$queryRaw<Life[]>`
			SELECT
				id, "discordId", "planHash", "firstSeenAt", "lastSeenAt", "timesSeen", "cameBackAt",
				CASE WHEN status = 'FIXING' THEN detail END AS detail
			FROM "Issue" WHERE "guildId" = ${this.guildId} AND "lastRunId" = ${this.runId} AND "liveKey" IS NOT NULL`;
		const lives = new Map(rows.map((row) => [row.discordId, row]));
		return detection.issues.flatMap((issue) => {
			const life = lives.get(issue.discordId);
			return life === undefined ? [] : rowToOpenIssue({ ...life, detail: life.detail ?? asStored(issue) });
		});
	}

	private async resolve(ids: readonly string[]): Promise<void> {
		for (const batch of batches(ids)) {
			await this.prisma.issue.updateMany({
				where: { id: { in: batch } },
				data: { status: IssueStatus.RESOLVED, liveKey: null, settledAt: this.at }
			});
		}
	}

	private async seeAgain(seen: readonly { id: string; issue: DriftIssue }[]): Promise<void> {
		for (const batch of batches(seen)) {
			// The plan of an issue that is being fixed stays the one that was claimed.
			await this.prisma.$executeRaw`
				UPDATE "Issue" AS issue SET
					"lastSeenAt" = ${this.at}, "timesSeen" = issue."timesSeen" + 1, "lastRunId" = ${this.runId}, severity = seen.severity,
					detail = CASE WHEN issue.status = 'FIXING' THEN issue.detail ELSE seen.detail END,
					"planHash" = CASE WHEN issue.status = 'FIXING' THEN issue."planHash" ELSE seen.hash END
				FROM jsonb_to_recordset(${asSeen(batch)}::jsonb) AS seen(id text, detail jsonb, severity text, hash text)
				WHERE issue.id = seen.id`;
		}
	}

	/** Reopens what was fixed a short while ago. @returns the Discord IDs of those whose drift came back */
	private async reopen(fresh: readonly DriftIssue[]): Promise<ReadonlySet<string>> {
		if (fresh.length === 0) return new Set();
		const since = new Date(this.at.getTime() - SAME_STORY_DAYS * DAY_MS);
		const newest = await this.prisma.$queryRaw<Live[]>`
			SELECT DISTINCT ON ("discordId", type) id, "discordId", type, status::text AS status FROM "Issue"
			WHERE "guildId" = ${this.guildId} AND "liveKey" IS NULL AND "settledAt" >= ${since}
			ORDER BY "discordId", type, "settledAt" DESC, id DESC`;
		const fixed = new Map(
			newest.filter(({ status }) => status === IssueStatus.FIXED).map((past) => [`${past.discordId}:${past.type}`, past.id])
		);
		const again = fresh.flatMap((issue) => {
			const id = fixed.get(`${issue.discordId}:${issue.type}`);
			return id === undefined ? [] : [{ id, issue }];
		});
		const back = new Set<string>();
		for (const batch of batches(again)) {
			// Asked for once more: a fix that is being undone at this moment is left to that.
			const rows = await this.prisma.$queryRaw<{ discordId: string }[]>`
				UPDATE "Issue" AS issue SET
					status = 'OPEN', "liveKey" = issue."guildId" || ':' || issue."discordId", "settledAt" = NULL, "settledBy" = NULL,
					"cameBackAt" = ${this.at}, "lastSeenAt" = ${this.at}, "timesSeen" = issue."timesSeen" + 1, "lastRunId" = ${this.runId},
					severity = seen.severity, detail = seen.detail, "planHash" = seen.hash
				FROM jsonb_to_recordset(${asSeen(batch)}::jsonb) AS seen(id text, detail jsonb, severity text, hash text)
				WHERE issue.id = seen.id AND issue.status = 'FIXED'
				RETURNING issue."discordId"`;
			for (const { discordId } of rows) back.add(discordId);
		}
		return back;
	}

	private async open(issues: readonly DriftIssue[]): Promise<void> {
		for (const batch of batches(issues)) {
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
			await this.prisma.$executeRaw`
				INSERT INTO "Issue" (
					id, "guildId", "discordId", type, severity, "liveKey", "planHash", detail, "firstSeenAt", "lastSeenAt", "lastRunId"
				)
				SELECT
					replace(gen_random_uuid()::text, '-', ''), ${this.guildId}, found."discordId", found.type, found.severity,
					${this.guildId}::text || ':' || found."discordId", found.hash, found.detail, ${this.at}, ${this.at}, ${this.runId}
				FROM jsonb_to_recordset(${found}::jsonb) AS found("discordId" text, type text, severity text, hash text, detail jsonb)`;
		}
	}

	/** A debt that nothing dates counts from the first run that saw it; one that is paid is forgotten, so that the next starts anew. */
	public async recordDebts({ detection }: Findings): Promise<void> {
		for (const batch of batches(detection.newDebts)) {
			const data = batch.map((subscriptionId) => ({ subscriptionId, firstSeenAt: this.at }));
			await this.prisma.seenDebt.createMany({ data, skipDuplicates: true });
		}
		for (const batch of batches(detection.settledDebts))
			await this.prisma.seenDebt.deleteMany({ where: { subscriptionId: { in: batch } } });
	}

	public async recordSnapshot({ detection, livemode, subscriptionsRead }: Findings, issues: readonly OpenIssue[]): Promise<void> {
		const { membersChecked, teamsChecked, payingCustomers, roleHolders, notices } = detection;
		await this.prisma.reconciliationRun.update({
			where: { id: this.runId },
			data: {
				membersChecked,
				teamsChecked,
				payingCustomers,
				roleHolders,
				livemode,
				subscriptionsRead,
				issuesFound: issues.length,
				notices: toJson(notices)
			},
			select: { id: true }
		});
		// As text: Prisma would copy fifty thousand issues three times on their way.
		await this.prisma.$executeRaw`UPDATE "ReconciliationRun" SET issues = ${toJsonText(issues)}::json WHERE id = ${this.runId}`;
	}
}

/** What issues are now, for a statement that writes it into many rows. */
function asSeen(issues: readonly { readonly id: string; readonly issue: DriftIssue }[]): string {
	return toJsonText(
		issues.map(({ id, issue }) => ({ id, detail: issue, severity: issue.severity, hash: planHash(issue.discordId, issue.plan) }))
	);
}

function* batches<T>(all: readonly T[]): Generator<T[]> {
	for (let start = 0; start < all.length; start += BATCH) yield all.slice(start, start + BATCH);
}
