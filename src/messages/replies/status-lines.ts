import type { ProbeResult } from '../../async/probe.js';
import { lateSince } from '../../reconciliation/changes/late-since.js';
import type { ChangeStatus } from '../../reconciliation/changes/store.js';
import type { MoneyTotals } from '../../reconciliation/domain/money.js';
import type { Onboarding, OnboardingEnd } from '../../reconciliation/domain/onboarding.js';
import type { RuleChange } from '../../reconciliation/domain/rule-change.js';
import type { Verdict } from '../../reconciliation/health/readiness.js';
import type { Health, OpenKind, Undelivered } from '../../reconciliation/health/status.js';
import type { RunSummary } from '../../reconciliation/runs/history.js';
import type { DailySettings } from '../../reconciliation/schedule/daily.js';
import type { Pause } from '../../reconciliation/schedule/pause.js';
import { count, describeActor, KIND_NOUNS, number } from '../format/format.js';
import { shortTotals } from '../format/money.js';
import { capital, escapeText, sentence } from '../format/text.js';
import { ago, moment } from '../format/timestamps.js';
import { describeOnboarding } from '../report/onboarding.js';
import { shortRunLine } from './history.js';
import { VERDICTS } from './readiness.js';
import { describePause } from './schedule-messages.js';

/** The lines of the status, by what they are about. */

/** The settings that the status shows. */
export interface StatusSettings {
	readonly guildId: string;
	readonly autoFix: boolean;
	/** Whether Redis triggers the tasks, or this process. */
	readonly redis: boolean;
	readonly database: 'postgresql' | 'embedded';
	/** The PostgreSQL schema of Reeve's tables. */
	readonly schema: string;
}

const REASON_LENGTH = 300;

const SOURCES: Readonly<Record<Health['source'], string>> = { stripe: 'Stripe', discord: 'Discord', database: 'Database' };

/** "Open issues: 53", then a line per kind. */
export function openLines(open: readonly OpenKind[]): readonly string[] {
	if (open.length === 0) return ['**Open issues:** none'];
	return [
		`**Open issues: ${number(open.reduce((sum, { many }) => sum + many, 0))}**`,
		...open.map(({ kind, many, oldest }) => `${number(many)} ${KIND_NOUNS[kind]}, oldest ${ago(oldest)}`)
	];
}

export function moneyLine(money: MoneyTotals): readonly string[] {
	return [shortTotals(money) ?? []].flat();
}

export function lastRunLine(last: RunSummary | null, guildId: string): readonly string[] {
	return [`**Last run:** ${last === null ? 'none yet, `/reconcile run` makes the first' : shortRunLine(last, guildId)}`];
}

/** Nothing if the last run is that one. */
export function lastSuccessLine(lastSuccess: RunSummary | null, lastRun: ProbeResult<RunSummary | null>): readonly string[] {
	const last = lastRun.ok ? lastRun.value : null;
	if (lastSuccess === null) return last === null ? [] : ['**Last full check:** none has succeeded yet'];
	return lastSuccess.runId === last?.runId ? [] : [`**Last full check:** ${ago(lastSuccess.startedAt)}`];
}

/** Of the newest run over the members that a change may concern. */
export function targetedLine(run: RunSummary | null, guildId: string): readonly string[] {
	return run === null ? [] : [`**Last check after a change:** ${shortRunLine(run, guildId)}`];
}

/** @param next - null while the schedule is paused without an end, and if it is unknown */
export function scheduleLine(next: Date | null, { hour, timeZone }: DailySettings, { redis }: StatusSettings): string {
	const every = `every day at ${String(hour).padStart(2, '0')}:00, ${timeZone}${redis ? ', woken through Redis' : ''}`;
	return `**Next run:** ${next === null ? '' : `${ago(next)}, `}${every}`;
}

export function pauseLines(pause: Pause | null, { paused }: DailySettings): readonly string[] {
	return [
		...(paused ? ['**Paused** by the settings: RECONCILIATION_PAUSED is true, whatever `/reconcile resume` says'] : []),
		...(pause === null ? [] : [`**${capital(describePause(pause))}**`])
	];
}

