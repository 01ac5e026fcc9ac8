import type { AlertedProblem } from '../../reconciliation/domain/alert.js';
import type { Hold, StoredHold } from '../../reconciliation/domain/hold.js';
import type { DriftType } from '../../reconciliation/domain/issue.js';
import type { ReconciliationResult } from '../../reconciliation/domain/run.js';
import type { Notification } from '../../reconciliation/outbox/outbox.js';
import { count, number, TYPE_NAMES } from '../format/format.js';
import { describeNews } from '../format/news.js';

/** What a webhook receives, with IDs and without names. Pure. docs/webhook.md describes it. */

interface WebhookHold {
	/** Null for the automatic fixes of a run. */
	readonly id: string | null;
	readonly reason: string;
	readonly losing: number;
	readonly lowering: number;
	readonly holders: number;
}

interface WebhookRun {
	readonly id: string;
	readonly status: ReconciliationResult['status'];
	readonly triggeredBy: ReconciliationResult['triggeredBy'];
	readonly requestedBy: string | null;
	readonly onlyMember: string | null;
	readonly startedAt: string;
	readonly completedAt: string;
	readonly membersChecked: number;
	readonly issuesFound: number;
	readonly issuesByType: Readonly<Partial<Record<DriftType, number>>>;
	readonly issuesFixed: number;
	/** Compared with the last report; null for a verification, and for a run that failed. */
	readonly news: { readonly since: string | null; readonly new: number; readonly back: number; readonly known: number } | null;
	/** Why it failed; null if it did not. */
	readonly failure: string | null;
}

interface WebhookProblem {
	readonly blocks: AlertedProblem['blocks'];
	readonly message: string;
	/** Discord ID of who caused it, as the server's audit log has it; null if it does not say. */
	readonly changedBy: string | null;
}

export interface WebhookEvent {
	/** The same at each try. */
	readonly id: string;
	readonly type: 'run.issues' | 'run.held' | 'run.failed' | 'bulk.held' | 'overdue' | 'alert';
	/** When it was queued. */
	readonly at: string;
	readonly guildId: string;
	readonly run: WebhookRun | null;
	readonly hold: WebhookHold | null;
	/** Of `alert`: what keeps Reeve from working, each with what to do; null for the others. */
	readonly problems: readonly WebhookProblem[] | null;
	/** Of `overdue`: when a run last succeeded. */
	readonly lastSuccessAt: string | null;
	/** The report in Discord, or the admin channel; null if the report could not be posted. */
	readonly reportUrl: string | null;
}

export function toWebhookEvent(
	notification: Exclude<Notification, { readonly kind: 'close' | 'release' | 'alert-update' }>,
	given: { readonly id: string; readonly at: Date; readonly guildId: string; readonly reportUrl: string | null }
): WebhookEvent {
	const { id, at, guildId, reportUrl } = given;
	const event = (type: WebhookEvent['type'], details: Partial<WebhookEvent>): WebhookEvent => ({
		id,
		type,
		at: at.toISOString(),
		guildId,
		run: null,
		hold: null,
		problems: null,
		lastSuccessAt: null,
		reportUrl,
		...details
	});
	if (notification.kind === 'overdue') return event('overdue', { lastSuccessAt: notification.since.toISOString() });
	if (notification.kind === 'hold') return event('bulk.held', { hold: holdOf(notification.hold) });
	if (notification.kind === 'alert') return event('alert', { problems: notification.alert.problems.map(problemOf) });
	const { result } = notification;
	const type = result.status === 'FAILED' ? 'run.failed' : result.hold === null ? 'run.issues' : 'run.held';
	return event(type, { run: runOf(result), hold: result.hold && holdOf(result.hold) });
}

function runOf(result: ReconciliationResult): WebhookRun {
	const { news = null } = result;
	const issuesByType: Partial<Record<DriftType, number>> = {};
	for (const { type } of result.issues) issuesByType[type] = (issuesByType[type] ?? 0) + 1;
	return {
		id: result.runId,
		status: result.status,
		triggeredBy: result.triggeredBy,
		requestedBy: result.requestedBy,
		onlyMember: result.onlyMember,
		startedAt: result.startedAt.toISOString(),
		completedAt: result.completedAt.toISOString(),
		membersChecked: result.membersChecked,
		issuesFound: result.issuesFound,
		issuesByType,
		issuesFixed: result.issuesFixed,
		news: news && { since: news.since?.toISOString() ?? null, ...news.counts },
		failure: result.failure
	};
}

function problemOf({ blocks, message, change }: AlertedProblem): WebhookProblem {
	return { blocks, message, changedBy: change?.by ?? null };
}

function holdOf(hold: Hold | StoredHold): WebhookHold {
	const { reason, losing, lowering = 0, holders } = hold;
	return { id: 'id' in hold ? hold.id : null, reason, losing, lowering, holders };
}

const TITLES = {
	'run.issues': 'Reeve found members with the wrong roles',
	'run.held': 'Reeve waits for an approval',
	'run.failed': 'Reconciliation failed',
	'bulk.held': 'Reeve waits for an approval',
	overdue: 'No run has succeeded for more than 26 hours',
	alert: 'Something in the server keeps Reeve from working'
} as const satisfies Record<WebhookEvent['type'], string>;

/** Slack rejects longer texts. */
const MAX_SECTION_LENGTH = 3000;

/** A message for a Slack webhook. `text` is for notifications, `blocks` for the message. */
export function toSlackMessage(event: WebhookEvent): { readonly text: string; readonly blocks: readonly object[] } {
	const title = TITLES[event.type];
	const lines = [
		...linesOf(event).map(escapeSlack),
		...(event.reportUrl === null ? [] : [`<${escapeSlack(event.reportUrl)}|Open in Discord>`])
	];
	const body = lines.join('\n');
	const text = body.length > MAX_SECTION_LENGTH ? `${body.slice(0, MAX_SECTION_LENGTH - 1)}…` : body;
	const header = { type: 'header', text: { type: 'plain_text', text: title } };
	return { text: title, blocks: [header, ...(text === '' ? [] : [{ type: 'section', text: { type: 'mrkdwn', text } }])] };
}

function linesOf({ run, hold, problems, lastSuccessAt }: WebhookEvent): string[] {
	const lines: string[] = [];
	if (run?.failure) lines.push(run.failure);
	if (run !== null && run.failure === null) {
		const news = run.news === null ? '' : ` (${describeNews(run.news)})`;
		lines.push(`${count(run.issuesFound, 'issue')}${news}, ${number(run.issuesFixed)} fixed, among ${count(run.membersChecked, 'member')}`);
		for (const [type, many] of Object.entries(run.issuesByType)) lines.push(`• ${TYPE_NAMES[type as DriftType]}: ${number(many)}`);
	}
	if (hold !== null) lines.push(`On hold: ${hold.reason}`);
	for (const { message } of problems ?? []) lines.push(`• ${message}`);
	if (lastSuccessAt !== null) lines.push(`The last successful run was at ${lastSuccessAt}. Until a run succeeds, roles may be wrong.`);
	return lines;
}

/** The three characters that Slack gives a meaning; without them nothing can be a link or a mention. */
function escapeSlack(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
