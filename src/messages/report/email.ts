import type { APIEmbed } from 'discord.js';
import { hasNothingNew, newsOf } from '../../reconciliation/detection/news.js';
import { reportableIssues } from '../../reconciliation/detection/verify-fixes.js';
import type { IssueState, OpenIssue } from '../../reconciliation/domain/issue.js';
import { moneyTotals } from '../../reconciliation/domain/money.js';
import type { News } from '../../reconciliation/domain/news.js';
import type { ReconciliationResult } from '../../reconciliation/domain/run.js';
import { plainDay } from '../../reconciliation/domain/time-in-text.js';
import { AUTOMATIC } from '../../reconciliation/fixes/attempt.js';
import type { Disconnection, Notification } from '../../reconciliation/outbox/outbox.js';
import { COLOURS } from '../format/colours.js';
import { describeHeld } from '../format/effects.js';
import { changeMade, count, describeChange, describePlan, describeRequester, number } from '../format/format.js';
import { withoutInternalIds } from '../format/internal-ids.js';
import { absolute, markdownToText, type TextContext } from '../format/markdown-to-text.js';
import { issueMoneyText, totalsText } from '../format/money.js';
import { describeSettled } from '../format/news.js';
import { capital, clean, plainName, sentence } from '../format/text.js';
import { TEXT_BUDGETS } from '../format/text-budget.js';
import { alertEmbed } from './alert.js';
import { disconnectedEmbed } from './disconnected.js';
import { briefHtml, briefText, type EmailContent, type EmailPerson, htmlOf, textOf } from './email-layout.js';
import { holdEmbed } from './hold.js';
import { openHold } from './issues-head.js';
import { isOpen } from './listed.js';
import { nothingNew } from './nothing-new.js';
import { onboardingCard, shownOnboarding } from './onboarding.js';
import { overdueEmbed } from './overdue.js';
import { ruleChangeField } from './rule-change.js';
import { resolutionOf } from './state.js';
import { afterFailure, failureText } from './summary.js';
import { verificationEmbed } from './verification.js';
import type { ReportView } from './view.js';

/** A notification as an email: in full what is new or came back, two lines where nothing is. Without IDs that no one can look up. Pure. */

export interface Email {
	readonly subject: string;
	readonly text: string;
	readonly html: string;
}

export interface EmailInput extends TextContext {
	readonly notification: Notification | Disconnection;
	readonly states: ReportView['states'];
	/** The name of the server. */
	readonly guildName: string;
	/** Link to the report, or why it could not be posted. */
	readonly report: { readonly url: string } | { readonly whyNot: string };
}

/** Mail servers reject huge emails; the report has all issues. */
const MAX_PEOPLE = 50;

const SUBJECT_LENGTH = 150;
const SENTENCE_LENGTH = 600;
const FAILURE_LENGTH = 3000;

const WHEN = 'Reeve writes only when something is wrong.';

export function renderEmail(input: EmailInput): Email {
	const { notification, guildName } = input;
	const subjectOf = (title: string) => clean(`Reeve · ${guildName}: ${title}`).slice(0, SUBJECT_LENGTH);
	if (notification.kind === 'run' && hasNothingNew(notification.result)) {
		const { title, said } = inOneLine(notification.result, input);
		const link = linkOf(input, 'Show them in Discord');
		const subject = subjectOf(title);
		return { subject, text: briefText(said, link), html: briefHtml(subject, said, link) };
	}
	const content = contentOf(input);
	return { subject: subjectOf(content.title), text: textOf(content), html: htmlOf(content) };
}

function contentOf(input: EmailInput): EmailContent {
	const { notification } = input;
	if (notification.kind === 'disconnected') return ofEmbed(disconnectedEmbed(notification.reason), input, [WHEN]);
	const status = `${WHEN} Use /reconcile status for the current state.`;
	if (notification.kind === 'overdue') return ofEmbed(overdueEmbed(notification.since), input, [status]);
	if (notification.kind === 'alert' || notification.kind === 'alert-update')
		return ofEmbed(alertEmbed(notification.alert), input, [status]);
	if (notification.kind === 'hold' || notification.kind === 'release') return ofEmbed(holdEmbed(notification.hold), input, [status]);
	return ofRun(notification.result, input);
}

