import type { APIEmbed, APIEmbedField } from 'discord.js';
import { countEffects } from '../../reconciliation/domain/effect.js';
import type { Hold } from '../../reconciliation/domain/hold.js';
import { DRIFT_TYPES, type DriftIssue, isInFixAll, SEVERITIES } from '../../reconciliation/domain/issue.js';
import type { ReconciliationResult } from '../../reconciliation/domain/run.js';
import { withholdChanged } from '../../reconciliation/fixes/safety.js';
import { COLOURS } from '../format/colours.js';
import { describeEffects, describeHeld } from '../format/effects.js';
import { count, describeRequester, duration, list, number, SCOPE_NAMES, SEVERITY_NAMES } from '../format/format.js';
import { MAX_FIELD_LENGTH } from '../format/limits.js';
import { fitLines } from '../format/lines.js';
import { originLines } from '../format/origin.js';
import { linkStripeIds } from '../format/stripe-links.js';
import { mention, sentence } from '../format/text.js';
import type { TextBudget } from '../format/text-budget.js';
import { ago } from '../format/timestamps.js';
import { noticeLines } from './notices.js';
import { ONBOARDING_TITLE, onboardingCard, shownOnboarding } from './onboarding.js';
import { memberResult } from './one-member.js';
import { ruleChangeField } from './rule-change.js';
import { resolutionOf } from './state.js';
import { verificationEmbed, verificationTitle } from './verification.js';
import type { ReportView } from './view.js';

