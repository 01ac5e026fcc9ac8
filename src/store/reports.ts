import type { MemberFinding, Notices } from '../reconciliation/domain/detection.js';
import type { Hold } from '../reconciliation/domain/hold.js';
import type { DriftIssue, FixOutcome, IssueState } from '../reconciliation/domain/issue.js';
import type { Exemption } from '../reconciliation/domain/links.js';
import type { RoleName } from '../reconciliation/domain/rules.js';
import type { ReconciliationResult, TriggeredBy, Verified } from '../reconciliation/domain/run.js';
import { AUTOMATIC } from '../reconciliation/fixes/attempt.js';
import { closeSubject, runSubject } from '../reconciliation/outbox/outbox.js';
import { type Prisma, type ReconciliationRun, RunStatus } from './client/client.js';
import type { Database } from './connection/database.js';
import { RUN_HOLDS } from './holds.js';
import { fromJson, toDrift, toOpenIssue } from './json.js';
import { toNews } from './news.js';
import { readOnboarding } from './onboarding.js';
import { chunk } from './paging.js';
import { readRuleChange } from './rules.js';
import { FULL_RUN } from './run-scope.js';

/** A run as its report shows it, and the message it was posted as. */
export interface StoredReport {
	readonly result: ReconciliationResult;
	/** Null if it has not been posted. */
	readonly message: MessageRef | null;
}

interface MessageRef {
	readonly channelId: string;
	readonly messageId: string;
}

/** The data that reports are rendered from. */
export interface ReportStore {
	/** Null if there is no such run, it is still running, or its snapshot was deleted because of its age. */
	readReport(runId: string): Promise<StoredReport | null>;
	/** Null if the run's report has not been posted. */
	reportMessage(runId: string): Promise<StoredReport['message']>;
	/** Why the newest try to post the run's report failed; null if none did. */
	reportFailure(runId: string): Promise<string | null>;
	issueStates(issueIds: readonly string[]): Promise<ReadonlyMap<string, IssueState>>;
	/**
	 * Stores which message shows a run's report. A report of a daily run, or of a manual one over all members, closes the one before it: that
	 * is queued.
	 * @returns whether one is to be closed
	 */
	setReportMessage(runId: string, channelId: string, messageId: string, at: Date): Promise<boolean>;
	/** The message of the newest report that replaces a run's; null if none does, as for verifications and for runs over some members. */
	newerReport(runId: string): Promise<MessageRef | null>;
	/** IDs of the newest targeted runs with a posted report and an issue that was settled, attempted or found again since then. */
	changedTargetedReports(since: Date, limit: number): Promise<readonly string[]>;
}

/** Reports older than this are no longer updated. */
const REDRAWN_DAYS = 7;

