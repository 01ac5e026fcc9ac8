import { type APIActionRowComponent, type APIButtonComponent, ButtonStyle, ComponentType } from 'discord.js';
import type { LastAttempt } from '../../reconciliation/domain/issue.js';
import { buildCustomId } from '../custom-id.js';
import { changeMade, describeChange, number } from '../format/format.js';
import { plainName } from '../format/text.js';
import type { ShownIssue } from './issue.js';
import { pager } from './pager.js';

type ButtonRow = APIActionRowComponent<APIButtonComponent>;

/** Where a page stands in its report. Both count from 0 in IDs and from 1 in words. */
export interface PageRef {
	readonly runId: string;
	readonly page: number;
	readonly pages: number;
	/** Issues in the whole report. */
	readonly total: number;
}

/** The rows of a page: to mend each issue, to ignore it or undo what was mended, to explain it, and the way to the other pages and to all. */
export function buttonRows(issues: readonly ShownIssue[], place: PageRef): ButtonRow[] {
	return [
		issues.map((issue) => fixButton(issue, place)),
		issues.flatMap((issue) => secondButton(issue, place)),
		issues.map(whyButton),
		lastButtons(place)
	]
		.filter((buttons) => buttons.length > 0)
		.map(row);
}

/** What can be done about an issue beside mending it: ignore it while it is open, undo its fix afterwards. */
function secondButton({ id, number: place, drift, state }: ShownIssue, { runId, page }: PageRef): APIButtonComponent[] {
	const { lastAttempt } = state;
	if (state.status === 'OPEN') {
		return [
			{
				type: ComponentType.Button,
				style: ButtonStyle.Secondary,
				label: `Ignore… ${number(place)}`,
				custom_id: buildCustomId({ action: 'ignore', runId, page, issueId: id })
			}
		];
	}
	if (state.status !== 'FIXED' || lastAttempt === null || !canBeUndone(lastAttempt)) return [];
	return [undoButton(lastAttempt.id, drift.discordName, place)];
}

/** As far as the attempt itself tells: whether it still is the newest of its person is looked up when the button is pressed. */
function canBeUndone({ outcome, undoes, rolesBefore, rolesAfter }: LastAttempt): boolean {
	const change = changeMade(rolesBefore, rolesAfter);
	return outcome === 'FIXED' && undoes === null && change !== null && describeChange(change) !== '';
}

/**
 * Undoes a fix, wherever it stands: in a report, or below the line that tells of the fix.
 * @param place - the issue's number, in a report
 */
export function undoButton(attemptId: string, name: string, place?: number): APIButtonComponent {
	return {
		type: ComponentType.Button,
		style: ButtonStyle.Secondary,
		label: `Undo${place === undefined ? '' : ` ${number(place)}`} · ${plainName(name)}`,
		custom_id: buildCustomId({ action: 'undo', attemptId })
	};
}

/** The rows of a message without one of their buttons: what it offered is done. */
export function withoutButton(rows: readonly ButtonRow[], customId: string): ButtonRow[] {
	return rows
		.map(({ components }) => components.filter((button) => !('custom_id' in button && button.custom_id === customId)))
		.filter((buttons) => buttons.length > 0)
		.map(row);
}

/** The way to the other pages, and to fixing everything. */
function lastButtons({ runId, page, pages, total }: PageRef): APIButtonComponent[] {
	return [
		...pager({ page, pages, idOf: (target, button) => buildCustomId({ action: 'page', runId, page: target, button }) }),
		...(total > 1 ? [fixAll(runId)] : [])
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

function whyButton({ id, number: place }: ShownIssue): APIButtonComponent {
	return {
		type: ComponentType.Button,
		style: ButtonStyle.Secondary,
		label: `Why? ${number(place)}`,
		custom_id: buildCustomId({ action: 'why', issueId: id })
	};
}

/** Stands for whatever is open when it is pressed: a plan is shown first. */
function fixAll(runId: string): APIButtonComponent {
	return {
		type: ComponentType.Button,
		style: ButtonStyle.Danger,
		label: 'Fix all…',
		custom_id: buildCustomId({ action: 'fix-all', runId })
	};
}
