import {
	type APIActionRowComponent,
	type APIButtonComponent,
	type APIComponentInMessageActionRow,
	type APIStringSelectComponent,
	ButtonStyle,
	ComponentType
} from 'discord.js';
import { SNOWFLAKE } from '../../reconciliation/domain/discord-id.js';
import { takesAccess } from '../../reconciliation/domain/effect.js';
import type { DriftIssue, LastAttempt } from '../../reconciliation/domain/issue.js';
import type { Onboarding } from '../../reconciliation/domain/onboarding.js';
import type { RuleChange } from '../../reconciliation/domain/rule-change.js';
import { type ButtonAction, buildCustomId } from '../custom-id.js';
import { changeMade, describeChange, number, planLabel } from '../format/format.js';
import { MAX_LABEL_LENGTH } from '../format/limits.js';
import { cut, plainName } from '../format/text.js';
import type { ShownIssue } from './issue.js';
import { endOnboardingButton } from './onboarding.js';
import { pager } from './pager.js';
import { acceptRulesButton } from './rule-change.js';

type Row = APIActionRowComponent<APIComponentInMessageActionRow>;

/** A page of a report, counted from 0. */
export interface PageRef {
	readonly runId: string;
	readonly page: number;
	readonly pages: number;
	/** On all pages. */
	readonly issues: number;
	/** Whether one operator alone sees it. */
	readonly isCopy: boolean;
	/** Whether known issues of this page are left to a private copy. */
	readonly hidesKnown: boolean;
	/** Whether to offer what the report notes without calling it an issue. */
	readonly notes: boolean;
	/** Whether to offer Fix all. */
	readonly fixAll: boolean;
	/** Rules that an operator can accept. */
	readonly toAccept: RuleChange | null;
	/** Setup that an operator can end. */
	readonly onboarding: Onboarding | null;
}

/** The rows of a page: what corrects each issue; what else can be done with it; then the pages and Fix all. */
export function componentRows(issues: readonly ShownIssue[], ref: PageRef): Row[] {
	const menu = moreMenu(issues, ref);
	const rows: APIComponentInMessageActionRow[][] = [
		issues.map((issue) => mainButton(issue, ref)),
		menu === null ? [] : [menu],
		lastButtons(ref)
	];
	return rows.filter((components) => components.length > 0).map(row);
}

/** What corrects an issue, or, of a member without a link, asks who pays. It keeps its place when the issue is settled. */
function mainButton(issue: ShownIssue, { runId, page }: PageRef): APIButtonComponent {
	const { drift, state, planHash, number: position } = issue;
	const isOpen = state.status === 'OPEN';
	if (isToLink(drift)) {
		return {
			type: ComponentType.Button,
			style: ButtonStyle.Secondary,
			label: `Link ${number(position)}… · ${plainName(drift.discordName)}`,
			custom_id: buildCustomId({ action: 'ask-link-member', discordId: drift.discordId }),
			disabled: !isOpen
		};
	}
	return {
		type: ComponentType.Button,
		style: !isOpen ? ButtonStyle.Secondary : takesAccess(drift) ? ButtonStyle.Danger : ButtonStyle.Success,
		label: cut(`Apply fix ${number(position)} · ${planLabel(drift.plan)}`, MAX_LABEL_LENGTH),
		custom_id: buildCustomId({ action: 'fix', runId, page, issueId: issue.id, planHash }),
		disabled: !isOpen
	};
}

/** Whether it is not known who pays for the member, so that nothing is offered to be taken from them. */
function isToLink(drift: DriftIssue): boolean {
	return !drift.linked && SNOWFLAKE.test(drift.discordId) && (drift.plan.add.length === 0 || takesAccess(drift));
}

/** What else can be done with each issue. Its options carry the IDs of buttons. */
function moreMenu(issues: readonly ShownIssue[], { runId, page }: PageRef): APIStringSelectComponent | null {
	const options = issues.flatMap((issue) => optionsOf(issue, { runId, page }));
	if (options.length === 0) return null;
	return {
		type: ComponentType.StringSelect,
		custom_id: buildCustomId({ action: 'more', runId, page }),
		placeholder: 'Why, Ignore, Link, Undo…',
		options
	};
}

