import type { APIEmbed } from 'discord.js';
import { reportableIssues } from '../../reconciliation/detection/verify-fixes.js';
import { isFullRun, type ReconciliationResult } from '../../reconciliation/domain/run.js';
import { LAST_PAGE } from '../custom-id.js';
import { number } from '../format/format.js';
import { MAX_EMBEDS_LENGTH } from '../format/limits.js';
import { TEXT_BUDGETS } from '../format/text-budget.js';
import { buttonRows } from './buttons.js';
import { issueEmbed, shownIssue } from './issue.js';
import { offersGrants, shownOnboarding } from './onboarding.js';
import { offersFixAll, summaryEmbed } from './summary.js';
import { targetedReport } from './targeted.js';
import type { MessagePayload, ReportView } from './view.js';

/** Each issue has a button, and a row holds five. */
export const ISSUES_PER_PAGE = 5;

/** At least 1: a failed run has no issues. */
export function pageCount(result: ReconciliationResult): number {
	return Math.min(Math.max(1, Math.ceil(reportableIssues(result).length / ISSUES_PER_PAGE)), LAST_PAGE + 1);
}

/**
 * Renders one page of a report: the summary, up to five issues, and their buttons.
 * @param page - counted from 0; clamped to the existing pages
 */
export function reportPage({ result, states }: ReportView, page: number): MessagePayload {
	if (result.triggeredBy === 'targeted' && result.status === 'COMPLETED') return targetedReport({ result, states }, page);
	const pages = pageCount(result);
	const at = Math.min(Math.max(0, Math.trunc(page) || 0), pages - 1);
	const first = at * ISSUES_PER_PAGE;
	const reportable = reportableIssues(result);
	const found = reportable.slice(first, first + ISSUES_PER_PAGE);
	const issues = found.map((issue, index) => shownIssue(issue, first + index + 1, states));
	const range = pages > 1 ? `Issues ${number(first + 1)}–${number(first + issues.length)} of ${number(reportable.length)} · ` : '';
	const footer = `${range}Run ${result.runId}`;

	const onboarding = shownOnboarding(result);
	let embeds: APIEmbed[] = [];
	for (const budget of TEXT_BUDGETS) {
		embeds = [summaryEmbed({ result, states }, footer, budget), ...issues.map((issue) => issueEmbed(issue, budget))];
		if (characters(embeds) <= MAX_EMBEDS_LENGTH) break;
	}
	return {
		embeds,
		components: buttonRows(issues, {
			runId: result.runId,
			page: at,
			pages,
			fixAll: onboarding === null ? found.length > 0 && offersFixAll(result) : offersGrants(result),
			onboarding,
			toAccept: isFullRun(result) && result.verified === null && result.ruleChange?.acceptedBy === null ? result.ruleChange : null
		}),
		allowedMentions: { parse: [] }
	};
}

/** Characters that count towards Discord's limit. */
function characters(embeds: readonly APIEmbed[]): number {
	return embeds
		.flatMap(({ title, description, footer, fields = [] }) => [
			title,
			description,
			footer?.text,
			...fields.flatMap((field) => [field.name, field.value])
		])
		.reduce((sum, text) => sum + (text?.length ?? 0), 0);
}
