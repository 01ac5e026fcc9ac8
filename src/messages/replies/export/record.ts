import { DateTime } from 'luxon';
import type { RoleName } from '../../../reconciliation/domain/rules.js';
import { AUTOMATIC } from '../../../reconciliation/fixes/attempt.js';
import type { ArchivedRun, RecordedAttempt, RecordedIssue, RunRecord } from '../../../reconciliation/runs/archive.js';
import { count, moment, number } from '../../format/format.js';
import { MAX_CHOICE_LENGTH, MAX_CHOICES } from '../../format/limits.js';
import { cut } from '../../format/text.js';
import { toCsv } from './csv.js';

/** A run's issues and fix attempts as a CSV file. */

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
	'Undone by'
] as const;

export interface ExportMessage {
	readonly content: string;
	readonly files: { attachment: Buffer; name: string }[];
}

/** @param timeZone - of the date in the file's name */
export function exportReply(record: RunRecord, timeZone: string, maxBytes?: number): ExportMessage {
	const { run, issues } = record;
	const rows = issues.flatMap((issue) => linesOf(run, issue));
	const { text, left } = toCsv(COLUMNS, rows, maxBytes);
	const attempts = issues.reduce((sum, issue) => sum + issue.attempts.length, 0);
	const sentences = [
		`The ${run.triggeredBy} run of ${moment(run.startedAt)}${run.onlyMember === null ? '' : ', over one person'}: ${count(issues.length, 'issue')}, ${count(attempts, 'attempt')}.`,
		...(run.status === 'FAILED' ? ['It failed, so it found no issue.'] : []),
		...(left > 0 ? [`**The file is cut**: ${number(left)} of ${count(rows.length, 'line')} had no room in what Discord takes.`] : [])
	];
	return {
		content: sentences.join(' '),
		files: [{ attachment: Buffer.from(text), name: `reeve-${day(run.startedAt, timeZone)}-${run.runId}.csv` }]
	};
}

/** Reply if there is no such run. */
export function nothingToExportReply(asked: string | null): string {
	return asked === null
		? 'No run has completed yet, so there is nothing to export. Use `/reconcile run` first.'
		: 'There is no such run, or it has not ended yet. Start typing a date, and pick one of the suggestions; without `run`, it is the newest.';
}

/** Suggests runs whose date, trigger or ID contains what was typed. */
export function suggestRuns(runs: readonly ArchivedRun[], typed: string, timeZone: string): { name: string; value: string }[] {
	const wanted = typed.trim().toLowerCase();
	return runs
		.map((run) => ({ name: cut(runChoiceName(run, timeZone), MAX_CHOICE_LENGTH), value: run.runId }))
		.filter(({ name, value }) => name.toLowerCase().includes(wanted) || value.startsWith(wanted))
		.slice(0, MAX_CHOICES);
}

/** "2026-11-21 03:00 · scheduled · 12 issues", in the schedule's time zone: suggestions cannot show the reader's. */
function runChoiceName({ startedAt, triggeredBy, issuesFound, status, onlyMember }: ArchivedRun, timeZone: string): string {
	const at = DateTime.fromJSDate(startedAt, { zone: timeZone }).toFormat('yyyy-MM-dd HH:mm');
	const found = status === 'FAILED' ? 'failed' : count(issuesFound, 'issue');
	return `${at} · ${triggeredBy}${onlyMember === null ? '' : ', one person'} · ${found}`;
}

function day(date: Date, timeZone: string): string {
	return DateTime.fromJSDate(date, { zone: timeZone }).toFormat('yyyy-MM-dd');
}

/** One line per attempt, or a single line for an issue without one. */
function linesOf(run: ArchivedRun, { found, statusNow, attempts }: RecordedIssue): (string | number)[][] {
	const { add, remove } = found.plan;
	const plan = [...add.map((role) => `give ${role}`), ...remove.map((role) => `take ${role}`)].join(', then ');
	const issue = [
		run.runId,
		found.id,
		asId(found.discordId),
		found.discordName,
		found.type,
		found.severity,
		found.description,
		found.stripeStatus,
		found.databaseStatus,
		rolesOf(found.discordRoles),
		plan,
		statusNow ?? 'not known',
		utc(found.firstSeenAt),
		found.timesSeen
	];
	return attempts.length === 0 ? [[...issue, ...NO_ATTEMPT]] : attempts.map((attempt) => [...issue, ...attemptOf(attempt)]);
}

const NO_ATTEMPT: readonly string[] = ['', '', '', '', '', '', '', '', ''];

function attemptOf({ id, actor, startedAt, rolesBefore, rolesAfter, outcome, error, undoes, undoneBy }: RecordedAttempt): string[] {
	return [
		id,
		undoes === null ? 'fix' : `undo of ${undoes}`,
		asId(actor),
		utc(startedAt),
		rolesBefore === null ? 'not known' : rolesOf(rolesBefore),
		rolesAfter === null ? 'not known' : rolesOf(rolesAfter),
		outcome ?? 'in progress',
		error ?? '',
		undoneBy === null ? '' : `${asId(undoneBy.actor)} at ${utc(undoneBy.at)}`
	];
}

/** As a mention: spreadsheets round long numbers. */
function asId(discordId: string): string {
	return discordId === AUTOMATIC ? discordId : `<@${discordId}>`;
}

function rolesOf(names: readonly RoleName[]): string {
	return names.join(', ') || 'none';
}

/** In the format that spreadsheets parse. */
function utc(date: Date): string {
	return date.toISOString().slice(0, 19).replace('T', ' ');
}
