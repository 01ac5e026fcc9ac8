import type { APIEmbed } from 'discord.js';
import type { OpenIssue } from '../../reconciliation/domain/issue.js';
import type { ReconciliationResult } from '../../reconciliation/domain/run.js';
import { COLOURS } from '../format/colours.js';
import { count } from '../format/format.js';
import { fitLines } from '../format/lines.js';
import { sentence } from '../format/text.js';
import type { TextBudget } from '../format/text-budget.js';
import { issuesHead } from './issues-head.js';
import { isTargeted } from './listed.js';
import { noticeLines } from './notices.js';
import { ONBOARDING_TITLE, onboardingCard, shownOnboarding } from './onboarding.js';
import { memberResult } from './one-member.js';
import { ruleChangeField } from './rule-change.js';
import { smallPrint, startedBy, took } from './small-print.js';
import { verificationEmbed, verificationTitle } from './verification.js';
import type { ReportView } from './view.js';

/**
 * The head of a report: what matters, and what happened since.
 * @param listed - the issues that the report lists, on all of its pages
 */
export function headOf(view: ReportView, listed: readonly OpenIssue[], budget: TextBudget): APIEmbed {
	const { result } = view;
	if (result.status === 'FAILED') return failed(result, budget);
	if (isTargeted(result)) return issuesHead(view, listed, budget);
	if (result.verified !== null) return verificationEmbed(result, result.verified, budget);
	const onboarding = shownOnboarding(result);
	if (onboarding !== null) return onboardingCard(result, onboarding, smallPrint(result));
	return result.issues.length === 0 ? allClear(view, budget) : issuesHead(view, listed, budget);
}

/** "12 people have the wrong roles", "All clear", "Reconciliation failed". */
export function titleOf(result: ReconciliationResult): string {
	const what = result.isVerificationRun ? 'Verification' : result.onlyMember === null ? 'Reconciliation' : 'Reconciliation of one person';
	if (result.status === 'FAILED') return `${what} failed`;
	if (result.verified !== null) return verificationTitle(result, result.verified);
	if (shownOnboarding(result) !== null) return ONBOARDING_TITLE;
	if (result.issues.length === 0) {
		if (result.onlyMember !== null) return memberResult(result, result.onlyMember).title;
		if (isPartlyUnknown(result)) return 'Nothing to fix, but some members could not be judged';
		return result.isVerificationRun ? 'All clear after the fixes' : 'All clear';
	}
	if (result.isVerificationRun) return `${what}: ${count(result.issues.length, 'issue')}`;
	return `${count(result.issues.length, 'person has', 'people have')} the wrong roles`;
}

/** Whether something is unknown about members: no issue found is then no proof that all is well. */
export function isPartlyUnknown({ notices }: Pick<ReconciliationResult, 'notices'>): boolean {
	return (notices?.unknown ?? []).length > 0;
}

/** What a failed run changed, and what happens next. */
export function afterFailure(result: ReconciliationResult): string {
	const changed = result.issuesFixed === 0 ? 'Nothing was changed.' : `${count(result.issuesFixed, 'issue')} had been fixed before that.`;
	if (result.isVerificationRun) return `${changed} Reeve retries the verification automatically.`;
	return `${changed} Reeve tries again tonight; \`/reconcile run\` tries now.`;
}

/** Why a run failed, escaped. */
export function failureText(result: ReconciliationResult, max: number): string {
	return sentence(result.failure ?? '', max) || 'Unknown reason: see the log.';
}

function failed(result: ReconciliationResult, budget: TextBudget): APIEmbed {
	return {
		title: titleOf(result),
		color: COLOURS.bad,
		description: `${failureText(result, budget.failure)}\n\n${afterFailure(result)}\n-# Failed after ${took(result)} · ${startedBy(result)}`
	};
}

function allClear({ result, stripeMode }: ReportView, budget: TextBudget): APIEmbed {
	const rules = result.ruleChange && { fields: [ruleChangeField(result.ruleChange, budget.sentence)] };
	if (result.onlyMember !== null) {
		const { title, text, isClear } = memberResult(result, result.onlyMember, stripeMode);
		return { title, color: isClear ? COLOURS.good : COLOURS.amber, description: `${smallPrint(result)}\n${text}`, ...rules };
	}
	const notices = result.notices === null ? '' : fitLines(noticeLines(result.notices), budget.notices, { separator: ' · ', cutLast: true });
	const mode = result.autoFixEnabled ? 'auto-fix on' : 'report only';
	return {
		title: titleOf(result),
		color: isPartlyUnknown(result) || result.ruleChange?.acceptedBy === null ? COLOURS.amber : COLOURS.good,
		description: `${smallPrint(result)} · ${mode}${notices === '' ? '' : `\nNoted: ${notices}.`}`,
		...rules
	};
}