/** @param verdict - null if it is unknown, or takes too long to find out */
export function autoFixLine(verdict: Verdict | null, autoFix: boolean): string {
	if (autoFix) return '**Auto-fix:** on, within the safety check';
	const ready = verdict === null ? 'Whether it can be switched on' : VERDICTS[verdict];
	return `**Auto-fix:** off. ${ready}: \`/reconcile readiness\``;
}

export function changeLine(changes: ChangeStatus | null, now: Date): readonly string[] {
	if (changes === null) return ['**Changes:** not watched, because RECONCILIATION_EVENTS_SECONDS is 0; the daily run finds what is wrong'];
	const { readAt, newestEventAt, queued, oldestAt } = changes;
	const newest = newestEventAt === null ? '' : `, the newest from ${ago(newestEventAt)}`;
	const late = lateSince(changes, now);
	const reading =
		readAt === null
			? "Stripe's events have not been read yet"
			: late !== null
				? `**Stripe's events could not be read since ${moment(late)}.** The log says why; Reeve keeps trying, and nothing is lost`
				: `Stripe's events read ${ago(readAt)}${newest}`;
	const waiting =
		queued === 0 || oldestAt === null ? 'none waits' : `${count(queued, 'change')} to compare, the oldest from ${ago(oldestAt)}`;
	return [`**Changes:** ${reading}; ${waiting}`];
}

export function onboardingLines(found: Onboarding | OnboardingEnd | null): readonly string[] {
	if (found === null) return [];
	if ('reasons' in found)
		return [
			`**${describeOnboarding(found)}** No one is reported until it is: the newest report says what to do, and how to report them all the same.`
		];
	const { actor, at, unlinkedHolders, holders } = found;
	return [
		`${describeActor(actor)} ended it ${ago(at)}, with ${number(unlinkedHolders)} of ${count(holders, 'member')} with a role not linked to anyone who pays`
	];
}

export function ruleLines(change: RuleChange | null): readonly string[] {
	if (change === null) return [];
	return [
		'**Changed, and not accepted by an operator.** The newest report says whom that concerns.',
		...change.changes.map((each) => sentence(each, REASON_LENGTH))
	];
}

/** Kinds of notifications by their subject's prefix. */
const ABOUT: Readonly<Record<string, string>> = {
	run: 'of a run',
	close: 'that a newer report replaces one',
	hold: 'of a hold',
	release: 'that a hold was released',
	overdue: 'that no run has succeeded',
	alert: 'that Reeve cannot work',
	'alert-update': 'that Reeve works again'
};

const CHANNELS = { report: 'Report', mail: 'Mail', webhook: 'Webhook call' } as const satisfies Record<Undelivered['channel'], string>;

export function undeliveredLine({ channel, subject, since, tries, lastError, nextTryAt }: Undelivered): string {
	const what = ABOUT[subject.slice(0, subject.indexOf(':'))] ?? '';
	const error = lastError === null ? '' : ` ${sentence(lastError, REASON_LENGTH)}`;
	return `${CHANNELS[channel]} ${what}, from ${ago(since)}, tried ${count(tries, 'time')}, again ${ago(nextTryAt)}.${error}`;
}

/** "✓ Stripe (test data)", "✗ Discord: …". */
export function healthLine({ source, problems, note }: Health, settings: StatusSettings): string {
	const kind = source === 'database' ? databaseNote(settings) : note;
	const name = `${SOURCES[source]}${kind === null ? '' : ` (${kind})`}`;
	return problems.length === 0 ? `✓ ${name}` : `✗ ${name}: ${sentence(problems.join(' '), REASON_LENGTH)}`;
}

function databaseNote({ database, schema }: StatusSettings): string {
	const kind = database === 'embedded' ? 'embedded' : 'PostgreSQL';
	return schema === 'public' ? kind : `${kind}, schema ${escapeText(schema, REASON_LENGTH)}`;
}
