import type { APIEmbed } from 'discord.js';
import { isNews } from '../../reconciliation/detection/news.js';
import type { OpenIssue } from '../../reconciliation/domain/issue.js';
import type { ReconciliationResult } from '../../reconciliation/domain/run.js';
import { AUTOMATIC } from '../../reconciliation/fixes/attempt.js';
import { LAST_PAGE } from '../custom-id.js';
import { COLOURS } from '../format/colours.js';
import { describeHeld } from '../format/effects.js';
import { changeMade, count, describePlan, heading, number } from '../format/format.js';
import { MAX_EMBEDS_LENGTH } from '../format/limits.js';
import { cut, escapeName, mention, plainName, sentence } from '../format/text.js';
import { TEXT_BUDGETS, type TextBudget } from '../format/text-budget.js';
import { ago } from '../format/timestamps.js';
import { buttonRows } from './buttons.js';
import { type ShownIssue, shownIssue } from './issue.js';
import { describeState, resolutionOf } from './state.js';
import { openHold } from './summary.js';
import type { MessagePayload, ReportView } from './view.js';

/** The report of a targeted run: one embed with what is new, and nothing else. */

/** Each issue has a button, and a row holds five. */
const ISSUES_PER_PAGE = 5;

/** Discord's limit. */
const MAX_DESCRIPTION_LENGTH = 4096;

/** What is new: issues that no earlier run has found, or that are back, and those that the run has fixed. */
function newsIn({ result, states }: ReportView): readonly OpenIssue[] {
	const isFixedHere = ({ id }: OpenIssue) => {
		const attempt = states.get(id)?.lastAttempt;
		return (
			result.autoFixEnabled &&
			attempt?.actor === AUTOMATIC &&
			attempt.outcome === 'FIXED' &&
			attempt.at >= result.startedAt &&
			attempt.at <= result.completedAt
		);
	};
	return result.issues.filter((issue) => isNews(issue) || isFixedHere(issue));
}

/** @param page - counted from 0; clamped to the existing pages */
export function targetedReport(view: ReportView, page: number): MessagePayload {
	const { result, states } = view;
	const news = newsIn(view);
	const pages = Math.min(Math.max(1, Math.ceil(news.length / ISSUES_PER_PAGE)), LAST_PAGE + 1);
	const at = Math.min(Math.max(0, Math.trunc(page) || 0), pages - 1);
	const all = news.map((issue, index) => shownIssue(issue, index + 1, states));
	const shown = all.slice(at * ISSUES_PER_PAGE, (at + 1) * ISSUES_PER_PAGE);
	let embed: APIEmbed = {};
	for (const budget of TEXT_BUDGETS) {
		embed = targetedEmbed(result, all, shown, budget);
		if ((embed.description ?? '').length <= MAX_DESCRIPTION_LENGTH && lengthOf(embed) <= MAX_EMBEDS_LENGTH) break;
	}
	return {
		embeds: [embed],
		components: buttonRows(shown, {
			runId: result.runId,
			page: at,
			pages,
			fixAll: openHold(result) !== null && all.some(isOpen),
			onboarding: null,
			toAccept: null
		}),
		allowedMentions: { parse: [] }
	};
}

function targetedEmbed(
	result: ReconciliationResult,
	all: readonly ShownIssue[],
	shown: readonly ShownIssue[],
	budget: TextBudget
): APIEmbed {
	const open = all.filter(isOpen);
	const hold = open.length === 0 ? null : openHold(result);
	const range =
		shown.length < all.length
			? `Issues ${number(shown[0]?.number ?? 0)}–${number(shown.at(-1)?.number ?? 0)} of ${number(all.length)} · `
			: '';
	return {
		title: titleOf(all, open),
		color: hold !== null ? COLOURS.bad : open.length > 0 ? COLOURS.amber : COLOURS.good,
		description: [
			`-# ${result.onlyMembers === null ? 'Found on catching up' : 'After a change in Stripe or Discord'} · ${ago(result.completedAt)}`,
			...shown.map((issue) => issueLines(issue, budget))
		].join('\n'),
		...(hold && {
			fields: [
				{
					name: 'Stopped for your approval: no one has lost access',
					value: `${sentence(hold.reason, budget.sentence)} Check Stripe; if it is right (${describeHeld(hold)}), press Apply fix, or Fix all, which shows everything that is open first.`
				}
			]
		}),
		footer: { text: `${range}Run ${result.runId}` },
		timestamp: result.completedAt.toISOString()
	};
}

/** "Granted Knight to ada", "2 people have the wrong roles". */
function titleOf(all: readonly ShownIssue[], open: readonly ShownIssue[]): string {
	const [only] = all;
	if (open.length > 0) return `${count(open.length, 'person has', 'people have')} the wrong roles`;
	if (only !== undefined && all.length === 1) return changeTitle(only) ?? '1 person had the wrong roles';
	return `${count(all.length, 'person', 'people')} had the wrong roles`;
}

const NAME_LENGTH = 32;
const ROLES_LENGTH = 100;

/** What was done to the only member; null if their issue was not fixed. */
function changeTitle({ drift, state }: ShownIssue): string | null {
	if (state.status !== 'FIXED') return null;
	const change = changeMade(state.lastAttempt?.rolesBefore ?? null, state.lastAttempt?.rolesAfter ?? null);
	const name = plainName(drift.discordName).slice(0, NAME_LENGTH);
	const granted = change?.add.map((role) => plainName(role)).join(', ') ?? '';
	const removed = change?.remove.map((role) => plainName(role)).join(', ') ?? '';
	if (granted === '' && removed === '') return null;
	if (removed === '') return `Granted ${cut(granted, ROLES_LENGTH)} to ${name}`;
	if (granted === '') return `Removed ${cut(removed, ROLES_LENGTH)} from ${name}`;
	return `Replaced ${cut(removed, ROLES_LENGTH)} with ${cut(granted, ROLES_LENGTH)} for ${name}`;
}

/** The member and the drift; then the plan, or how the issue ended. */
function issueLines({ number: position, drift, state, changed, outdated }: ShownIssue, budget: TextBudget): string {
	const outcome = describeState(drift, state, budget);
	const plan = `Plan: ${cut(describePlan(drift.plan), budget.status)}${outdated || changed ? ' (changed since this report)' : ''}`;
	const then =
		state.status === 'OPEN' ? [plan, ...(outcome === null ? [] : [`${outcome.name}: ${outcome.value}`])] : [outcome?.value ?? plan];
	return [
		`**${number(position)}. ${heading(drift)}**: ${mention(drift.discordId)} · ${escapeName(drift.discordName)}`,
		sentence(drift.description, budget.sentence),
		...then.map((line) => `→ ${line}`)
	].join('\n');
}

function isOpen({ state }: ShownIssue): boolean {
	return resolutionOf(state) === null;
}

function lengthOf({ title = '', description = '', footer, fields = [] }: APIEmbed): number {
	return [title, description, footer?.text ?? '', ...fields.flatMap(({ name, value }) => [name, value])].join('').length;
}
