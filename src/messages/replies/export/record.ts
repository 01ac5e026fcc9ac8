import { DateTime } from 'luxon';
import { describeLinks } from '../../../reconciliation/detection/link-problems.js';
import { adviseOnUnknown, describeUnknown } from '../../../reconciliation/detection/unknown.js';
import type { Origin } from '../../../reconciliation/domain/origin.js';
import { withPlainDays } from '../../../reconciliation/domain/time-in-text.js';
import type { UnknownMembers } from '../../../reconciliation/domain/unknown.js';
import type { ArchivedRun, RecordedAttempt, RecordedIssue, RunRecord } from '../../../reconciliation/runs/archive.js';
import { count, number } from '../../format/format.js';
import { MAX_CHOICE_LENGTH, MAX_CHOICES } from '../../format/limits.js';
import { cut } from '../../format/text.js';
import { moment } from '../../format/timestamps.js';
import { idCell, MONEY_COLUMNS, moneyCells, planCell, rolesCell, utcCell } from './cells.js';
import { toCsv } from './csv.js';

/** A run's issues and fix attempts as a CSV file, and the members of whom something is unknown as another. */

const COLUMNS = [
	'Run',
	'Issue',
	'Person (ID)',
	'Person (name)',
	'Kind',
	'Severity',
	'Description',
	'Stripe says',
	'Database says',
	'Discord says',
	'Plan',
	'Status now',
	'First seen (UTC)',
	'Times seen',
	'Attempt',
	'Attempt is',
	'Attempt by',
	'Attempt at (UTC)',
	'Roles before',
	'Roles after',
	'Outcome',
	'Error',
	'Undone by',
	'How it came about',
	'Caused by',
	'Came about (UTC)',
	...MONEY_COLUMNS
] as const;

/** Of the members of whom something is unknown. */
const UNKNOWN_COLUMNS = ['Run', 'Person (ID)', 'Customer', 'What is unknown', 'What to do'] as const;

export interface ExportMessage {
	readonly content: string;
	readonly files: { attachment: Buffer; name: string }[];
}

/** @param timeZone - of the date in the file's name */
export function exportReply(record: RunRecord, timeZone: string, maxBytes?: number): ExportMessage {
	const { run, issues, unknown } = record;
	if (issues === null) return { content: deletedSnapshot(run), files: [] };
	const rows = issues.flatMap((issue) => linesOf(run, issue));
	const { text, left } = toCsv(COLUMNS, rows, maxBytes);
	const attempts = issues.reduce((sum, issue) => sum + issue.attempts.length, 0);
	const sentences = [
		`The ${run.triggeredBy} run of ${moment(run.startedAt)}${describeScope(run)}: ${count(issues.length, 'issue')}, ${count(attempts, 'attempt')}.`,
		...(run.status === 'FAILED' ? ['It failed, so it found no issue.'] : []),
		...(left > 0 ? [`**The file is cut**: ${number(left)} of ${count(rows.length, 'line')} had no room in what Discord takes.`] : [])
	];
	const fileOf = (contents: string, name: string) => ({
		attachment: Buffer.from(contents),
		name: `reeve-${day(run.startedAt, timeZone)}-${name}${run.runId}.csv`
	});
	const files = [fileOf(text, '')];
	if (unknown.length > 0) {
		const table = toCsv(
			UNKNOWN_COLUMNS,
			unknown.flatMap((members) => unknownLines(run, members)),
			maxBytes
		);
		files.push(fileOf(table.text, 'unknown-'));
		sentences.push('The second file lists the members of whom something is unknown, the reason and what to do.');
	}
	return { content: sentences.join(' '), files };
}

function deletedSnapshot({ triggeredBy, startedAt, issuesFound }: ArchivedRun): string {
	return `The ${triggeredBy} run of ${moment(startedAt)} found ${count(issuesFound, 'issue')}, but their list is no longer stored: it is older than Reeve keeps lists (RECONCILIATION_SNAPSHOT_DAYS). \`/reconcile why\` shows what happened to a member.`;
}

/** Reply if there is no such run. */
export function nothingToExportReply(asked: string | null): string {
	return asked === null
		? 'No run over all members has completed yet, so there is nothing to export. Use `/reconcile run` first.'
		: 'There is no such run, or it has not ended yet. Start typing a date, and pick one of the suggestions; without `run`, it is the newest over all members.';
}

