import type { APIEmbed, APIEmbedField } from 'discord.js';
import type { Hold } from '../../reconciliation/domain/hold.js';
import { DRIFT_TYPES, type DriftIssue, type DriftType, isInFixAll, type OpenIssue } from '../../reconciliation/domain/issue.js';
import { moneyTotals } from '../../reconciliation/domain/money.js';
import type { ReconciliationResult } from '../../reconciliation/domain/run.js';
import { COLOURS } from '../format/colours.js';
import { describeHeld } from '../format/effects.js';
import { changeMade, count, KIND_NOUNS, number } from '../format/format.js';
import { totalsText } from '../format/money.js';
import { describeNews } from '../format/news.js';
import { commonOrigin } from '../format/origin.js';
import { cut, mention, plainName, sentence } from '../format/text.js';
import type { TextBudget } from '../format/text-budget.js';
import { ago, day } from '../format/timestamps.js';
import { isFixedByRun, isOpen, isTargeted } from './listed.js';
import { ruleChangeField } from './rule-change.js';
import { startedBy } from './small-print.js';
import { resolutionOf } from './state.js';
import type { ReportView } from './view.js';

/** The head of a report that lists issues: how many people, what is wrong with them, and what happened since. */
export function issuesHead(view: ReportView, listed: readonly OpenIssue[], budget: TextBudget): APIEmbed {
	const { result, states } = view;
	const open = listed.filter((issue) => isOpen(view, issue)).map((issue) => states.get(issue.id)?.detail ?? issue);
	const hold = open.length === 0 ? null : openHold(result);
	const kinds = describeKinds(open);
	const money = totalsText(moneyTotals(open), (text) => `**${text}**`);
	const origin = budget.details ? commonOrigin(result.issues) : null;
	const notes = [
		...(result.ruleChange ? [ruleChangeField(result.ruleChange, budget.sentence)] : []),
		...holdNotes(result, hold, budget)
	].map(({ name, value }) => `**${name}**\n${value}`);
	return {
		title: `${titleOf(view, listed, open)}${hold === null ? '' : ', on hold'}`,
		color: hold !== null ? COLOURS.bad : open.length > 0 ? COLOURS.amber : COLOURS.good,
		description: [
			...(open.length > 1 ? [`**${kinds}**`] : []),
			...(money === null ? [] : [money]),
			...describeKnown(result),
			progressPrint(view, listed),
			...(origin !== null ? [`-# How it came about: ${origin}`] : []),
			...notes
		].join('\n')
	};
}

/** "Since the report of …: 3 new, 1 back, 46 known". Nothing where all is new. */
function describeKnown({ news = null }: ReconciliationResult): readonly string[] {
	if (news === null || news.since === null || news.counts.known === 0) return [];
	return [`-# Since the report of ${day(news.since)}: ${describeNews(news.counts)}`];
}

/** "12 locked out, 14 with free access, 22 wrong role, 5 not linked". Empty for no issue. */
export function describeKinds(issues: readonly Pick<DriftIssue, 'type' | 'linked'>[]): string {
	const counts = new Map<DriftType | 'UNLINKED', number>();
	for (const { type, linked } of issues) {
		const kind = linked ? type : 'UNLINKED';
		counts.set(kind, (counts.get(kind) ?? 0) + 1);
	}
	return [...DRIFT_TYPES, 'UNLINKED' as const]
		.flatMap((kind) => (counts.has(kind) ? `${number(counts.get(kind) ?? 0)} ${KIND_NOUNS[kind]}` : []))
		.join(', ');
}

/** "4 people have the wrong roles", "2 people had the wrong roles"; of a targeted run about one person: "Granted Knight to ada". */
function titleOf({ result, states }: ReportView, listed: readonly OpenIssue[], open: readonly DriftIssue[]): string {
	if (result.isVerificationRun) return `Verification: ${count(listed.length, 'issue')}`;
	if (open.length > 0) return `${count(open.length, 'person has', 'people have')} the wrong roles`;
	const [only] = listed;
	const change = isTargeted(result) && listed.length === 1 && only !== undefined ? changeTitle(only, states) : null;
	return change ?? `${count(listed.length, 'person', 'people')} had the wrong roles`;
}

const NAME_LENGTH = 32;
const ROLES_LENGTH = 100;

