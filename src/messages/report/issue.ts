import { planHash } from '../../reconciliation/detection/role-plan.js';
import type { DriftIssue, IssueState, OpenIssue } from '../../reconciliation/domain/issue.js';
import { number } from '../format/format.js';
import { issueMoneyText } from '../format/money.js';
import { describeEvent } from '../format/origin.js';
import { customerLink, type StripeMode } from '../format/stripe-links.js';
import { clean, escapeName, mention, sentence } from '../format/text.js';
import type { TextBudget } from '../format/text-budget.js';
import { ago } from '../format/timestamps.js';
import { describeState, resolutionOf } from './state.js';
import type { ReportView } from './view.js';

/** One issue of a report: two lines. */

/** An issue in its current state. */
export interface ShownIssue {
	/** Position in the list, from 1. */
	readonly number: number;
	readonly id: string;
	readonly drift: DriftIssue;
	/** Of the plan that is shown, even if it is out of date: an operator only applies a plan that they saw. */
	readonly planHash: string;
	/** The plan shown differs from the one that the run found. */
	readonly changed: boolean;
	/** The plan shown is out of date, and the current one is unknown. */
	readonly outdated: boolean;
	readonly state: IssueState;
	readonly found: OpenIssue;
}

/** Merges what a run found with its current state. */
export function shownIssue(issue: OpenIssue, position: number, states: ReportView['states']): ShownIssue {
	const state = states.get(issue.id) ?? untouched(issue);
	const live = state.detail;
	const hash = live === null ? issue.planHash : planHash(live);
	return {
		number: position,
		id: issue.id,
		drift: live ?? issue,
		planHash: hash,
		changed: hash !== issue.planHash,
		outdated: hash !== state.planHash,
		state,
		found: issue
	};
}

function untouched(issue: OpenIssue): IssueState {
	return {
		status: 'OPEN',
		planHash: issue.planHash,
		fixingBy: null,
		settledAt: null,
		settledBy: null,
		cameBackAt: null,
		lastAttempt: null,
		detail: null
	};
}

/** What is wrong, why and since when; then the small print. Of an issue that is settled: what has happened, then how it was. */
export function issueLines(shown: ShownIssue, budget: TextBudget, stripeMode?: StripeMode): readonly string[] {
	const { drift, state } = shown;
	const who = `**${number(shown.number)}.** ${mention(drift.discordId)}`;
	const happened = describeState(drift, state, budget);
	const money = issueMoneyText(drift.money);
	const links = budget.details ? customerLinks(drift.customerIds, stripeMode) : [];
	if (state.status !== 'OPEN') {
		const resolution = resolutionOf(state);
		const mark = resolution === 'fixed' || resolution === 'gone' ? '✓ ' : '';
		const was = sentence(drift.description, budget.sentence).replace(/\.$/, '');
		return [`${who} · ${mark}${happened}`, small([escapeName(drift.discordName), was, ...links])];
	}
	return [
		`${who}${describeDrift(shown, budget)}`,
		small([escapeName(drift.discordName), ...(money === null ? [] : [money]), ...ageOf(shown), ...remarks(shown), ...links]),
		...(happened === null ? [] : [small([happened])])
	];
}

function small(parts: readonly string[]): string {
	return `-# ${parts.join(' · ')}`;
}

/** Descriptions begin with one of these, and go on about the member. */
const VERB = /^(Has|Pays|Should|Owns|Is)(?= )/;

/** " has Lord, but the subscription ended …; Lord was granted by … on ….": to follow the member. */
function describeDrift({ drift, found }: ShownIssue, budget: TextBudget): string {
	const text = sentence(drift.description, budget.sentence);
	const about = VERB.test(text)
		? ` ${text.charAt(0).toLowerCase()}${text.slice(1)}`
		: text.startsWith('Still ')
			? ` is still ${text.slice('Still '.length)}`
			: `: ${text}`;
	const event = budget.details ? describeEvent(drift.origin ?? found.origin, clean(drift.description)) : '';
	return event === '' ? about : `${about.replace(/\.$/, '')}; ${event}.`;
}

function ageOf({ found, state }: ShownIssue): readonly string[] {
	const back = state.cameBackAt ?? found.cameBackAt;
	return [`first seen ${ago(found.firstSeenAt)}`, ...(back === null ? [] : [`back ${ago(back)}`])];
}

function remarks({ drift, changed, outdated }: ShownIssue): readonly string[] {
	return [
		...(drift.byRuleChange ? ['only because the rules have changed'] : []),
		...(drift.isUnknown
			? ['not now: it is unknown what they should have']
			: outdated
				? ['out of date: Apply fix shows what is right now']
				: changed
					? ['plan changed since this report']
					: [])
	];
}

/** More customers than this are in `/reconcile why`. */
const MAX_LINKS = 2;

function customerLinks(customerIds: readonly string[], mode?: StripeMode): readonly string[] {
	return customerIds
		.slice(0, MAX_LINKS)
		.map((id) => customerLink(id, mode))
		.filter((link) => link !== '');
}
