import type { APIEmbed } from 'discord.js';
import type { Health, Status, Undelivered } from '../reconciliation/status.js';
import { COLOURS } from './colours.js';
import { runLine } from './history.js';
import { fitLines } from './notices.js';
import { pauseInWords } from './schedule-words.js';
import { escapeText } from './text.js';
import { ago, count, moment, TYPE_WORDS } from './words.js';

/** What the settings say about how Reeve works here. */
export interface StatusSettings {
	readonly guildId: string;
	readonly autoFix: boolean;
	/** Whether Redis wakes the tasks, or this process. */
	readonly redis: boolean;
	readonly database: 'postgresql' | 'embedded';
}

const FIELD_LENGTH = 1_000;
const REASON_LENGTH = 300;

const SOURCES: Readonly<Record<Health['source'], string>> = { stripe: 'Stripe', discord: 'Discord', database: 'Database' };

/** `/reconcile status`: how things stand, in one embed. */
export function statusEmbed(status: Status, settings: StatusSettings): APIEmbed {
	const troubled = status.health.some(({ problems }) => problems.length > 0);
	const { open } = status;
	const many = open.reduce((sum, kind) => sum + kind.many, 0);
	const field = (name: string, lines: readonly string[], inline = false) => ({ name, value: fitLines(lines, '\n', FIELD_LENGTH), inline });
	return {
		title: troubled ? 'Status: something needs you' : 'Status',
		description: troubled
			? 'Something keeps Reeve from its work: Sources, below, says what and what to do.'
			: 'Stripe, Discord and the database are well.',
		color: troubled ? COLOURS.bad : many > 0 || status.undelivered.length > 0 ? COLOURS.amber : COLOURS.good,
		fields: [
			field('Schedule', scheduleLines(status, settings)),
			field('Auto-fix', [settings.autoFix ? 'On: Reeve fixes what it finds, within the safety check' : 'Off: Reeve only reports']),
			field('Last run', lastRunLines(status, settings.guildId)),
			field(
				`Open issues: ${many}`,
				many === 0
					? ['None']
					: open.map(({ type, many, oldest }) => `${TYPE_WORDS[type]}: ${count(many, 'issue')}, the oldest since ${ago(oldest)}`)
			),
			...(status.verification === null
				? []
				: [field('Verification', [`${ago(status.verification.dueAt)}, of ${count(status.verification.fixes, 'fix', 'fixes')}`])]),
			...(status.undelivered.length === 0 ? [] : [field('Not delivered yet', status.undelivered.map(undeliveredLine))]),
			...(status.exemptions === 0
				? []
				: [field('Exempt', [`${count(status.exemptions, 'person', 'people')}: see \`/reconcile exemptions\``])]),
			field(
				'Sources',
				status.health.map((health) => healthLine(health, settings))
			)
		]
	};
}

function scheduleLines({ daily, pause, nextRunAt }: Status, { redis }: StatusSettings): string[] {
	const lines = [`Every day at ${String(daily.hour).padStart(2, '0')}:00, ${daily.timeZone}${redis ? ', woken through Redis' : ''}`];
	if (daily.paused) lines.push('**Paused** by the settings: RECONCILIATION_PAUSED is true, whatever `/reconcile resume` says');
	if (pause !== null) lines.push(`**${capital(pauseInWords(pause))}**`);
	if (nextRunAt !== null) lines.push(`Next run: ${moment(nextRunAt)} (${ago(nextRunAt)})`);
	return lines;
}

function lastRunLines({ lastRun, lastSuccess }: Status, guildId: string): string[] {
	if (lastRun === null) return ['None yet: `/reconcile run` makes the first'];
	const lines = [runLine(lastRun, guildId)];
	if (lastSuccess === null) lines.push('No run over everybody has succeeded yet');
	else if (lastSuccess.runId !== lastRun.runId) lines.push(`The last that read everything: ${ago(lastSuccess.startedAt)}`);
	return lines;
}

function undeliveredLine({ channel, subject, since, tries, lastError, nextTryAt }: Undelivered): string {
	const what = subject.startsWith('run:') ? 'of a run' : 'that no run has succeeded';
	const why = lastError === null ? '' : ` ${escapeText(lastError, REASON_LENGTH)}`;
	return `${channel === 'mail' ? 'Mail' : 'Report'} ${what}, from ${ago(since)}, tried ${count(tries, 'time')}, again ${ago(nextTryAt)}.${why}`;
}

function healthLine({ source, problems, note }: Health, { database }: StatusSettings): string {
	const kind = source === 'database' ? (database === 'embedded' ? 'embedded' : 'PostgreSQL') : note;
	const name = `${SOURCES[source]}${kind === null ? '' : ` (${kind})`}`;
	return problems.length === 0 ? `✓ ${name}` : `✗ ${name}: ${escapeText(problems.join(' '), REASON_LENGTH)}`;
}

function capital(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}
