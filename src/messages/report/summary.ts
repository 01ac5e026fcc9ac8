import type { APIEmbed, APIEmbedField } from 'discord.js';
import type { Hold } from '../../reconciliation/domain/hold.js';
import { DRIFT_TYPES, type DriftIssue, type IssueState, SEVERITIES } from '../../reconciliation/domain/issue.js';
import type { ReconciliationResult } from '../../reconciliation/domain/run.js';
import { COLOURS } from '../format/colours.js';
import { count, duration, number, SEVERITY_NAMES, TYPE_NAMES } from '../format/format.js';
import { fitLines } from '../format/lines.js';
import { escapeText, mention } from '../format/text.js';
import type { TextBudget } from '../format/text-budget.js';
import { noticeLines } from './notices.js';
import { verificationEmbed, verificationTitle } from './verification.js';
import type { ReportView } from './view.js';

/** The first embed of a report: what a run came to, what has become of it, and what to do next. */
export function summaryEmbed({ result, states }: ReportView, footer: string, room: TextBudget): APIEmbed {
	const common = { footer: { text: footer }, timestamp: result.completedAt.toISOString() };
	if (result.status === 'FAILED') return { ...failed(result, room), ...common };
	if (result.verified !== null) return { ...verificationEmbed(result, result.verified, room), ...common };
	return result.issues.length === 0 ? { ...allClear(result, room), ...common } : { ...found({ result, states }, room), ...common };
}

/** "Reconciliation: 12 issues", "All clear", "Reconciliation failed". */
export function titleOf(result: ReconciliationResult): string {
	const what = result.isVerificationRun ? 'Verification' : result.onlyMember === null ? 'Reconciliation' : 'Reconciliation of one person';
	if (result.status === 'FAILED') return `${what} failed`;
	if (result.verified !== null) return verificationTitle(result, result.verified);
	if (result.issues.length === 0) {
		if (result.onlyMember !== null) return 'All clear for one person';
		return result.isVerificationRun ? 'All clear after the fixes' : 'All clear';
	}
	return `${what}: ${count(result.issues.length, 'issue')}`;
}

/** What a failed run left behind. */
export function afterFailure(result: ReconciliationResult): string {
	const changed = result.issuesFixed === 0 ? 'Nothing was changed.' : `${count(result.issuesFixed, 'issue')} had been fixed before that.`;
	if (result.isVerificationRun) return `${changed} Put that right: the verification is tried again by itself.`;
	return `${changed} Put that right, then use \`/reconcile run\`; otherwise the next daily run tries again.`;
}

/** Why a run failed, in the operator's words. */
export function failureText(result: ReconciliationResult, max: number): string {
	return escapeText(result.failure ?? '', max) || 'The reason is not known: see the log.';
}

function failed(result: ReconciliationResult, room: TextBudget): APIEmbed {
	return {
		title: titleOf(result),
		color: COLOURS.bad,
		description: `${failureText(result, room.failure)}\n\n${afterFailure(result)}\n${asked(result)}, after ${took(result)}.`
	};
}

function allClear(result: ReconciliationResult, room: TextBudget): APIEmbed {
	const notices = result.notices === null ? '' : fitLines(noticeLines(result.notices), room.notices, { separator: ' · ', cutLast: true });
	const mode = result.autoFixEnabled ? 'auto-fix on' : 'report only';
	return {
		title: titleOf(result),
		color: COLOURS.good,
		description: `${checked(result)} ${asked(result)}, ${mode}.${notices === '' ? '' : `\nNoted: ${notices}.`}`
	};
}

