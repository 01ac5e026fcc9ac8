/** Custom IDs of buttons, menus and modals. One table builds and parses them, so that the two cannot diverge. */

import { SNOWFLAKE } from '../reconciliation/domain/discord-id.js';
import { BULK_PARTS, type BulkPart, type BulkScope } from '../reconciliation/domain/hold.js';
import { DRIFT_TYPES } from '../reconciliation/domain/issue.js';
import { LIST_KINDS, type ListKind } from '../reconciliation/runs/people-list.js';

/** The last page that an ID can hold. */
export const LAST_PAGE = 99_999;

/** Of IDs of every version. Components of a bot that Reeve is mounted in have other IDs. */
const NAMESPACE = 'reeve:';

/** The version increases when the format changes, so that buttons of old reports are not misread. */
const PREFIX = `${NAMESPACE}1`;

/** In the order in which an operator goes through them. */
export const SETUP_STEPS = ['roles', 'channel', 'prices', 'check'] as const;
export type SetupStep = (typeof SETUP_STEPS)[number];
export type SetupOpens = PageButton | 'step' | 'reread';

/** Each part of an ID: how it is written, and how it is read. None may contain a colon. */
const PARTS = {
	runId: text(/^[a-z0-9]{1,32}$/),
	issueId: text(/^[a-z0-9]{1,32}$/),
	attemptId: text(/^[a-z0-9-]{1,36}$/),
	/** Of an import. */
	batchId: text(/^[a-z0-9]{1,32}$/),
	/** Of the rules of a run. */
	rulesHash: text(/^[0-9a-f]{8}$/),
	/** People who lose access or move down. */
	losing: { pattern: /^(0|[1-9]\d{0,8})$/, read: Number },
	/** Of one plan, or of several together. */
	planHash: text(/^[0-9a-f]{8}$/),
	/** Counted from 0. */
	page: { pattern: /^(0|[1-9]\d{0,4})$/, read: Number },
	discordId: text(SNOWFLAKE),
	customerId: text(/^\w{1,40}$/),
	/** Of what a confirmation showed: a row, or the members who would lose a customer. */
	shownHash: text(/^[0-9a-f]{8}$/),
	days: { pattern: /^[1-9]\d{0,2}$/, read: Number },
	/** The issues of a bulk fix. */
	scope: {
		pattern: new RegExp(`^(all|UNLINKED|${DRIFT_TYPES.join('|')})$`),
		read: (written: string) => written as BulkScope
	},
	/** Of a bulk plan. */
	part: { pattern: new RegExp(`^(${BULK_PARTS.join('|')})$`), read: (written: string) => written as BulkPart },
	/** Of the setup. */
	step: { pattern: new RegExp(`^(${SETUP_STEPS.join('|')})$`), read: (written: string) => written as SetupStep },
	/** Of a managed role's name, or of a price's ID, which may contain anything. */
	nameHash: text(/^[0-9a-f]{8}$/),
	/** What a button of the setup does: opens a step, turns a page, or reads the prices again. */
	opens: { pattern: /^(step|previous|current|next|reread)$/, read: (written: string) => written as SetupOpens },
	/** Of an explanation. */
	shows: { pattern: /^(answer|details)$/, read: (written: string) => written as 'answer' | 'details' },
	/** Of people. */
	list: { pattern: new RegExp(`^(${LIST_KINDS.join('|')})$`), read: (written: string) => written as ListKind },
	/** Makes the IDs within a message unique. */
	button: { pattern: /^(previous|current|next)$/, read: (written: string) => written as PageButton }
} as const;

export type PageButton = 'previous' | 'current' | 'next';

function text(pattern: RegExp) {
	return { pattern, read: (written: string) => written };
}