/** The first embed of a report: result, progress since, next step. */
export function summaryEmbed({ result, states }: ReportView, footer: string, budget: TextBudget): APIEmbed {
	const common = { footer: { text: footer }, timestamp: result.completedAt.toISOString() };
	if (result.status === 'FAILED') return { ...failed(result, budget), ...common };
	if (result.verified !== null) return { ...verificationEmbed(result, result.verified, budget), ...common };
	const onboarding = shownOnboarding(result);
	if (onboarding !== null) return { ...onboardingCard(result, onboarding, smallPrint(result)), ...common };
	return result.issues.length === 0 ? { ...allClear(result, budget), ...common } : { ...found({ result, states }, budget), ...common };
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

function allClear(result: ReconciliationResult, budget: TextBudget): APIEmbed {
	const rules = result.ruleChange && { fields: [ruleChangeField(result.ruleChange, budget.sentence)] };
	if (result.onlyMember !== null) {
		const { title, text, isClear } = memberResult(result, result.onlyMember);
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

function found({ result, states }: ReportView, budget: TextBudget): APIEmbed {
	const progress = progressOf(result, states);
	const settled = progress.fixed + progress.ignored + progress.gone;
	const notices = result.notices === null ? '' : fitLines(noticeLines(result.notices), budget.notices, { cutLast: true });
	const origins = originLines(result.issues);
	const fields: APIEmbedField[] = [
		...(result.ruleChange ? [ruleChangeField(result.ruleChange, budget.sentence)] : []),
		...(result.hold === null || result.hold.byRuleChange ? [] : [holdField(result.hold, result, budget)]),
		{ name: 'By kind', value: kinds(result), inline: true },
		{ name: 'By severity', value: severities(result), inline: true },
		...(budget.origins && origins.length > 0 ? [{ name: 'How it came about', value: fitLines(origins, MAX_FIELD_LENGTH) }] : []),
		...(notices === ''
			? []
			: [{ name: 'Noted, nothing to fix', value: budget.source > budget.status ? linkStripeIds(notices, MAX_FIELD_LENGTH) : notices }])
	];
	return {
		title: `${titleOf(result)}${openHold(result) === null ? '' : ', on hold'}`,
		color: settled === result.issues.length ? COLOURS.good : openHold(result) === null ? COLOURS.amber : COLOURS.bad,
		description: `${smallPrint(result)}\n${mode(result, progress)}\n${openEffects(result, states)}`.trimEnd(),
		fields
	};
}

/** "-# Checked 246 members and 8 teams in 6 s · started by @operator · 2 minutes ago". */
function smallPrint(result: ReconciliationResult): string {
	const teams = result.teamsChecked === 0 ? '' : ` and ${count(result.teamsChecked, 'team')}`;
	const subject = result.onlyMember === null ? `${count(result.membersChecked, 'member')}${teams}` : mention(result.onlyMember);
	return `-# Checked ${subject} in ${took(result)} · ${startedBy(result)} · ${ago(result.completedAt)}`;
}

function took(result: ReconciliationResult): string {
	return duration(result.completedAt.getTime() - result.startedAt.getTime());
}

function startedBy(result: ReconciliationResult): string {
	if (result.isVerificationRun || result.triggeredBy === 'verification') return 'verification after fixes';
	if (result.triggeredBy === 'scheduled') return 'daily run';
	return result.requestedBy === null ? 'started by an operator' : `started ${describeRequester(result.requestedBy)}`;
}

/** How many issues of a run left the open state since, by how. */
interface IssueProgress {
	readonly fixed: number;
	readonly undone: number;
	readonly ignored: number;
	readonly gone: number;
}

function progressOf({ issues }: ReconciliationResult, states: ReportView['states']): IssueProgress {
	const progress = { fixed: 0, undone: 0, ignored: 0, gone: 0 };
	for (const { id } of issues) {
		const state = states.get(id);
		const resolution = state === undefined ? null : resolutionOf(state);
		if (resolution !== null) progress[resolution] += 1;
	}
	return progress;
}

function mode({ autoFixEnabled, issuesFixed, issues, hold }: ReconciliationResult, progress: IssueProgress): string {
	const { fixed: nowFixed, undone, ignored, gone } = progress;
	const settled = nowFixed + ignored + gone;
	if (!autoFixEnabled) {
		const todo = `Use the button beside each person${offersFixAll({ issues }) ? ', or Fix all, which shows the whole plan first' : ''}.`;
		if (settled + undone === 0) return `Nothing has been changed yet. ${todo}`;
		const left = issues.length - settled - undone;
		const parts = [
			[nowFixed, 'fixed'],
			[ignored, 'ignored'],
			[gone, 'gone by themselves'],
			[undone, 'undone']
		] as const;
		const since = `Since then: ${parts.flatMap(([many, what]) => (many === 0 ? [] : [`${number(many)} ${what}`])).join(', ')}`;
		return left === 0 ? `${since}; nothing left to do.` : `${since}; ${number(left)} to go. ${todo}`;
	}
	const open = issues.length - Math.max(issuesFixed, settled);
	const fixed = `**Auto-fix on:** ${number(issuesFixed)} of ${number(issues.length)} fixed.`;
	if (open <= 0) return `${fixed} Nothing is left to do.`;
	return hold === null ? `${fixed} Check the others and press Apply fix.` : `${fixed} The others need an operator.`;
}

/** What Fix all would do now, and whom it leaves out; empty where it is not offered. */
function openEffects(result: ReconciliationResult, states: ReportView['states']): string {
	if (!offersFixAll(result)) return '';
	const open = result.issues.flatMap((issue) => {
		const state = states.get(issue.id);
		return state === undefined ? [issue] : resolutionOf(state) === null ? [state.detail ?? issue] : [];
	});
	const included = withholdChanged(open.filter(isInFixAll), result.ruleChange?.acceptedBy === null).others;
	const unlinked = open.filter(({ linked }) => !linked).length;
	const unknown = open.filter(({ linked, isUnknown }) => linked && isUnknown).length;
	const left = [
		...(unlinked === 0 ? [] : [`${number(unlinked)} not linked to a Stripe customer`]),
		...(unknown === 0 ? [] : [`${number(unknown)} of whom it is unknown what they should have`])
	];
	return [
		...(included.length === 0 ? [] : [`Fix all means: ${describeEffects(countEffects(included))}.`]),
		...(left.length === 0 ? [] : [`It leaves out ${list(left)}.`])
	].join(' ');
}

/** Whether a report has the button Fix all: for a single person, the button beside them does. */
export function offersFixAll({ issues }: Pick<ReconciliationResult, 'issues'>): boolean {
	return issues.filter(isInFixAll).length > 1;
}

/** The hold that no operator has released; null if there is none. */
export function openHold({ hold, holdReleasedBy = null }: ReconciliationResult): Hold | null {
	return holdReleasedBy === null ? hold : null;
}

function holdField(hold: Hold, { autoFixEnabled, holdReleasedBy = null }: ReconciliationResult, budget: TextBudget): APIEmbedField {
	const reason = sentence(hold.reason, budget.sentence);
	if (holdReleasedBy !== null)
		return { name: 'Approved', value: `${mention(holdReleasedBy)} approved this: ${describeHeld(hold)}. ${reason}` };
	return {
		name: 'Stopped for your approval: no one has lost access',
		value:
			`${reason} ${autoFixEnabled ? 'All other fixes were applied. ' : ''}Check Stripe and some of the issues; ` +
			`if it is right (${describeHeld(hold)}), press Fix all, and type the number that it asks for.`
	};
}

/** Members without any link are a kind of their own: it is not known whether they pay. */
const KINDS = [...DRIFT_TYPES, 'UNLINKED'] as const;

function kinds({ issues }: ReconciliationResult): string {
	return tally(KINDS, ({ type, linked }) => (linked ? type : 'UNLINKED'), issues, SCOPE_NAMES);
}

function severities({ issues }: ReconciliationResult): string {
	return tally(SEVERITIES, ({ severity }) => severity, issues, SEVERITY_NAMES);
}

function tally<Kind extends string>(
	all: readonly Kind[],
	kindOf: (issue: DriftIssue) => Kind,
	issues: readonly DriftIssue[],
	names: Readonly<Record<Kind, string>>
): string {
	const counts = new Map<Kind, number>();
	for (const issue of issues) counts.set(kindOf(issue), (counts.get(kindOf(issue)) ?? 0) + 1);
	return all.flatMap((kind) => (counts.has(kind) ? `${names[kind]}: ${number(counts.get(kind) ?? 0)}` : [])).join('\n');
}
