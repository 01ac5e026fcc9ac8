import { ButtonStyle, ComponentType } from 'discord.js';
import { reminders } from '../../reconciliation/detection/news.js';
import { type OpenIssue, openedAt } from '../../reconciliation/domain/issue.js';
import { moneyTotals } from '../../reconciliation/domain/money.js';
import { buildCustomId } from '../custom-id.js';
import { COLOURS } from '../format/colours.js';
import { count, number } from '../format/format.js';
import { totalsText } from '../format/money.js';
import { describeSettled } from '../format/news.js';
import { ago, day } from '../format/timestamps.js';
import { isOpen } from './listed.js';
import type { MessagePayload, ReportView } from './view.js';

/** A daily report without news: a line, and a button that shows the known issues. */

/** What there is to say where nothing is new: of the report in the channel, and of the mail. */
interface NothingNew {
	/** "Nothing new: 50 people still have the wrong roles". */
	readonly title: string;
	/** Of the report that it is compared with. */
	readonly since: Date;
	/** Since when the first of them is open. */
	readonly oldest: Date;
	/** "50 open for 7 days": whom to remind of. */
	readonly reminders: readonly string[];
	/** "2 fixed": what of the last report is settled; empty if nothing is. */
	readonly settled: string;
	/** Of the issues that are open now; null if no amount is known. */
	readonly money: string | null;
}

export function nothingNew(view: Pick<ReportView, 'result' | 'states'>): NothingNew {
	const { issues, startedAt, news = null } = view.result;
	const since = news?.since ?? startedAt;
	return {
		title: `Nothing new: ${count(issues.length, 'person still has', 'people still have')} the wrong roles`,
		since,
		oldest: issues.map(openedAt).reduce((first, opened) => (opened < first ? opened : first), startedAt),
		reminders: reminders(issues, since, startedAt).map(({ day, issues: open }) => `${number(open.length)} open for ${day} days`),
		settled: describeSettled(news?.settled),
		money: totalsText(moneyTotals(openOf(view)))
	};
}

function openOf({ result, states }: Pick<ReportView, 'result' | 'states'>): readonly OpenIssue[] {
	return result.issues.filter((issue) => isOpen({ states }, issue));
}

export function nothingNewReport(view: ReportView): MessagePayload {
	const { issues, runId, membersChecked, completedAt } = view.result;
	const { title, since, oldest, reminders: reminded, settled, money } = nothingNew(view);
	const done = issues.length - openOf(view).length;
	const smallPrint = [
		`${issues.length === 1 ? 'Open' : 'The oldest open'} since ${day(oldest)}`,
		...reminded,
		...(settled === '' ? [] : [`since ${day(since)}: ${settled}`]),
		...(done === 0 ? [] : [`${number(done)} of ${number(issues.length)} settled since this report`]),
		`${count(membersChecked, 'member')} checked`,
		ago(completedAt)
	];
	return {
		embeds: [
			{
				title,
				description: [...(money === null ? [] : [money]), `-# ${smallPrint.join(' · ')}`].join('\n'),
				color: COLOURS.low,
				footer: { text: `Run ${runId}` }
			}
		],
		components: [
			{
				type: ComponentType.ActionRow,
				components: [
					{
						type: ComponentType.Button,
						style: ButtonStyle.Secondary,
						label: issues.length === 1 ? 'Show this person' : `Show these ${number(issues.length)} people`,
						custom_id: buildCustomId({ action: 'page', runId, page: 0, button: 'current' })
					}
				]
			}
		],
		allowedMentions: { parse: [] }
	};
}
