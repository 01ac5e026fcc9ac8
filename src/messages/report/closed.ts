import { COLOURS } from '../format/colours.js';
import { count } from '../format/format.js';
import { progressPrint } from './issues-head.js';
import { listedIssues } from './listed.js';
import { smallPrint } from './small-print.js';
import { titleOf } from './summary.js';
import type { MessagePayload, ReportView } from './view.js';

/** A report that a newer one replaces: without buttons, so that no one works through two lists of the same people. */
export function closedReport(view: ReportView, newer: string): MessagePayload {
	const { result } = view;
	const listed = listedIssues(view);
	const title = listed.length === 0 ? titleOf(result) : `${count(listed.length, 'person', 'people')} had the wrong roles`;
	return {
		embeds: [
			{
				title,
				color: COLOURS.low,
				description: [
					`Closed: there is a [newer report](${newer}).`,
					listed.length === 0 ? smallPrint(result) : progressPrint(view, listed)
				].join('\n'),
				footer: { text: `Run ${result.runId}` }
			}
		],
		components: [],
		allowedMentions: { parse: [] }
	};
}