export function reportStore({ prisma }: Database, guildId: string): ReportStore {
	return {
		readReport: async (runId) => {
			const run = await prisma.reconciliationRun.findFirst({
				where: { id: runId, guildId },
				include: { holds: { where: { scope: { in: RUN_HOLDS } }, select: { releasedBy: true } } }
			});
			if (run === null || run.status === RunStatus.RUNNING || run.completedAt === null || run.snapshotDeletedAt !== null) return null;
			return {
				message: toMessage(run),
				result: {
					runId,
					status: run.status,
					triggeredBy: run.triggeredBy as TriggeredBy,
					requestedBy: run.requestedBy,
					isVerificationRun: run.isVerificationRun,
					onlyMember: run.onlyMember,
					onlyMembers: run.onlyMembers === null ? null : fromJson<string[]>(run.onlyMembers),
					startedAt: run.startedAt,
					completedAt: run.completedAt,
					autoFixEnabled: run.autoFixEnabled,
					membersChecked: run.membersChecked,
					teamsChecked: run.teamsChecked,
					issuesFound: run.issuesFound,
					issuesFixed: run.issuesFixed,
					issues: fromJson<unknown[]>(run.issues).map(toOpenIssue),
					notices: run.status === RunStatus.FAILED ? null : toNotices(run.notices),
					hold: run.held === null ? null : fromJson<Hold>(run.held),
					holdReleasedBy: run.holds[0]?.releasedBy ?? null,
					ruleChange: await readRuleChange(prisma, guildId, run),
					onboarding: await readOnboarding(prisma, guildId, run),
					news: toNews(run.news),
					failure: run.failure,
					verified: run.verified === null ? null : fromJson<Verified>(run.verified)
				}
			};
		},
		reportMessage: async (runId) => {
			const select = { reportChannelId: true, reportMessageId: true };
			const run = await prisma.reconciliationRun.findFirst({ where: { id: runId, guildId }, select });
			return run === null ? null : toMessage(run);
		},
		reportFailure: async (runId) => {
			const where = { guildId, channel: 'report', subject: runSubject(runId) };
			return (await prisma.delivery.findFirst({ where, select: { lastError: true } }))?.lastError ?? null;
		},
		issueStates: async (issueIds) => {
			const states = new Map<string, IssueState>();
			for (const ids of chunk(issueIds)) {
				const rows = await prisma.$queryRaw<StateRow[]>`
					SELECT issue.id, issue.status::text AS status, issue."planHash", issue."settledAt", issue."settledBy", ignored."expiresAt" AS "ignoredUntil", issue."cameBackAt", issue.detail,
						last.id AS "attemptId", last.undoes, exemption."expiresAt" AS "exemptUntil", last.actor, last.outcome, last.error, last."rolesBefore", last."rolesAfter", COALESCE(last."completedAt", last."startedAt") AS at,
						ARRAY(
							SELECT attempt."runId" FROM $schema."FixAttempt" AS attempt
							WHERE attempt."issueId" = issue.id AND attempt.actor = ${AUTOMATIC} AND attempt.outcome = 'FIXED'
								AND attempt.undoes IS NULL AND attempt."runId" IS NOT NULL
						) AS "autoFixedBy"
					FROM $schema."Issue" AS issue
					LEFT JOIN LATERAL (
						SELECT * FROM $schema."FixAttempt" AS attempt
						WHERE attempt."issueId" = issue.id AND (attempt.undoes IS NULL OR attempt.outcome IS NULL OR attempt.outcome = 'UNDONE')
						ORDER BY attempt."startedAt" DESC LIMIT 1
					) AS last ON true
					LEFT JOIN $schema."Exemption" AS exemption ON last.undoes IS NOT NULL AND exemption.id = replace(last.id, '-', '')
					LEFT JOIN $schema."Exemption" AS ignored ON issue.status = 'RESOLVED' AND ignored."discordId" = issue."discordId"
						AND ignored."createdBy" = issue."settledBy" AND ignored."createdAt" = issue."settledAt"
					WHERE issue."guildId" = ${guildId} AND issue.id IN (SELECT jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))`;
				for (const row of rows) states.set(row.id, toState(row));
			}
			return states;
		},
		changedTargetedReports: async (since, limit) => {
			const rows = await prisma.$queryRaw<{ id: string }[]>`
				SELECT run.id FROM $schema."ReconciliationRun" AS run
				WHERE run."guildId" = ${guildId} AND run."triggeredBy" = 'targeted' AND run."reportMessageId" IS NOT NULL
					AND run."snapshotDeletedAt" IS NULL AND run."startedAt" >= ${new Date(since.getTime() - REDRAWN_DAYS * 86_400_000)}
					AND EXISTS (
						SELECT FROM json_array_elements(run.issues) AS found JOIN $schema."Issue" AS issue ON issue.id = found->>'id'
						WHERE issue."settledAt" >= ${since} OR issue."cameBackAt" >= ${since} OR EXISTS (
							SELECT FROM $schema."FixAttempt" AS attempt
							WHERE attempt."issueId" = issue.id AND (attempt."startedAt" >= ${since} OR attempt."completedAt" >= ${since})
						)
					)
				ORDER BY run."startedAt" DESC LIMIT ${limit}`;
			return rows.map(({ id }) => id);
		},
		setReportMessage: (id, reportChannelId, reportMessageId, at) =>
			prisma.$transaction(async (transaction) => {
				const run = await transaction.reconciliationRun.update({ where: { id }, data: { reportChannelId, reportMessageId } });
				const before = await replaceable(transaction, run, 'lt');
				if (before === null) return false;
				const message = { guildId, channel: 'report', subject: closeSubject(before.id), createdAt: at, nextTryAt: at };
				return (await transaction.delivery.createMany({ data: [message], skipDuplicates: true })).count > 0;
			}),
		newerReport: async (runId) => {
			const run = await prisma.reconciliationRun.findFirst({ where: { id: runId, guildId } });
			const newer = run === null ? null : await replaceable(prisma, run, 'gt');
			return newer === null ? null : toMessage(newer);
		}
	};
}

