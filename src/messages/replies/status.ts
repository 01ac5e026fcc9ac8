import type { APIEmbed } from 'discord.js';
import type { ProbeResult } from '../../async/probe.js';
import { lateSince } from '../../reconciliation/changes/late-since.js';
import type { ChangeStatus } from '../../reconciliation/changes/store.js';
import type { Onboarding, OnboardingEnd } from '../../reconciliation/domain/onboarding.js';
import type { Health, Status, Undelivered } from '../../reconciliation/health/status.js';
import type { RunSummary } from '../../reconciliation/runs/history.js';
import { COLOURS } from '../format/colours.js';
import { count, describeActor, number, SCOPE_NAMES } from '../format/format.js';
import { MAX_FIELD_LENGTH } from '../format/limits.js';
import { fitLines } from '../format/lines.js';
import { totalsText } from '../format/money.js';
import { escapeText, sentence } from '../format/text.js';
import { ago, moment } from '../format/timestamps.js';
import { describeOnboarding } from '../report/onboarding.js';
import { runLine } from './history.js';
import { VERDICTS } from './readiness.js';
import { describePause } from './schedule-messages.js';

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

/** `/reconcile status`: Values that could not be read are shown as unknown, never left out. */
export function statusEmbed(status: Status, settings: StatusSettings, now = new Date()): APIEmbed {
	const { open, money, verification, undelivered, exemptions, changes, ruleChange, onboarding, health } = status;
	const troubled = health.some(({ problems }) => problems.length > 0);
	const unread = Object.values(status).some((probed) => typeof probed === 'object' && 'ok' in probed && !probed.ok);
	const many = open.ok ? open.value.reduce((sum, kind) => sum + kind.many, 0) : null;
	const isOnboarding = onboarding.ok && onboarding.value !== null && 'reasons' in onboarding.value;
	const toDo =
		many === null ||
		many > 0 ||
		!undelivered.ok ||
		undelivered.value.length > 0 ||
		(ruleChange.ok && ruleChange.value !== null) ||
		isOnboarding;
	const field = (name: string, lines: readonly string[]) => ({
		name,
		value: fitLines(lines, MAX_FIELD_LENGTH, { cutLast: true }),
		inline: false
	});
	/** A field that is left out if it has no lines. */
	const unlessEmpty = <T>(name: string, probed: ProbeResult<T>, linesOf: (value: T) => readonly string[]) => {
		const lines = probed.ok ? linesOf(probed.value) : [unknown(probed)];
		return lines.length === 0 ? [] : [field(name, lines)];
	};
	return {
		title: troubled || unread ? 'Status: something needs you' : 'Status',
		description: troubled
			? "Reeve can't work as it should: see Sources below for what to do."
			: unread
				? 'Some of this could not be read and is shown as unknown. Try again in a minute.'
				: 'Stripe, Discord and the database are reachable.',
		color: troubled || unread ? COLOURS.bad : toDo ? COLOURS.amber : COLOURS.good,
		fields: [
			field('Schedule', scheduleLines(status, settings)),
			field('Auto-fix', autoFixLines(status.readiness, settings.autoFix)),
			field('Changes', changes.ok ? changeLines(changes.value, now) : [unknown(changes)]),
			field('Last run', lastRunLines(status, settings.guildId)),
			...unlessEmpty('Last check after a change', status.lastTargeted, (run) => (run === null ? [] : [runLine(run, settings.guildId)])),
			field(`Open issues: ${many ?? 'unknown'}`, [...openLines(open), ...moneyLines(money, isOnboarding)]),
			...unlessEmpty('Verification', verification, (due) =>
				due === null ? [] : [`${ago(due.dueAt)}, of ${count(due.fixes, 'fix', 'fixes')}`]
			),
			...unlessEmpty('Not delivered yet', undelivered, (waiting) => waiting.map(undeliveredLine)),
			...unlessEmpty('Setup', onboarding, (found) => (found === null ? [] : onboardingLines(found))),
			...unlessEmpty('Rules', ruleChange, (change) =>
				change === null
					? []
					: [
							'**Changed, and not accepted by an operator.** The newest report says whom that concerns.',
							...change.changes.map((each) => sentence(each, REASON_LENGTH))
						]
			),
			...unlessEmpty('Exempt', exemptions, (people) =>
				people === 0 ? [] : [`${count(people, 'person', 'people')}: see \`/reconcile exemptions\``]
			),
			field(
				'Sources',
				health.map((source) => healthLine(source, settings))
			)
		]
	};
}