/** Suggests runs whose date, trigger or ID contains what was typed. */
export function suggestRuns(runs: readonly ArchivedRun[], typed: string, timeZone: string): { name: string; value: string }[] {
	const wanted = typed.trim().toLowerCase();
	return runs
		.map((run) => ({ name: cut(runChoiceName(run, timeZone), MAX_CHOICE_LENGTH), value: run.runId }))
		.filter(({ name, value }) => name.toLowerCase().includes(wanted) || value.startsWith(wanted))
		.slice(0, MAX_CHOICES);
}

/** Of a run that did not compare everyone: ", over one person". */
function describeScope({ onlyMember, onlyMembers }: Pick<ArchivedRun, 'onlyMember' | 'onlyMembers'>): string {
	if (onlyMembers !== null) return `, over ${count(onlyMembers.length, 'person', 'people')}`;
	return onlyMember === null ? '' : ', over one person';
}

/** "2026-11-21 03:00 · scheduled · 12 issues", in the schedule's time zone: suggestions cannot show the reader's. */
function runChoiceName({ startedAt, triggeredBy, issuesFound, status, ...run }: ArchivedRun, timeZone: string): string {
	const at = DateTime.fromJSDate(startedAt, { zone: timeZone }).toFormat('yyyy-MM-dd HH:mm');
	const found = status === 'FAILED' ? 'failed' : count(issuesFound, 'issue');
	return `${at} · ${triggeredBy}${describeScope(run)} · ${found}`;
}

function day(date: Date, timeZone: string): string {
	return DateTime.fromJSDate(date, { zone: timeZone }).toFormat('yyyy-MM-dd');
}

/** One line per member whom the run listed; of links, one per customer. */
function unknownLines(run: ArchivedRun, { reason, discordIds, links }: UnknownMembers): string[][] {
	const members = links ?? discordIds.map((discordId) => ({ discordId, customerId: '' }));
	const what = reason.kind === 'link' && members.length > 1 ? `they are ${describeLinks(reason.problem)}` : describeUnknown(reason);
	return members.map(({ discordId, customerId }) => [run.runId, idCell(discordId), customerId, what, adviseOnUnknown(reason)]);
}

/** One line per attempt, or a single line for an issue without one. */
function linesOf(run: ArchivedRun, { found, statusNow, attempts }: RecordedIssue): (string | number)[][] {
	const issue = [
		run.runId,
		found.id,
		idCell(found.discordId),
		found.discordName,
		found.type,
		found.severity,
		withPlainDays(found.description),
		withPlainDays(found.stripeStatus),
		found.databaseStatus,
		rolesCell(found.discordRoles),
		planCell(found.plan),
		statusNow ?? 'not known',
		utcCell(found.firstSeenAt),
		found.timesSeen
	];
	const common = [...originCells(found.origin), ...moneyCells(found.money)];
	return attempts.length === 0
		? [[...issue, ...NO_ATTEMPT, ...common]]
		: attempts.map((attempt) => [...issue, ...attemptOf(attempt), ...common]);
}

/** Its kind, who did it, and when. */
function originCells(origin: Origin | undefined): string[] {
	if (origin === undefined || origin.kind === 'unknown') return [origin === undefined ? '' : 'not known', '', ''];
	const { kind, at } = origin;
	return [kind, 'by' in origin ? idCell(origin.by) : '', utcCell(new Date(at))];
}

const NO_ATTEMPT: readonly string[] = ['', '', '', '', '', '', '', '', ''];

function attemptOf({ id, actor, startedAt, rolesBefore, rolesAfter, outcome, error, undoes, undoneBy }: RecordedAttempt): string[] {
	return [
		id,
		undoes === null ? 'fix' : `undo of ${undoes}`,
		idCell(actor),
		utcCell(startedAt),
		rolesBefore === null ? 'not known' : rolesCell(rolesBefore),
		rolesAfter === null ? 'not known' : rolesCell(rolesAfter),
		outcome ?? 'in progress',
		error ?? '',
		undoneBy === null ? '' : `${idCell(undoneBy.actor)} at ${utcCell(undoneBy.at)}`
	];
}