/** Runs whose reports replace one another: each shows all issues. */
const REPLACEABLE = {
	status: RunStatus.COMPLETED,
	triggeredBy: { in: ['scheduled', 'manual'] },
	...FULL_RUN
} satisfies Prisma.ReconciliationRunWhereInput;

/** The newest such run with a posted report that began before or after this one; null if this run is none. */
async function replaceable(
	prisma: Pick<Prisma.TransactionClient, 'reconciliationRun'>,
	{ id, guildId, startedAt }: ReconciliationRun,
	order: 'lt' | 'gt'
): Promise<ReconciliationRun | null> {
	if ((await prisma.reconciliationRun.count({ where: { id, ...REPLACEABLE } })) === 0) return null;
	return prisma.reconciliationRun.findFirst({
		where: { guildId, ...REPLACEABLE, startedAt: { [order]: startedAt }, reportMessageId: { not: null } },
		orderBy: { startedAt: 'desc' }
	});
}

function toMessage(run: Pick<ReconciliationRun, 'reportChannelId' | 'reportMessageId'>): StoredReport['message'] {
	const { reportChannelId: channelId, reportMessageId: messageId } = run;
	return channelId !== null && messageId !== null ? { channelId, messageId } : null;
}

/** Parses dates. Older runs stored no `expiringExemptions`, and `unknownStatus` as a number. */
function toNotices(stored: Prisma.JsonValue): Notices {
	type StoredExemption = Omit<Exemption, 'expiresAt'> & { readonly expiresAt: string | null };
	type Stored = Omit<Notices, 'expiringExemptions' | 'member'> & {
		readonly expiringExemptions?: readonly StoredExemption[];
		readonly member?: Omit<MemberFinding, 'exemption'> & { readonly exemption: StoredExemption | null };
	};
	const { expiringExemptions = [], member, ...notices } = fromJson<Stored>(stored);
	const dated = ({ expiresAt, ...rest }: StoredExemption) => ({ ...rest, expiresAt: expiresAt === null ? null : new Date(expiresAt) });
	return {
		...notices,
		expiringExemptions: expiringExemptions.map(dated),
		...(member && { member: { ...member, exemption: member.exemption === null ? null : dated(member.exemption) } })
	};
}

interface StateRow {
	readonly id: string;
	readonly status: IssueState['status'];
	readonly planHash: string;
	readonly settledAt: Date | null;
	readonly settledBy: string | null;
	readonly ignoredUntil: Date | null;
	readonly cameBackAt: Date | null;
	readonly detail: DriftIssue;
	readonly attemptId: string | null;
	readonly undoes: string | null;
	readonly exemptUntil: Date | null;
	readonly actor: string | null;
	readonly outcome: FixOutcome | null;
	readonly error: string | null;
	readonly rolesBefore: readonly RoleName[] | null;
	readonly rolesAfter: readonly RoleName[] | null;
	readonly at: Date | null;
	readonly autoFixedBy: readonly string[];
}

function toState({
	id: _,
	status,
	planHash,
	settledAt,
	settledBy,
	ignoredUntil,
	cameBackAt,
	detail,
	attemptId,
	actor,
	at,
	autoFixedBy,
	...attempt
}: StateRow): IssueState {
	const lastAttempt = attemptId === null || actor === null || at === null ? null : { id: attemptId, actor, at, ...attempt };
	return {
		status,
		planHash,
		settledAt,
		settledBy,
		ignoredUntil,
		cameBackAt,
		detail: toDrift(detail),
		...(autoFixedBy.length > 0 && { autoFixedBy }),
		fixingBy: status === 'FIXING' ? actor : null,
		lastAttempt
	};
}