function autoFixLines(readiness: Status['readiness'], autoFix: boolean): string[] {
	if (autoFix) return ['On: Reeve fixes what it finds, within the safety check'];
	if (!readiness.ok) return ['Off: Reeve only reports', `Readiness: ${unknown(readiness)}`];
	const verdict = readiness.value === null ? 'Whether it can be switched on' : VERDICTS[readiness.value];
	return [`Off: Reeve only reports. ${verdict}: see \`/reconcile readiness\``];
}

function onboardingLines(found: Onboarding | OnboardingEnd): readonly string[] {
	if ('reasons' in found)
		return [
			`**${describeOnboarding(found)}** No one is reported until it is: the newest report says what to do, and how to report them all the same.`
		];
	const { actor, at, unlinkedHolders, holders } = found;
	return [
		`${describeActor(actor)} ended it ${ago(at)}, with ${number(unlinkedHolders)} of ${count(holders, 'member')} with a role not linked to anyone who pays`
	];
}

function unknown({ error }: { readonly error: string }): string {
	return `Unknown. ${sentence(error, REASON_LENGTH)}`;
}

function scheduleLines({ daily, pause, nextRunAt }: Status, { redis }: StatusSettings): string[] {
	const lines = [`Every day at ${String(daily.hour).padStart(2, '0')}:00, ${daily.timeZone}${redis ? ', woken through Redis' : ''}`];
	if (daily.paused) lines.push('**Paused** by the settings: RECONCILIATION_PAUSED is true, whatever `/reconcile resume` says');
	if (!pause.ok) lines.push(`Paused: ${unknown(pause)}`);
	else if (pause.value !== null) lines.push(`**${capital(describePause(pause.value))}**`);
	if (!nextRunAt.ok) lines.push(`Next run: ${unknown(nextRunAt)}`);
	else if (nextRunAt.value !== null) lines.push(`Next run: ${moment(nextRunAt.value)} (${ago(nextRunAt.value)})`);
	return lines;
}

function changeLines(changes: ChangeStatus | null, now: Date): string[] {
	if (changes === null) return ['Not watched: RECONCILIATION_EVENTS_SECONDS is 0, so the daily run finds what is wrong'];
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
		queued === 0 || oldestAt === null
			? 'Nothing waits to be compared'
			: `${count(queued, 'change')} to compare, the oldest from ${ago(oldestAt)}`;
	return [reading, waiting];
}

function lastRunLines({ lastRun, lastSuccess }: Status, guildId: string): string[] {
	if (!lastRun.ok) return [unknown(lastRun), ...lastSuccessLines(lastSuccess, null)];
	const last = lastRun.value;
	if (last === null) return ['None yet: `/reconcile run` makes the first'];
	return [runLine(last, guildId), ...lastSuccessLines(lastSuccess, last)];
}

function lastSuccessLines(lastSuccess: Status['lastSuccess'], last: RunSummary | null): string[] {
	if (!lastSuccess.ok) return [`Last full check: ${unknown(lastSuccess)}`];
	if (lastSuccess.value === null) return ['No full check has succeeded yet'];
	return lastSuccess.value.runId === last?.runId ? [] : [`Last full check: ${ago(lastSuccess.value.startedAt)}`];
}

function moneyLines(money: Status['money'], isOnboarding: boolean): string[] {
	if (!money.ok) return [`Money: ${unknown(money)}`];
	return isOnboarding ? [] : [totalsText(money.value) ?? []].flat();
}

function openLines(open: Status['open']): string[] {
	if (!open.ok) return [unknown(open)];
	if (open.value.length === 0) return ['None'];
	return open.value.map(({ kind, many, oldest }) => `${SCOPE_NAMES[kind]}: ${count(many, 'issue')}, the oldest since ${ago(oldest)}`);
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

function undeliveredLine({ channel, subject, since, tries, lastError, nextTryAt }: Undelivered): string {
	const what = ABOUT[subject.slice(0, subject.indexOf(':'))] ?? '';
	const error = lastError === null ? '' : ` ${sentence(lastError, REASON_LENGTH)}`;
	return `${CHANNELS[channel]} ${what}, from ${ago(since)}, tried ${count(tries, 'time')}, again ${ago(nextTryAt)}.${error}`;
}

function healthLine({ source, problems, note }: Health, settings: StatusSettings): string {
	const kind = source === 'database' ? databaseNote(settings) : note;
	const name = `${SOURCES[source]}${kind === null ? '' : ` (${kind})`}`;
	return problems.length === 0 ? `✓ ${name}` : `✗ ${name}: ${sentence(problems.join(' '), REASON_LENGTH)}`;
}

function databaseNote({ database, schema }: StatusSettings): string {
	const kind = database === 'embedded' ? 'embedded' : 'PostgreSQL';
	return schema === 'public' ? kind : `${kind}, schema ${escapeText(schema, REASON_LENGTH)}`;
}

function capital(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}