function linkOf({ report, notification }: EmailInput, label = 'Open in Discord'): EmailContent['link'] {
	if ('url' in report) return { label, url: report.url };
	const what = notification.kind === 'alert' ? 'This' : 'The report';
	return { whyNot: `${what} could not be posted in the admin channel: ${report.whyNot.replaceAll('`', '')}` };
}

function ofEmbed(embed: APIEmbed, input: EmailInput, smallPrint: readonly string[]): EmailContent {
	const { title = '', description = '', color = COLOURS.low, fields = [] } = embed;
	return {
		title: plain(title, input),
		colour: color,
		paragraphs: plain(description, input).split('\n').filter(Boolean),
		notes: fields.map(({ name, value }) => ({ name: plain(name, input), text: plain(value, input) })),
		sections: [],
		more: null,
		link: linkOf(input),
		smallPrint
	};
}

function ofRun(result: ReconciliationResult, input: EmailInput): EmailContent {
	const smallPrint = [`${describeRun(result, input)} ${WHEN}`];
	if (result.status === 'FAILED') {
		const title = result.isVerificationRun ? 'Verification failed' : 'Reconciliation failed';
		const description = `${failureText(result, FAILURE_LENGTH)}\n${afterFailure(result)}`;
		return ofEmbed({ title, color: COLOURS.bad, description }, input, smallPrint);
	}
	const onboarding = shownOnboarding(result);
	if (onboarding !== null) return ofEmbed(onboardingCard(result, onboarding, ''), input, smallPrint);
	const sections = sectionsOf(result, input);
	const people = sections.flatMap((section) => section.people);
	const base =
		result.verified === null
			? { ...ofEmbed({}, input, smallPrint), ...summaryOf(result, input) }
			: ofEmbed(verificationEmbed(result, result.verified, TEXT_BUDGETS[0]), input, smallPrint);
	const left = people.length - MAX_PEOPLE;
	let room = MAX_PEOPLE;
	const shown = sections.flatMap(({ heading: title, people: each }) => {
		const kept = each.slice(0, room);
		room -= kept.length;
		return kept.length === 0 ? [] : [{ heading: title, people: kept }];
	});
	return { ...base, sections: shown, more: left > 0 ? `… and ${number(left)} more, which the report shows.` : null };
}

/** Title, first lines and notes of a run that found something. */
function summaryOf(result: ReconciliationResult, input: EmailInput): Pick<EmailContent, 'title' | 'colour' | 'paragraphs' | 'notes'> {
	const hold = openHold(result);
	const { news = null, ruleChange = null, autoFixEnabled, issuesFixed, issues } = result;
	const notes = [
		...(hold === null || hold.byRuleChange
			? []
			: [
					{
						name: 'Stopped for your approval: no one has lost access',
						value: `${sentence(hold.reason, SENTENCE_LENGTH)} Check Stripe and some of these people; if it is right, press Fix all in the report, and type the number that it asks for.`
					}
				]),
		...(ruleChange === null
			? []
			: [ruleChangeField({ ...ruleChange, changes: ruleChange.changes.map(withoutValuesOfIds) }, SENTENCE_LENGTH)])
	];
	return {
		title: titleOf(result),
		colour: hold === null ? COLOURS.amber : COLOURS.bad,
		paragraphs: [
			...(news === null || news.since === null ? [] : [comparison(news, news.since, input)]),
			...moneyLine(result, input),
			autoFixEnabled
				? `Auto-fix is on: ${number(issuesFixed)} of ${number(issues.length)} fixed.`
				: 'Nothing has been changed: open the report to fix roles.'
		],
		notes: notes.map(({ name, value }) => ({ name: plain(name, input), text: plain(value, input) }))
	};
}

/** What changed, without its values if they are IDs: "Prices of Lord: see the report". */
function withoutValuesOfIds(change: string): string {
	const hasIds = withoutInternalIds(change) !== change || /\d{17}/.test(change);
	return hasIds ? `${change.slice(0, change.indexOf(':'))}: see the report` : change;
}

/** "3 more people have the wrong roles", "On hold: 7 people would lose access". */
function titleOf(result: ReconciliationResult): string {
	const { news = null, issues, issuesFixed } = result;
	const hold = openHold(result);
	if (hold !== null) return `On hold: ${describeHeld(hold, 'held') || 'Reeve waits for your approval'}`;
	const have = (many: number, more = '') => `${number(many)}${more} ${many === 1 ? 'person has' : 'people have'} the wrong roles`;
	const corrected = `The roles of ${count(issuesFixed, 'person', 'people')} were corrected`;
	if (issues.length === 0) return 'No one has the wrong roles';
	if (issuesFixed === issues.length) return corrected;
	if (news === null || news.since === null) return have(issues.length);
	const { new: fresh, back, known } = news.counts;
	if (fresh > 0 && back > 0) return `${have(fresh, ' more')}, ${number(back)} again`;
	if (fresh > 0) return have(fresh, known > 0 ? ' more' : '');
	if (back > 0) return `${have(back)} again`;
	return issuesFixed > 0 ? corrected : have(known);
}

/** "Since 28 Nov 2026: 2 new, 1 back, 47 known; 3 fixed." */
function comparison({ counts, settled }: News, since: Date, { timeZone }: TextContext): string {
	const parts = [
		[counts.new, 'new'],
		[counts.back, 'back'],
		[counts.known, 'known']
	] as const;
	const listed = parts.flatMap(([many, what]) => (many === 0 ? [] : [`${number(many)} ${what}`])).join(', ');
	const gone = describeSettled(settled);
	return `Since ${plainDay(since, timeZone)}: ${listed}${gone === '' ? '' : `; ${gone}`}.`;
}

/** What is new in a run, by section; of a run that is compared with none, everything. */
function sectionsOf(result: ReconciliationResult, input: EmailInput): EmailContent['sections'] {
	const { news = null } = result;
	const all = reportableIssues(result);
	const person = (issue: OpenIssue) => personOf(issue, result, input);
	if (news === null || news.since === null) return all.length === 0 ? [] : [{ heading: '', people: all.map(person) }];
	const kind = (issue: OpenIssue) => newsOf(issue, news.since);
	const fixed = all.filter((issue) => kind(issue) === 'known' && isFixedBy(result, input.states.get(issue.id)));
	const sections = [
		{ heading: 'New', issues: all.filter((issue) => kind(issue) === 'new') },
		{ heading: 'Back', issues: all.filter((issue) => kind(issue) === 'back') },
		{ heading: 'Corrected now', issues: fixed }
	];
	return sections.flatMap(({ heading: title, issues }) => (issues.length === 0 ? [] : [{ heading: title, people: issues.map(person) }]));
}

function isFixedBy({ startedAt, completedAt }: ReconciliationResult, state: IssueState | undefined): boolean {
	const attempt = state?.lastAttempt;
	return attempt?.actor === AUTOMATIC && attempt.outcome === 'FIXED' && attempt.at >= startedAt && attempt.at <= completedAt;
}

/** "first seen 28 Nov 2026": nothing of an issue that this run has seen first. */
function ageOf(
	{ firstSeenAt, cameBackAt }: OpenIssue,
	{ startedAt }: Pick<ReconciliationResult, 'startedAt'>,
	{ timeZone }: TextContext
): readonly string[] {
	return [
		...(firstSeenAt < startedAt ? [`first seen ${plainDay(firstSeenAt, timeZone)}`] : []),
		...(cameBackAt !== null && cameBackAt < startedAt ? [`back since ${plainDay(cameBackAt, timeZone)}`] : [])
	];
}

function personOf(issue: OpenIssue, result: ReconciliationResult, input: EmailInput): EmailPerson {
	const state = input.states.get(issue.id);
	const resolution = state === undefined ? null : resolutionOf(state);
	const change = changeMade(state?.lastAttempt?.rolesBefore ?? null, state?.lastAttempt?.rolesAfter ?? null);
	const then =
		resolution === null
			? `Plan: ${describePlan(issue.plan)}`
			: resolution === 'fixed' && change !== null
				? `Fixed: ${describeChange(change)}`
				: capital(resolution);
	const money = issueMoneyText(issue.money);
	const details = [markdownToText(then, input), ...(money === null ? [] : [money]), ...ageOf(issue, result, input)];
	return {
		name: plainName(issue.discordName),
		text: plain(sentence(issue.description, SENTENCE_LENGTH), input),
		details: details.join(' · ')
	};
}

/** "Nothing new: 50 people still have the wrong roles, the oldest first seen 3 Nov 2026." and what else a mail of two lines says. */
function inOneLine(result: ReconciliationResult, { states, timeZone }: EmailInput): { readonly title: string; readonly said: string } {
	const { title, since, oldest, reminders, settled, money } = nothingNew({ result, states });
	const said = [
		`${title}, ${result.issues.length === 1 ? '' : 'the oldest '}first seen ${plainDay(oldest, timeZone)}.`,
		...(reminders.length === 0 ? [] : [`Reminder: ${reminders.join(', ')}.`]),
		...(settled === '' ? [] : [`Since ${plainDay(since, timeZone)}: ${settled}.`]),
		...(money === null ? [] : [money])
	];
	return { title, said: said.join(' ') };
}

/** What the issues of a run that are still open are about in money: access that auto-fix has given or taken is none of it. */
function moneyLine({ issues }: ReconciliationResult, { states }: EmailInput): string[] {
	const text = totalsText(moneyTotals(issues.filter((issue) => isOpen({ states }, issue))));
	return text === null ? [] : [text];
}

/** "Daily run of 29 Nov 2026, 03:00 (Europe/Berlin), 246 members checked." */
function describeRun(
	{ isVerificationRun, triggeredBy, requestedBy, startedAt, membersChecked }: ReconciliationResult,
	input: EmailInput
): string {
	const what = isVerificationRun
		? 'Verification'
		: triggeredBy === 'scheduled'
			? 'Daily run'
			: requestedBy === null
				? 'Run'
				: plain(`Run started ${describeRequester(requestedBy)}`, input);
	const checked = membersChecked === 0 ? '' : `, ${count(membersChecked, 'member')} checked`;
	return `${what}, ${absolute(startedAt, input.timeZone)}${checked}.`;
}

function plain(markdown: string, reader: TextContext): string {
	return withoutInternalIds(markdownToText(markdown, reader));
}