/** Every action with the parts of its ID, in order. */
const ACTIONS = {
	/** Apply the plan that was shown, or ask first if it takes access; `page` is redrawn with the result. */
	fix: ['runId', 'page', 'issueId', 'planHash'],
	/** Apply a plan that takes access, as it was confirmed. */
	confirm: ['runId', 'issueId', 'planHash'],
	/** The same, asked for in a private copy, which goes back to `page`. */
	'confirm-copy': ['runId', 'page', 'issueId', 'planHash'],
	/** Open a private copy of a report, on a page with open issues. `page`: that of the report. */
	'open-copy': ['runId', 'page'],
	/** Show what a report notes without calling it an issue. */
	notes: ['runId'],
	/** Show a page of a private copy. */
	page: ['runId', 'page', 'button'],
	/** What is picked for an issue: an option's value is the ID of a button. */
	more: ['runId', 'page'],
	/** Apply the plan of one issue, outside of a report. */
	'fix-one': ['issueId', 'planHash'],
	/** Show what fixing everything would do. */
	'fix-all': ['runId'],
	/** Show the plan of a bulk fix on hold. */
	plan: ['scope'],
	/** Apply a part of the plan of a bulk fix that was shown. */
	bulk: ['scope', 'part', 'planHash'],
	/** As a button: ask how many people this part concerns. As a modal: the answer. */
	release: ['scope', 'part', 'planHash'],
	/** As a button: ask how many people lose access or move down. As a modal: the answer. */
	'accept-rules': ['rulesHash', 'losing'],
	/** As a button: ask how many people lose access or move down. As a modal: the answer. */
	'end-onboarding': ['runId', 'losing'],
	/** Close a plan without applying it. */
	cancel: [],
	/** Show a page of the history. */
	history: ['days', 'page', 'button'],
	/** Show a page of the readiness for automatic fixes. */
	readiness: ['page', 'button'],
	/** As a button: ask why. As a modal: exempt the member and redraw `page`. */
	ignore: ['runId', 'page', 'issueId'],
	/** Show a page of a list of people. */
	list: ['list', 'page', 'button'],
	/** Open a list of people. */
	'show-list': ['list'],
	/** Export a list of people. */
	'export-list': ['list'],
	/** Show a page of the exemptions. */
	exemptions: ['page', 'button'],
	/** Export the exemptions as a file. */
	'export-exemptions': [],
	/** End the exemption that is picked. */
	'end-exemption': ['page'],
	/** Explain the member of an issue. */
	why: ['issueId'],
	/** Explain a member again, with details or without. */
	explain: ['discordId', 'shows'],
	/** Ask before the plan of one issue takes access. */
	'ask-fix': ['issueId', 'planHash'],
	/** As a button: ask why. As a modal: exempt the member. */
	exempt: ['discordId'],
	/** As a button: ask which customer pays for a member. As a modal: the answer. */
	'ask-link-member': ['discordId'],
	/** Link the customer that is picked. */
	'pick-link': ['discordId'],
	/** Link this customer although its metadata names the members that the confirmation showed. */
	link: ['discordId', 'customerId', 'shownHash'],
	/** Show a page of the suggested links. */
	suggest: ['page', 'button'],
	/** Link a suggested customer. */
	'accept-link': ['discordId', 'customerId'],
	/** Ask about the row that is picked. */
	'pick-unlink': ['discordId'],
	/** Unlink this row. */
	unlink: ['discordId', 'shownHash'],
	/** Import the file whose results were shown. */
	import: ['batchId', 'shownHash'],
	/** Remove the links that an import wrote. */
	'undo-import': ['batchId'],
	/** Delete what is stored about a person, as it was shown. */
	forget: ['discordId', 'shownHash'],
	/** Undo a fix. */
	undo: ['attemptId'],
	/** Show a step of the setup. */
	setup: ['step', 'page', 'opens'],
	/** As a button: ask for the tiers. As a modal: the answer. */
	'setup-tiers': [],
	/** The guild role of a managed role. */
	'setup-role': ['nameHash', 'page'],
	'setup-channel': [],
	/** What a price buys. */
	'setup-price': ['nameHash', 'page'],
	/** Save the answers that were shown. */
	'setup-save': ['shownHash'],
	/** Drop the answers. */
	'setup-discard': []
} as const satisfies Readonly<Record<string, readonly (keyof typeof PARTS)[]>>;

type Actions = typeof ACTIONS;
export type ActionName = keyof Actions;
type Part = keyof typeof PARTS;

/** An action with its parts. */
export type ActionOf<Action extends keyof Actions> = { readonly action: Action } & {
	readonly [Name in Actions[Action][number]]: ReturnType<(typeof PARTS)[Name]['read']>;
};

export type ButtonAction = { [Action in keyof Actions]: ActionOf<Action> }[keyof Actions];

/**
 * Builds an ID, of at most 100 characters.
 * @throws {RangeError} if a part would not be parsed back unchanged
 */
export function buildCustomId(value: ButtonAction): string {
	const parts = value as unknown as Readonly<Record<Part, string | number>>;
	const customId = [PREFIX, value.action, ...ACTIONS[value.action].map((name) => parts[name])].join(':');
	if (parseCustomId(customId) === null) throw new RangeError(`Not an ID of Reeve's: ${customId}`);
	return customId;
}

/** Whether an ID is Reeve's, in this version or another one. */
export function isReevesCustomId(customId: string): boolean {
	return customId.startsWith(NAMESPACE);
}

/** Reads an ID. Null for anything that {@link buildCustomId} does not build; never throws. */
export function parseCustomId(customId: string): ButtonAction | null {
	if (!customId.startsWith(`${PREFIX}:`)) return null;
	const [action = '', ...written] = customId.slice(PREFIX.length + 1).split(':');
	if (!isAction(action)) return null;
	const names: readonly Part[] = ACTIONS[action];
	if (written.length !== names.length) return null;
	const parts: [Part, string | number][] = [];
	for (const [index, name] of names.entries()) {
		const { pattern, read } = PARTS[name];
		const part = written[index] ?? '';
		if (!pattern.test(part)) return null;
		parts.push([name, read(part)]);
	}
	return { action, ...Object.fromEntries(parts) } as unknown as ButtonAction;
}

/** Reads an ID if it is of this action; null for any other. */
export function parseAction<Action extends keyof Actions>(customId: string, action: Action): ActionOf<Action> | null {
	const value = parseCustomId(customId);
	return value?.action === action ? (value as unknown as ActionOf<Action>) : null;
}

function isAction(action: string): action is keyof Actions {
	return Object.hasOwn(ACTIONS, action);
}

/** Run and page of a report message, by its buttons; null for other messages. */
export function positionAmong(customIds: readonly string[]): { runId: string; page: number } | null {
	for (const customId of customIds) {
		const value = parseAction(customId, 'more') ?? parseAction(customId, 'fix') ?? currentPage(customId);
		if (value !== null) return { runId: value.runId, page: value.page };
	}
	return null;
}

/** Other page buttons carry their target page. */
function currentPage(customId: string): ActionOf<'page'> | null {
	const value = parseAction(customId, 'page');
	return value?.button === 'current' ? value : null;
}

/** The member whom a message explains, by its buttons; null for other messages. */
export function explainedAmong(customIds: readonly string[]): string | null {
	for (const customId of customIds) {
		const value = parseAction(customId, 'explain');
		if (value !== null) return value.discordId;
	}
	return null;
}