function found({ result, states }: ReportView, room: TextBudget): APIEmbed {
	const settled = result.issues.filter(({ id }) => SETTLED.includes(states.get(id)?.status)).length;
	const notices = result.notices === null ? '' : fitLines(noticeLines(result.notices), room.notices, { cutLast: true });
	const fields: APIEmbedField[] = [
		...(result.hold === null ? [] : [holdField(result.hold, result.autoFixEnabled, room)]),
		{ name: 'By kind', value: kinds(result), inline: true },
		{ name: 'By severity', value: severities(result), inline: true },
		...(notices === '' ? [] : [{ name: 'Noted, nothing to fix', value: notices }])
	];
	return {
		title: `${titleOf(result)}${result.hold === null ? '' : ', on hold'}`,
		color: settled === result.issues.length ? COLOURS.good : result.hold === null ? COLOURS.amber : COLOURS.bad,
		description: `${checked(result)} ${asked(result)}.\n${mode(result, settled)}`,
		fields
	};
}

function checked(result: ReconciliationResult): string {
	if (result.onlyMember !== null) return `${mention(result.onlyMember)} checked in ${took(result)}.`;
	return `${count(result.membersChecked, 'member')} and ${count(result.teamsChecked, 'team')} checked in ${took(result)}.`;
}

function took(result: ReconciliationResult): string {
	return duration(result.completedAt.getTime() - result.startedAt.getTime());
}

function asked(result: ReconciliationResult): string {
	if (result.isVerificationRun || result.triggeredBy === 'verification') return 'Verification after fixes';
	if (result.triggeredBy === 'scheduled') return 'Daily schedule';
	return result.requestedBy === null ? 'Asked for by an operator' : `Asked for by ${mention(result.requestedBy)}`;
}

const SETTLED: readonly (IssueState['status'] | undefined)[] = ['FIXED', 'RESOLVED'];

/** @param settled - issues that are mended or gone by now, whoever did it */
function mode({ autoFixEnabled, issuesFixed, issues, hold }: ReconciliationResult, settled: number): string {
	if (!autoFixEnabled) {
		const todo = 'Look at each issue and press its Apply fix, or Fix all, which shows the whole plan first.';
		if (settled === 0) return `**Report only:** nothing was changed. ${todo}`;
		const since = `**Report only.** Since then ${number(settled)} of ${count(issues.length, 'issue')} settled:`;
		return settled === issues.length ? `${since} nothing is left to do.` : `${since} ${number(issues.length - settled)} to go. ${todo}`;
	}
	const open = issues.length - Math.max(issuesFixed, settled);
	const fixed = `**Auto-fix on:** ${number(issuesFixed)} of ${number(issues.length)} fixed.`;
	if (open <= 0) return `${fixed} Nothing is left to do.`;
	return hold === null ? `${fixed} Look at the others, and press Apply fix to mend them.` : `${fixed} The others wait for an operator.`;
}

function holdField({ reason, losing, holders }: Hold, autoFix: boolean, room: TextBudget): APIEmbedField {
	return {
		name: 'On hold: nobody lost a role',
		value:
			`${escapeText(reason, room.sentence)} ${autoFix ? 'What only gives roles went ahead. ' : ''}Check Stripe and some of the issues; if it is right that ` +
			`${number(losing)} of ${number(holders)} lose a role, press Fix all, and type the number it asks for to release the hold.`
	};
}

function kinds({ issues }: ReconciliationResult): string {
	return tally(DRIFT_TYPES, ({ type }) => type, issues, TYPE_NAMES);
}

function severities({ issues }: ReconciliationResult): string {
	return tally(SEVERITIES, ({ severity }) => severity, issues, SEVERITY_NAMES);
}

function tally<Kind extends string>(
	all: readonly Kind[],
	kindOf: (issue: DriftIssue) => Kind,
	issues: readonly DriftIssue[],
	words: Readonly<Record<Kind, string>>
): string {
	const many = new Map<Kind, number>();
	for (const issue of issues) many.set(kindOf(issue), (many.get(kindOf(issue)) ?? 0) + 1);
	return all.flatMap((kind) => (many.has(kind) ? `${words[kind]}: ${number(many.get(kind) ?? 0)}` : [])).join('\n');
}
