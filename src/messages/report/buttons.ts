import { type APIActionRowComponent, type APIButtonComponent, ButtonStyle, ComponentType } from 'discord.js';
import type { LastAttempt } from '../../reconciliation/domain/issue.js';
import type { Onboarding } from '../../reconciliation/domain/onboarding.js';
import type { RuleChange } from '../../reconciliation/domain/rule-change.js';
import { buildCustomId } from '../custom-id.js';
import { changeMade, describeChange, number } from '../format/format.js';
import { plainName } from '../format/text.js';
import type { ShownIssue } from './issue.js';
import { endOnboardingButton } from './onboarding.js';
import { pager } from './pager.js';
import { acceptRulesButton } from './rule-change.js';

type ButtonRow = APIActionRowComponent<APIButtonComponent>;

/** A page of a report, counted from 0. */
export interface PageRef {
	readonly runId: string;
	readonly page: number;
	readonly pages: number;
	/** Whether to offer Fix all. */
	readonly fixAll: boolean;
	/** Rules that an operator can accept. */
	readonly toAccept: RuleChange | null;
	/** Setup that an operator can end. */
	readonly onboarding: Onboarding | null;
}

/** The rows of a page: fix, ignore or undo, explain; then page buttons and Fix all. */
export function buttonRows(issues: readonly ShownIssue[], ref: PageRef): ButtonRow[] {
	return [
		issues.map((issue) => fixButton(issue, ref)),
		issues.flatMap((issue) => secondButton(issue, ref)),
		issues.map(whyButton),
		lastButtons(ref)
	]
		.filter((buttons) => buttons.length > 0)
		.map(row);
}

/** Ignore while the issue is open, undo after its fix. */
function secondButton({ id, number: position, drift, state }: ShownIssue, { runId, page }: PageRef): APIButtonComponent[] {
	const { lastAttempt } = state;
	if (state.status === 'OPEN') {
		return [
			{
				type: ComponentType.Button,
				style: ButtonStyle.Secondary,
				label: `Ignore… ${number(position)}`,
				custom_id: buildCustomId({ action: 'ignore', runId, page, issueId: id })
			}
		];
	}
	if (state.status !== 'FIXED' || lastAttempt === null || !canBeUndone(lastAttempt)) return [];
	return [undoButton(lastAttempt.id, drift.discordName, position)];
}

/** Judged by the attempt alone; whether it is still the member's newest is checked when the button is pressed. */
function canBeUndone({ outcome, undoes, rolesBefore, rolesAfter }: LastAttempt): boolean {
	const change = changeMade(rolesBefore, rolesAfter);
	return outcome === 'FIXED' && undoes === null && change !== null && describeChange(change) !== '';
}

/**
 * Undoes a fix, in a report or below its announcement.
 * @param position - the issue's number, in a report
 */
export function undoButton(attemptId: string, name: string, position?: number): APIButtonComponent {
	return {
		type: ComponentType.Button,
		style: ButtonStyle.Secondary,
		label: `Undo${position === undefined ? '' : ` ${number(position)}`} · ${plainName(name)}`,
		custom_id: buildCustomId({ action: 'undo', attemptId })
	};
}

/** The rows of a message without one button whose action is done. */
export function withoutButton(rows: readonly ButtonRow[], customId: string): ButtonRow[] {
	return rows
		.map(({ components }) => components.filter((button) => !('custom_id' in button && button.custom_id === customId)))
		.filter((buttons) => buttons.length > 0)
		.map(row);
}

/** Page buttons, Fix all, and what accepts new rules or ends onboarding. */
function lastButtons({ runId, page, pages, fixAll, toAccept, onboarding }: PageRef): APIButtonComponent[] {
	return [
		...pager({ page, pages, idOf: (target, button) => buildCustomId({ action: 'page', runId, page: target, button }) }),
		...(fixAll ? [fixAllButton(runId)] : []),
		...(toAccept === null ? [] : [acceptRulesButton(toAccept)]),
		...(onboarding === null ? [] : [endOnboardingButton(runId, onboarding)])
	];
}

function row(components: APIButtonComponent[]): ButtonRow {
	return { type: ComponentType.ActionRow, components };
}

function fixButton(issue: ShownIssue, { runId, page }: PageRef): APIButtonComponent {
	const open = issue.state.status === 'OPEN';
	return {
		type: ComponentType.Button,
		style: open ? ButtonStyle.Primary : ButtonStyle.Secondary,
		label: `Apply fix ${number(issue.number)} · ${plainName(issue.drift.discordName)}`,
		custom_id: buildCustomId({ action: 'fix', runId, page, issueId: issue.id, planHash: issue.planHash }),
		disabled: !open
	};
}

function whyButton({ id, number: position }: ShownIssue): APIButtonComponent {
	return {
		type: ComponentType.Button,
		style: ButtonStyle.Secondary,
		label: `Why? ${number(position)}`,
		custom_id: buildCustomId({ action: 'why', issueId: id })
	};
}

/** Shows the plan for everything open when it is pressed. */
function fixAllButton(runId: string): APIButtonComponent {
	return {
		type: ComponentType.Button,
		style: ButtonStyle.Danger,
		label: 'Fix all…',
		custom_id: buildCustomId({ action: 'fix-all', runId })
	};
}
