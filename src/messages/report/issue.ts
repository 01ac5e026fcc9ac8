import type { APIEmbed } from 'discord.js';
import { planHash } from '../../reconciliation/detection/role-plan.js';
import type { DriftIssue, DriftSeverity, IssueState, OpenIssue } from '../../reconciliation/domain/issue.js';
import { COLOURS } from '../format/colours.js';
import { ago, count, describePlan, heading, number, roles, SEVERITY_NAMES } from '../format/format.js';
import { cut, escapeName, escapeText, mention } from '../format/text.js';
import type { TextBudget } from '../format/text-budget.js';
import { describeState } from './state.js';
import type { ReportView } from './view.js';

/** An issue as a report shows it now. */
export interface ShownIssue {
	/** Its place in the list, from 1. */
	readonly number: number;
	readonly id: string;
	readonly drift: DriftIssue;
	/** Of the plan that is shown, whatever plan is right by now: nobody applies a plan they have not seen. */
	readonly planHash: string;
	/** The plan shown is not the one that the run found. */
	readonly changed: boolean;
	/** Another plan is right by now, and it is not known which. */
	readonly outdated: boolean;
	readonly state: IssueState;
	readonly found: OpenIssue;
}

/** Puts together what a run found and what has become of it. */
export function shownIssue(issue: OpenIssue, place: number, states: ReportView['states']): ShownIssue {
	const state = states.get(issue.id) ?? untouched(issue);
	const live = state.detail;
	const hash = live === null ? issue.planHash : planHash(live.discordId, live.plan);
	return {
		number: place,
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

const SEVERITY_COLOURS: Readonly<Record<DriftSeverity, number>> = { HIGH: COLOURS.high, MEDIUM: COLOURS.medium, LOW: COLOURS.low };

/** One issue: who, what is wrong, what each source says, what would mend it, and what has become of it. */
export function issueEmbed(shown: ShownIssue, room: TextBudget): APIEmbed {
	const { drift, state } = shown;
	const undone = state.status === 'RESOLVED' && state.lastAttempt?.outcome === 'UNDONE';
	const settled = state.status === 'FIXED' ? ' (fixed)' : undone ? ' (undone)' : state.status === 'RESOLVED' ? ' (gone)' : '';
	const said = (text: string) => escapeText(text, room.status) || '—';
	const fate = describeState(drift, state, room);
	return {
		title: `${number(shown.number)}. ${heading(drift)}${settled}`,
		description: `${mention(drift.discordId)} · ${escapeName(drift.discordName)}\n${escapeText(drift.description, room.sentence)}`,
		color: undone
			? COLOURS.low
			: settled !== ''
				? COLOURS.good
				: state.status === 'FIXING'
					? COLOURS.busy
					: SEVERITY_COLOURS[drift.severity],
		fields: [
			{ name: 'Stripe says', value: said(drift.stripeStatus), inline: true },
			{ name: 'Database says', value: said(drift.databaseStatus), inline: true },
			{ name: 'Discord says', value: cut(roles(drift.discordRoles), room.status) || 'no managed role', inline: true },
			{ name: 'Plan', value: planField(shown, room), inline: true },
			{ name: 'Severity', value: SEVERITY_NAMES[drift.severity], inline: true },
			{ name: 'Open', value: describeOpenSince(shown), inline: true },
			...(fate === null ? [] : [fate])
		]
	};
}

function describeOpenSince({ found, state }: ShownIssue): string {
	const back = state.cameBackAt ?? found.cameBackAt;
	const again = back === null ? '' : `, back ${ago(back)}`;
	return `since ${ago(found.firstSeenAt)}, seen ${count(found.timesSeen, 'time')}${again}`;
}

function planField({ drift, changed, outdated, state }: ShownIssue, room: TextBudget): string {
	const plan = cut(describePlan(drift.plan), room.status * 2);
	if (state.status !== 'OPEN') return plan;
	if (outdated) return `${plan} (out of date: Apply fix shows what is right now)`;
	return changed ? `${plan} (changed since this report)` : plan;
}
