import { type APIActionRowComponent, type APIButtonComponent, ButtonStyle, ComponentType } from 'discord.js';
import { buildCustomId, type PageButton } from './custom-id.js';
import type { ShownIssue } from './issue.js';
import { plainName } from './text.js';
import { number } from './words.js';

type ButtonRow = APIActionRowComponent<APIButtonComponent>;

/** Where a page stands in its report. Both count from 0 in IDs and from 1 in words. */
export interface Place {
	readonly runId: string;
	readonly page: number;
	readonly pages: number;
	/** Issues in the whole report. */
	readonly total: number;
}

/** Buttons to mend and to explain each issue of the page, and, of several pages, the way to the others. */
export function buttonRows(issues: readonly ShownIssue[], place: Place): ButtonRow[] {
	const rows: ButtonRow[] = [];
	if (issues.length > 0) rows.push(row(issues.map((issue) => fixButton(issue, place))), row(issues.map(whyButton)));
	const last = [...(place.pages > 1 ? [previous(place), current(place), next(place)] : []), ...(place.total > 1 ? [fixAll(place)] : [])];
	if (last.length > 0) rows.push(row(last));
	return rows;
}

function row(components: APIButtonComponent[]): ButtonRow {
	return { type: ComponentType.ActionRow, components };
}

function fixButton(issue: ShownIssue, { runId, page }: Place): APIButtonComponent {
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
function fixAll({ runId }: Place): APIButtonComponent {
	return {
		type: ComponentType.Button,
		style: ButtonStyle.Danger,
		label: 'Fix all…',
		custom_id: buildCustomId({ action: 'fix-all', runId })
	};
}

function previous(place: Place): APIButtonComponent {
	return pageButton('previous', '◀ Previous', Math.max(0, place.page - 1), place.page === 0, place);
}

function current(place: Place): APIButtonComponent {
	return pageButton('current', `Page ${number(place.page + 1)} of ${number(place.pages)}`, place.page, true, place);
}

function next(place: Place): APIButtonComponent {
	const last = place.pages - 1;
	return pageButton('next', 'Next ▶', Math.min(last, place.page + 1), place.page === last, place);
}

function pageButton(button: PageButton, label: string, page: number, disabled: boolean, { runId }: Place): APIButtonComponent {
	return {
		type: ComponentType.Button,
		style: ButtonStyle.Secondary,
		label,
		custom_id: buildCustomId({ action: 'page', runId, page, button }),
		disabled
	};
}
