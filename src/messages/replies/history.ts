import { type APIActionRowComponent, type APIButtonComponent, type APIEmbed, ComponentType } from 'discord.js';
import { type HistoryPage, RUNS_PER_PAGE, type RunSummary } from '../../reconciliation/runs/history.js';
import { buildCustomId } from '../custom-id.js';
import { COLOURS } from '../format/colours.js';
import { count, describeRequester, duration, messageUrl, number } from '../format/format.js';
import { shortTotals } from '../format/money.js';
import { describeNews } from '../format/news.js';
import { mention, sentence } from '../format/text.js';
import { ago, moment } from '../format/timestamps.js';
import { pager } from '../report/pager.js';
import { type ChartFile, withChart } from './chart.js';

/** `/reconcile history`: runs, newest first. */

const REASON_LENGTH = 120;

/**
 * One page of the history, with page buttons.
 * @param chart - null where it is not shown: it then replaces one that the reply has
 */
export function historyReply(
	{ days, page, counts, runs }: HistoryPage,
	guildId: string,
	chart: ChartFile | null
): { embeds: APIEmbed[]; components: APIActionRowComponent<APIButtonComponent>[]; files: ChartFile[]; attachments: [] } {
	const pages = Math.max(1, Math.ceil(counts.runs / RUNS_PER_PAGE));
	const buttons = pager({
		page,
		pages,
		idOf: (target, button) => buildCustomId({ action: 'history', days, page: target, button }),
		previousLabel: '◀ Newer',
		nextLabel: 'Older ▶'
	});
	const embed = {
		title: `The last ${count(days, 'day')}`,
		color: COLOURS.busy,
		description:
			runs.length === 0
				? 'No run. `/reconcile run` makes one; `/reconcile status` shows when the next daily run is due.'
				: `${count(counts.runs, 'run')}, ${number(counts.failed)} failed; ${count(counts.fixed, 'issue')} fixed.\n\n${runs.map((run) => runLine(run, guildId)).join('\n')}`
	};
	return {
		embeds: [withChart(embed, chart)],
		components: buttons.length === 0 ? [] : [{ type: ComponentType.ActionRow, components: buttons }],
		files: chart === null ? [] : [chart],
		attachments: []
	};
}

/** A run in one line: time, trigger, outcome, duration, money, report link. */
export function runLine(run: RunSummary, guildId: string): string {
	const took = run.completedAt === null ? '' : `, ${duration(run.completedAt.getTime() - run.startedAt.getTime())}`;
	const amounts = run.status === 'COMPLETED' && run.money ? shortTotals(run.money) : null;
	const money = amounts === null ? '' : ` · ${amounts}`;
	return `${moment(run.startedAt)} (${ago(run.startedAt)}) · ${trigger(run)} · ${runOutcome(run)}${took}${money}${reportLink(run, guildId)}`;
}

/** The same in a few words: "2 hours ago · daily · 5 issues · report". */
export function shortRunLine(run: RunSummary, guildId: string): string {
	return `${ago(run.startedAt)} · ${trigger(run)} · ${runOutcome(run)}${reportLink(run, guildId)}`;
}

function reportLink({ report }: RunSummary, guildId: string): string {
	return report === null ? '' : ` · [report](${messageUrl(guildId, report.channelId, report.messageId)})`;
}

function trigger({ isVerificationRun, triggeredBy, requestedBy, onlyMember, onlyMembers }: RunSummary): string {
	const about = onlyMember === null ? '' : ` of ${mention(onlyMember)} alone`;
	if (isVerificationRun) return 'verification';
	if (triggeredBy === 'scheduled') return 'daily';
	if (triggeredBy === 'targeted') return onlyMembers === null ? 'catch-up' : `after changes to ${count(onlyMembers.length, 'member')}`;
	return `${requestedBy === null ? 'by hand' : describeRequester(requestedBy)}${about}`;
}

function runOutcome({ status, issuesFound, issuesFixed, news = null, failure, hold, holdReleasedBy }: RunSummary): string {
	if (status === 'RUNNING') return 'running';
	if (status === 'FAILED') return `**failed**: ${sentence(failure ?? 'see the log', REASON_LENGTH)}`;
	if (issuesFound === 0) return 'all clear';
	const fixed = issuesFixed === 0 ? '' : `, ${number(issuesFixed)} fixed`;
	const held = hold === null ? '' : holdReleasedBy === null ? ', **on hold**' : `, hold released by ${mention(holdReleasedBy)}`;
	return `${count(issuesFound, 'issue')}${news === null || news.since === null ? '' : ` (${describeNews(news.counts)})`}${fixed}${held}`;
}