/** What was done to the only member; null if their issue was not fixed. */
function changeTitle({ id, discordName }: OpenIssue, states: ReportView['states']): string | null {
	const state = states.get(id);
	if (state?.status !== 'FIXED') return null;
	const change = changeMade(state.lastAttempt?.rolesBefore ?? null, state.lastAttempt?.rolesAfter ?? null);
	const name = plainName(discordName).slice(0, NAME_LENGTH);
	const granted = change?.add.map((role) => plainName(role)).join(', ') ?? '';
	const removed = change?.remove.map((role) => plainName(role)).join(', ') ?? '';
	if (granted === '' && removed === '') return null;
	if (removed === '') return `Granted ${cut(granted, ROLES_LENGTH)} to ${name}`;
	if (granted === '') return `Removed ${cut(removed, ROLES_LENGTH)} from ${name}`;
	return `Replaced ${cut(removed, ROLES_LENGTH)} with ${cut(granted, ROLES_LENGTH)} for ${name}`;
}

/** "-# Nothing changed yet · 246 members checked · started by @operator · 2 minutes ago". */
export function progressPrint(view: ReportView, listed: readonly OpenIssue[]): string {
	const { result } = view;
	const since = describeProgress(view, listed);
	if (isTargeted(result)) {
		const why = result.onlyMembers === null ? 'Found on catching up' : 'After a change in Stripe or Discord';
		return `-# ${[why, ...since, ago(result.completedAt)].join(' · ')}`;
	}
	const autoFix = `Auto-fix fixed ${number(result.issuesFixed)} of ${number(result.issues.length)}`;
	const done = result.autoFixEnabled ? [autoFix, ...since] : since.length === 0 ? ['Nothing changed yet'] : since;
	const checked =
		result.onlyMember === null ? `${count(result.membersChecked, 'member')} checked` : `${mention(result.onlyMember)} checked`;
	const by = result.triggeredBy === 'scheduled' ? [] : [startedBy(result)];
	return `-# ${[...done, checked, ...by, ago(result.completedAt)].join(' · ')}`;
}

/** "Since then: 3 fixed, 1 ignored", without what the run itself has fixed. */
function describeProgress(view: ReportView, listed: readonly OpenIssue[]): readonly string[] {
	const counts = { fixed: 0, ignored: 0, gone: 0, undone: 0 };
	for (const { id } of listed) {
		const state = view.states.get(id);
		const resolution = state === undefined ? null : resolutionOf(state);
		if (resolution !== null && !(resolution === 'fixed' && isFixedByRun(view, id))) counts[resolution] += 1;
	}
	const parts = [
		[counts.fixed, 'fixed'],
		[counts.ignored, 'ignored'],
		[counts.gone, 'gone by themselves'],
		[counts.undone, 'undone']
	] as const;
	const text = parts.flatMap(([many, what]) => (many === 0 ? [] : [`${number(many)} ${what}`])).join(', ');
	return text === '' ? [] : [`Since then: ${text}`];
}

/** Whether a report has the button Fix all: for a single person, the button beside them does. */
export function offersFixAll(view: ReportView, listed: readonly OpenIssue[]): boolean {
	const { result } = view;
	if (isTargeted(result)) return openHold(result) !== null && listed.some((issue) => isOpen(view, issue));
	return listed.length > 0 && result.issues.filter(isInFixAll).length > 1;
}

/** The hold that no operator has released; null if there is none. */
export function openHold({ hold, holdReleasedBy = null }: ReconciliationResult): Hold | null {
	return holdReleasedBy === null ? hold : null;
}

function holdNotes(result: ReconciliationResult, hold: Hold | null, budget: TextBudget): readonly Pick<APIEmbedField, 'name' | 'value'>[] {
	const { holdReleasedBy = null, autoFixEnabled } = result;
	if (holdReleasedBy !== null && result.hold !== null && !result.hold.byRuleChange) {
		const reason = sentence(result.hold.reason, budget.sentence);
		return [{ name: 'Approved', value: `${mention(holdReleasedBy)} approved this: ${describeHeld(result.hold, 'approved')}. ${reason}` }];
	}
	if (hold === null || hold.byRuleChange) return [];
	return [
		{
			name: 'Stopped for your approval: no one has lost access',
			value:
				`${sentence(hold.reason, budget.sentence)} ${autoFixEnabled ? 'All other fixes were applied. ' : ''}` +
				`Check Stripe and some of these people; if it is right (${describeHeld(hold, 'held')}), press Fix all, and type the number that it asks for.`
		}
	];
}
