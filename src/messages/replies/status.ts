import type { APIEmbed, APIEmbedField } from 'discord.js';
import type { ProbeResult } from '../../async/probe.js';
import type { Status } from '../../reconciliation/health/status.js';
import { COLOURS } from '../format/colours.js';
import { count } from '../format/format.js';
import { MAX_FIELD_LENGTH } from '../format/limits.js';
import { fitLines } from '../format/lines.js';
import { capital, sentence } from '../format/text.js';
import { ago } from '../format/timestamps.js';
import {
	autoFixLine,
	changeLine,
	healthLine,
	lastRunLine,
	lastSuccessLine,
	moneyLine,
	onboardingLines,
	openLines,
	pauseLines,
	ruleLines,
	type StatusSettings,
	scheduleLine,
	targetedLine,
	undeliveredLine
} from './status-lines.js';

/** The normal lines; together with the fields below Discord's limit for an embed. */
const DESCRIPTION_LENGTH = 2500;
const FIELD_LENGTH = Math.min(MAX_FIELD_LENGTH, 800);
const ERROR_LENGTH = 300;

/**
 * `/reconcile status`: what an operator looks at first as lines that fit a phone's screen, and as fields what needs attention. Values that
 * could not be read are named as unknown, never left out.
 */
export function statusEmbed(status: Status, settings: StatusSettings, now = new Date()): APIEmbed {
	const { open, onboarding, ruleChange, undelivered, health } = status;
	const unknown = new Map<string, string[]>();
	/** A value; null if it is unknown. The unknown ones are named together, by the reason. */
	const known = <T>(name: string, probed: ProbeResult<T>): T | null => {
		if (probed.ok) return probed.value;
		const error = sentence(probed.error, ERROR_LENGTH);
		unknown.set(error, [...(unknown.get(error) ?? []), name]);
		return null;
	};
	const linesOf = <T>(name: string, probed: ProbeResult<T>, describe: (value: T) => readonly string[]): readonly string[] => {
		if (probed.ok) return describe(probed.value);
		known(name, probed);
		return [];
	};
	const isOnboarding = onboarding.ok && onboarding.value !== null && 'reasons' in onboarding.value;
	const lines = [
		...linesOf('open issues', open, openLines),
		...linesOf('money', status.money, (money) => (isOnboarding ? [] : moneyLine(money))),
		...linesOf('last run', status.lastRun, (run) => lastRunLine(run, settings.guildId)),
		...linesOf('last full check', status.lastSuccess, (run) => lastSuccessLine(run, status.lastRun)),
		...linesOf('last check after a change', status.lastTargeted, (run) => targetedLine(run, settings.guildId)),
		scheduleLine(known('next run', status.nextRunAt), status.daily, settings),
		...pauseLines(known('pause', status.pause), status.daily),
		autoFixLine(known('readiness', status.readiness), settings.autoFix),
		...linesOf('changes', status.changes, (changes) => changeLine(changes, now)),
		...linesOf('verification', status.verification, (due) =>
			due === null ? [] : [`**Verification:** ${ago(due.dueAt)}, of ${count(due.fixes, 'fix', 'fixes')}`]
		),
		...linesOf('exemptions', status.exemptions, (people) =>
			people === 0 ? [] : [`**Exempt:** ${count(people, 'person', 'people')}, see \`/reconcile exemptions\``]
		)
	];
	const troubled = health.filter(({ problems }) => problems.length > 0);
	const sources = health.map((source) => healthLine(source, settings));
	if (troubled.length === 0) lines.push(`**Sources:** ${sources.join(' · ')}`);
	const fields = [
		...(troubled.length === 0 ? [] : [field('Sources', sources)]),
		...fieldUnlessEmpty('Setup', linesOf('setup', onboarding, onboardingLines)),
		...fieldUnlessEmpty('Rules', linesOf('rules', ruleChange, ruleLines)),
		...fieldUnlessEmpty(
			'Not delivered yet',
			linesOf('deliveries', undelivered, (waiting) => waiting.map(undeliveredLine))
		)
	];
	const unread = [...unknown].map(([error, names]) => `${capital(names.join(', '))}: ${error}`);
	const isWrong = troubled.length > 0 || unread.length > 0;
	const isToDo =
		(open.ok && open.value.length > 0) ||
		isOnboarding ||
		(ruleChange.ok && ruleChange.value !== null) ||
		(undelivered.ok && undelivered.value.length > 0);
	return {
		title: isWrong ? 'Status: something needs you' : 'Status',
		description: fitLines([...headOf(troubled.length > 0, unread.length > 0), ...lines], DESCRIPTION_LENGTH, { cutLast: true }),
		color: isWrong ? COLOURS.bad : isToDo ? COLOURS.amber : COLOURS.good,
		fields: [...fields, ...fieldUnlessEmpty('Unknown', unread)]
	};
}

function headOf(isTroubled: boolean, isUnread: boolean): readonly string[] {
	if (isTroubled) return ["Reeve can't work as it should: see Sources below for what to do."];
	return isUnread ? ['Some of this could not be read: see Unknown below. Try again in a minute.'] : [];
}

function field(name: string, lines: readonly string[]): APIEmbedField {
	return { name, value: fitLines(lines, FIELD_LENGTH, { cutLast: true }), inline: false };
}

/** A field, unless it has nothing to say. */
function fieldUnlessEmpty(name: string, lines: readonly string[]): APIEmbedField[] {
	return lines.length === 0 ? [] : [field(name, lines)];
}
