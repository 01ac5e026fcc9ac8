import type { APIEmbed } from 'discord.js';
import { planHash } from '../../reconciliation/detection/role-plan.js';
import type { DriftIssue, DriftSeverity, IssueState, OpenIssue } from '../../reconciliation/domain/issue.js';
import { COLOURS } from '../format/colours.js';
import { describePlan, heading, number, roles, SEVERITY_NAMES } from '../format/format.js';
import { describeOrigin } from '../format/origin.js';
import { linkStripeIds } from '../format/stripe-links.js';
import { cut, escapeName, mention, sentence } from '../format/text.js';
import type { TextBudget } from '../format/text-budget.js';
import { ago } from '../format/timestamps.js';
import { describeResolution, describeState, resolutionOf } from './state.js';
import type { ReportView } from './view.js';

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
	const hash = live === null ? issue.planHash : planHash(live.discordId, live.plan);
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

const BY_RULE_CHANGE = '(Only because the rules have changed.)';

const SEVERITY_COLOURS: Readonly<Record<DriftSeverity, number>> = { HIGH: COLOURS.high, MEDIUM: COLOURS.medium, LOW: COLOURS.low };

/** One issue: member, drift, sources, plan, state. */
export function issueEmbed(shown: ShownIssue, budget: TextBudget): APIEmbed {
	const { drift, state } = shown;
	const resolution = resolutionOf(state);
	const sourceText = (text: string) => linkStripeIds(sentence(text, budget.status), budget.source, { hideSubscriptionIds: true }) || '—';
	const origin = budget.origins ? describeOrigin(drift.origin ?? shown.found.origin) : '';
	const outcome = describeState(drift, state, budget);
	return {
		title: `${number(shown.number)}. ${heading(drift)}${resolution === null ? '' : ` (${describeResolution(state)})`}`,
		description: `${mention(drift.discordId)} · ${escapeName(drift.discordName)}\n${sentence(drift.description, budget.sentence)}${drift.byRuleChange ? ` ${BY_RULE_CHANGE}` : ''}${origin === '' ? '' : `\n${origin}`}`,
		color:
			resolution === 'undone' || resolution === 'ignored'
				? COLOURS.low
				: resolution !== null
					? COLOURS.good
					: state.status === 'FIXING'
						? COLOURS.busy
						: SEVERITY_COLOURS[drift.severity],
		fields: [
			{ name: 'Stripe says', value: sourceText(drift.stripeStatus), inline: true },
			{ name: 'Database says', value: sourceText(drift.databaseStatus), inline: true },
			{ name: 'Discord says', value: cut(roles(drift.discordRoles), budget.status) || 'no managed role', inline: true },
			{ name: 'Plan', value: planField(shown, budget), inline: true },
			{ name: 'Severity', value: SEVERITY_NAMES[drift.severity], inline: true },
			{ name: 'Open', value: describeOpenSince(shown), inline: true },
			...(outcome === null ? [] : [outcome])
		]
	};
}

function describeOpenSince({ found, state }: ShownIssue): string {
	const back = state.cameBackAt ?? found.cameBackAt;
	const again = back === null ? '' : `, back ${ago(back)}`;
	const reports = found.timesSeen > 1 ? `, in ${number(found.timesSeen)} reports` : '';
	return `First seen ${ago(found.firstSeenAt)}${reports}${again}`;
}

function planField({ drift, changed, outdated, state }: ShownIssue, budget: TextBudget): string {
	const plan = cut(describePlan(drift.plan), budget.status * 2);
	if (state.status !== 'OPEN') return plan;
	if (drift.isUnknown) return `${plan} (not now: it is unknown what they should have, \`/reconcile why\` gives the reason)`;
	if (outdated) return `${plan} (out of date: Apply fix shows what is right now)`;
	return changed ? `${plan} (changed since this report)` : plan;
}
