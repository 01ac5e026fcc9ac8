import type { APIEmbed } from 'discord.js';
import { hasNothingNew } from '../../reconciliation/detection/news.js';
import type { OpenIssue } from '../../reconciliation/domain/issue.js';
import { isFullRun } from '../../reconciliation/domain/run.js';
import { number } from '../format/format.js';
import { MAX_DESCRIPTION_LENGTH, MAX_EMBEDS_LENGTH } from '../format/limits.js';
import { cut } from '../format/text.js';
import { TEXT_BUDGETS, type TextBudget } from '../format/text-budget.js';
import { componentRows } from './buttons.js';
import { closedReport } from './closed.js';
import { issueLines, type ShownIssue, shownIssue } from './issue.js';
import { offersFixAll } from './issues-head.js';
import { ISSUES_PER_PAGE, isTargeted, listedIssues, pageCount, withoutKnown } from './listed.js';
import { countNotices } from './notes.js';
import { nothingNewReport } from './nothing-new.js';
import { offersGrants, shownOnboarding } from './onboarding.js';
import { headOf } from './summary.js';
import type { MessagePayload, ReportView } from './view.js';

/**
 * Renders one page of a report as one embed: the head, up to five issues, and their buttons; or that a newer report replaces it.
 * @param page - counted from 0; clamped to the existing pages
 * @param isCopy - whether one operator alone sees it, and turns its pages. The shared report stays on its page: no one's buttons move.
 */
export function reportPage(view: ReportView, page: number, isCopy = false): MessagePayload {
	const open = openPage(view, page, isCopy);
	return view.newer && !isCopy && open.components.length > 0 ? closedReport(view, view.newer) : open;
}

function openPage(view: ReportView, page: number, isCopy: boolean): MessagePayload {
	const { result, states } = view;
	// Who starts a run wants to see what it found.
	if (!isCopy && result.triggeredBy === 'scheduled' && hasNothingNew(result)) return nothingNewReport(view);
	const listed = listedIssues(view);
	const pages = pageCount(listed);
	const at = Math.min(Math.max(0, Math.trunc(page) || 0), pages - 1);
	const first = at * ISSUES_PER_PAGE;
	const onPage = listed.slice(first, first + ISSUES_PER_PAGE);
	const visible = isCopy || result.triggeredBy !== 'scheduled' ? onPage : withoutKnown(view, onPage);
	const shown = visible.map((issue, index) => shownIssue(issue, first + index + 1, states));
	const onboarding = isTargeted(result) ? null : shownOnboarding(result);
	return {
		embeds: [pageEmbed(view, listed, shown, isCopy)],
		components: componentRows(shown, {
			runId: result.runId,
			page: at,
			pages,
			issues: listed.length,
			isCopy,
			hidesKnown: shown.length < onPage.length,
			notes: !isCopy && shown[0]?.number === 1 && noted(view, TEXT_BUDGETS[0]).length > 0,
			fixAll: onboarding === null ? offersFixAll(view, listed) : offersGrants(result),
			onboarding,
			toAccept: isFullRun(result) && result.verified === null && result.ruleChange?.acceptedBy === null ? result.ruleChange : null
		}),
		allowedMentions: { parse: [] }
	};
}

function pageEmbed(view: ReportView, listed: readonly OpenIssue[], shown: readonly ShownIssue[], isCopy: boolean): APIEmbed {
	const { result } = view;
	const range =
		shown.length < listed.length
			? `Issues ${number(shown[0]?.number ?? 0)}–${number(shown.at(-1)?.number ?? 0)} of ${number(listed.length)} · `
			: '';
	const footer = { text: `${range}Run ${result.runId}${isCopy ? ' · only you see this copy' : ''}` };
	let embed: APIEmbed = {};
	for (const budget of TEXT_BUDGETS) {
		embed = { ...reportEmbed(view, listed, shown, budget), footer };
		if ((embed.description ?? '').length <= MAX_DESCRIPTION_LENGTH && lengthOf(embed) <= MAX_EMBEDS_LENGTH) break;
	}
	return embed;
}

/**
 * The head, the issues, and what is no issue.
 * @param listed - all issues of the report
 * @param shown - those of them that this part shows
 */
export function reportEmbed(view: ReportView, listed: readonly OpenIssue[], shown: readonly ShownIssue[], budget: TextBudget): APIEmbed {
	const { description = '', ...head } = headOf(view, listed, budget);
	const isFirst = shown[0]?.number === 1;
	const lines = [
		description,
		...shown.flatMap((issue) => issueLines(issue, budget, view.stripeMode)),
		...(isFirst ? noted(view, budget) : [])
	];
	return { ...head, description: lines.join('\n') };
}

/** What is no issue: one small line. */
function noted({ result }: ReportView, budget: TextBudget): readonly string[] {
	const text = result.notices === null || isTargeted(result) ? '' : countNotices(result.notices);
	return text === '' ? [] : [`-# Noted: ${cut(text, budget.notices)}`];
}

/** Characters that count towards Discord's limit. */
function lengthOf({ title = '', description = '', footer, fields = [] }: APIEmbed): number {
	return [title, description, footer?.text ?? '', ...fields.flatMap(({ name, value }) => [name, value])].join('').length;
}
