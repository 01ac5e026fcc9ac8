import { type APIActionRowComponent, type APIButtonComponent, type APIEmbed, ComponentType } from 'discord.js';
import {
	type DecidedFix,
	type Decision,
	MIN_DECIDED,
	MIN_RUNS,
	type Readiness,
	type Verdict
} from '../../reconciliation/health/readiness.js';
import type { ReplayedHold } from '../../reconciliation/health/replay.js';
import { buildCustomId } from '../custom-id.js';
import { COLOURS } from '../format/colours.js';
import { describeEffects } from '../format/effects.js';
import { count, describeActor, describePlan, number } from '../format/format.js';
import { cut, mentionWithName, sentence } from '../format/text.js';
import { ago, moment } from '../format/timestamps.js';
import { pager } from '../report/pager.js';

/** `/reconcile readiness`: whether automatic fixes can be switched on. */

const ENTRIES_PER_PAGE = 8;
const PLAN_LENGTH = 120;
const REASON_LENGTH = 300;

export const VERDICTS: Readonly<Record<Verdict, string>> = {
	ready: 'Ready for auto-fix',
	'not-yet': 'Not ready for auto-fix yet',
	'not-enough-data': 'Not enough data about auto-fix yet'
};

const VERDICT_COLOURS: Readonly<Record<Verdict, number>> = {
	ready: COLOURS.good,
	'not-yet': COLOURS.amber,
	'not-enough-data': COLOURS.busy
};

/** One page; the numbers are on each. @param page - counted from 0; one that does not exist becomes the last */
export function readinessReply(
	readiness: Readiness,
	page: number
): { embeds: APIEmbed[]; components: APIActionRowComponent<APIButtonComponent>[] } {
	const { objections, doubtful, holds, verdict, isOn } = readiness;
	const entries = [
		...objections.map((fix) => ({ section: 'What speaks against it', line: fixLine(fix) })),
		...holds.map((held) => ({ section: 'When it would have waited for your approval', line: holdLine(held) })),
		...doubtful.map((fix) => ({ section: 'Access it would have taken, of issues that went away without a fix', line: fixLine(fix) }))
	];
	const pages = Math.max(1, Math.ceil(entries.length / ENTRIES_PER_PAGE));
	const shownPage = Math.min(page, pages - 1);
	const shown = entries.slice(shownPage * ENTRIES_PER_PAGE, (shownPage + 1) * ENTRIES_PER_PAGE);
	const buttons = pager({ page: shownPage, pages, idOf: (target, button) => buildCustomId({ action: 'readiness', page: target, button }) });
	const list = shown.flatMap(({ section, line }, index) => [
		...(shown[index - 1]?.section === section ? [] : [`${index === 0 ? '' : '\n'}**${section}**`]),
		line
	]);
	return {
		embeds: [
			{
				title: isOn ? 'Auto-fix is on' : VERDICTS[verdict],
				color: VERDICT_COLOURS[verdict],
				description: [...(isOn ? [] : adviceLines(readiness)), numberLines(readiness).join('\n'), list.join('\n')]
					.filter((part) => part !== '')
					.join('\n\n')
			}
		],
		components: buttons.length === 0 ? [] : [{ type: ComponentType.ActionRow, components: buttons }]
	};
}

/** What the verdict means, and what to do. */
function adviceLines({ verdict, days, runs, decisions, unfinished, objections }: Readiness): string[] {
	if (verdict === 'ready')
		return [
			`Over the last ${days} days operators did the same as auto-fix would have done, without an exception. \`RECONCILIATION_AUTO_FIX\` turns it on.`
		];
	if (verdict === 'not-enough-data') {
		const known = decided(decisions);
		return [
			`This takes ${count(MIN_RUNS, 'completed run')} over all members and ${count(MIN_DECIDED, 'fix', 'fixes')} that operators have decided about, within ${days} days. So far there are ${runs} and ${known}. Until then, apply or ignore what the reports show.`
		];
	}
	const first = [
		...(unfinished.includes('setup') ? ['Finish the setup first: the newest report says what is missing.'] : []),
		...(unfinished.includes('rules') ? ['Accept the changed rules first: the newest report has the button.'] : []),
		...(objections.length === 0
			? []
			: [
					`${count(objections.length, 'time')} auto-fix would have changed roles that operators left or put back, or that did not last. Each counts for ${days} days. If a person is to keep their roles for good, exempt them without an end: auto-fix leaves exempt members alone.`
				])
	];
	return [first.join('\n')];
}

const DECISIONS: readonly (readonly [Decision, string])[] = [
	['applied', 'applied by operators'],
	['automatic', 'applied by auto-fix itself'],
	['undone', 'applied and **undone**'],
	['ignored', '**ignored** by operators'],
	['came-back', 'applied, and **came back**'],
	['gone', 'went away without a fix'],
	['open', 'still open']
];

/** What it would have done, against what was done. */
function numberLines({ days, runs, effects, decisions, holds }: Readiness): string[] {
	const fixes = Object.values(decisions).reduce((sum, many) => sum + many, 0);
	const period = `In ${count(runs, 'run')} over all members and the changes between them, within ${days} days, auto-fix would have`;
	if (fixes === 0 && holds.length === 0) return [`${period} changed nothing.`];
	return [
		period,
		...(fixes === 0 ? [] : [`- made ${count(fixes, 'fix', 'fixes')}: ${describeEffects(effects)}`]),
		...(holds.length === 0 ? [] : [`- waited for your approval ${holds.length === 1 ? 'once' : count(holds.length, 'time')}`]),
		...(fixes === 0 ? [] : ['', 'What happened to these issues:']),
		...DECISIONS.flatMap(([decision, label]) => (decisions[decision] === 0 ? [] : [`- ${number(decisions[decision])} ${label}`]))
	];
}

function decided({ gone: _, open: __, ...known }: Readiness['decisions']): number {
	return Object.values(known).reduce((sum, many) => sum + many, 0);
}

function fixLine({ issue, at, decision, by, decidedAt }: DecidedFix): string {
	const who = by === null ? '' : ` by ${describeActor(by)}`;
	const when = decidedAt === null ? '' : ` ${ago(decidedAt)}`;
	const what =
		decision === 'came-back' ? `fixed${who}, **came back**` : decision === 'gone' ? 'went away without a fix' : `**${decision}**${who}`;
	return `- ${mentionWithName(issue.discordId, issue.discordName)} · ${cut(describePlan(issue.plan), PLAN_LENGTH)} · found ${moment(at)} · ${what}${when}`;
}

function holdLine({ at, hold }: ReplayedHold): string {
	return `- ${moment(at)} · ${sentence(hold.reason, REASON_LENGTH)}`;
}