function optionsOf({ id, number: position, drift, state }: ShownIssue, { runId, page }: Pick<PageRef, 'runId' | 'page'>) {
	const name = plainName(drift.discordName);
	const option = (verb: string, action: ButtonAction) => ({
		label: `${verb} ${number(position)} · ${name}`,
		value: buildCustomId(action)
	});
	const { lastAttempt } = state;
	const isOpen = state.status === 'OPEN';
	return [
		option('Why', { action: 'why', issueId: id }),
		...(isOpen ? [option('Ignore', { action: 'ignore', runId, page, issueId: id })] : []),
		// They may pay as a customer that Reeve does not know to be theirs.
		...(isOpen && SNOWFLAKE.test(drift.discordId) && (isToLink(drift) || takesAccess(drift))
			? [option('Link', { action: 'ask-link-member', discordId: drift.discordId })]
			: []),
		...(state.status === 'FIXED' && lastAttempt !== null && canBeUndone(lastAttempt)
			? [option('Undo', { action: 'undo', attemptId: lastAttempt.id })]
			: [])
	];
}

/** Judged by the attempt alone; whether it is still the member's newest is checked when the button is pressed. */
function canBeUndone({ outcome, undoes, rolesBefore, rolesAfter }: LastAttempt): boolean {
	const change = changeMade(rolesBefore, rolesAfter);
	return outcome === 'FIXED' && undoes === null && change !== null && describeChange(change) !== '';
}

/** Undoes a fix, below its announcement. */
export function undoButton(attemptId: string, name: string): APIButtonComponent {
	return {
		type: ComponentType.Button,
		style: ButtonStyle.Secondary,
		label: `Undo · ${plainName(name)}`,
		custom_id: buildCustomId({ action: 'undo', attemptId })
	};
}

/** The rows of a message without one button whose action is done. */
export function withoutButton(rows: readonly Row[], customId: string): Row[] {
	return rows
		.map(({ components }) => components.filter((button) => !('custom_id' in button && button.custom_id === customId)))
		.filter((buttons) => buttons.length > 0)
		.map(row);
}

/** Page buttons, notes, Fix all, and what accepts new rules or ends onboarding. */
function lastButtons({
	runId,
	page,
	pages,
	issues,
	isCopy,
	hidesKnown,
	notes,
	fixAll,
	toAccept,
	onboarding
}: PageRef): APIButtonComponent[] {
	const turn = isCopy
		? pager({ page, pages, idOf: (target, button) => buildCustomId({ action: 'page', runId, page: target, button }) })
		: hidesKnown
			? [openCopyButton(issues, { action: 'page', runId, page, button: 'current' })]
			: pages > 1
				? [openCopyButton(issues, { action: 'open-copy', runId, page })]
				: [];
	return [
		...turn,
		...(notes ? [notesButton(runId)] : []),
		...(fixAll ? [fixAllButton(runId)] : []),
		...(toAccept === null ? [] : [acceptRulesButton(toAccept)]),
		...(onboarding === null ? [] : [endOnboardingButton(runId, onboarding)])
	];
}

/** Turning the pages of the shared report would move the buttons of everyone who reads it. */
function openCopyButton(issues: number, action: ButtonAction): APIButtonComponent {
	return {
		type: ComponentType.Button,
		style: ButtonStyle.Secondary,
		label: `All ${number(issues)}…`,
		custom_id: buildCustomId(action)
	};
}

function notesButton(runId: string): APIButtonComponent {
	return {
		type: ComponentType.Button,
		style: ButtonStyle.Secondary,
		label: 'Notes…',
		custom_id: buildCustomId({ action: 'notes', runId })
	};
}

function row(components: APIComponentInMessageActionRow[]): Row {
	return { type: ComponentType.ActionRow, components };
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
