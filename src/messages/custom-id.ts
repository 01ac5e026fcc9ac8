/**
 * What a button, a menu or a modal says when it is used. Built and parsed here alone, so that the two cannot come apart.
 */

import { SNOWFLAKE } from '../reconciliation/domain/guild.js';
import type { BulkScope } from '../reconciliation/domain/hold.js';
import { DRIFT_TYPES } from '../reconciliation/domain/issue.js';
/** The last page that an ID has room for. */
export const LAST_PAGE = 99_999;

/** Raised when the shape changes: buttons of old reports must not be taken for something else. */
const PREFIX = 'reeve:1';

/** Each part of an ID: how it is written, and how it is read. None may contain a colon. */
const PARTS = {
	runId: text(/^[a-z0-9]{1,32}$/),
	issueId: text(/^[a-z0-9]{1,32}$/),
	attemptId: text(/^[a-z0-9-]{1,36}$/),
	/** Of a plan, or of many plans together. */
	planHash: text(/^[0-9a-f]{8}$/),
	/** Counted from 0. */
	page: { pattern: /^(0|[1-9]\d{0,4})$/, read: Number },
	discordId: text(SNOWFLAKE),
	customerId: text(/^\w{1,40}$/),
	/** Of what a confirmation showed: a row, or the people from whom a customer would be taken. */
	shownHash: text(/^[0-9a-f]{8}$/),
	days: { pattern: /^[1-9]\d{0,2}$/, read: Number },
	/** Which issues a bulk fix is about. */
	scope: {
		pattern: new RegExp(`^(all|${DRIFT_TYPES.join('|')})$`),
		read: (written: string) => written as BulkScope
	},
	mode: { pattern: /^(grants-only|all)$/, read: (written: string) => written as 'grants-only' | 'all' },
	/** Only keeps the IDs of one message apart. */
	button: { pattern: /^(previous|current|next)$/, read: (written: string) => written as PageButton }
} as const;

export type PageButton = 'previous' | 'current' | 'next';

function text(pattern: RegExp) {
	return { pattern, read: (written: string) => written };
}

/** Every action with the parts of its ID, in order. */
const ACTIONS = {
	/** Apply the plan that was shown; `page` is where to show what became of it. */
	fix: ['runId', 'page', 'issueId', 'planHash'],
	/** Show a page. */
	page: ['runId', 'page', 'button'],
	/** Apply the plan of one issue, outside of a report. */
	'fix-one': ['issueId', 'planHash'],
	/** Show what fixing everything would do. */
	'fix-all': ['runId'],
	/** Show what a bulk fix would do that is on hold. */
	plan: ['scope'],
	/** Apply the plan of a bulk fix that was shown. */
	bulk: ['scope', 'planHash', 'mode'],
	/** Ask for the number of people who lose a role, and, as a modal, give it. */
	release: ['scope', 'planHash'],
	/** Show a page of the history. */
	history: ['days', 'page', 'button'],
	/** Ask why an issue is to be ignored and, as a modal, exempt its person; `page` is where to show it. */
	ignore: ['runId', 'page', 'issueId'],
	/** Show a page of the exemptions. */
	exemptions: ['page', 'button'],
	/** End the exemption that is picked. */
	'end-exemption': ['page'],
	/** Explain the person whom an issue is about. */
	why: ['issueId'],
	/** Link the customer that is picked. */
	'pick-link': ['discordId'],
	/** Link this customer, though its metadata names the people whom the confirmation showed. */
	link: ['discordId', 'customerId', 'shownHash'],
	/** Ask about the row that is picked. */
	'pick-unlink': ['discordId'],
	/** Unlink this row. */
	unlink: ['discordId', 'shownHash'],
	/** Undo a fix. */
	undo: ['attemptId']
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
 * @throws {RangeError} if a part would not be read back as it is
 */
export function buildCustomId(value: ButtonAction): string {
	const parts = value as unknown as Readonly<Record<Part, string | number>>;
	const customId = [PREFIX, value.action, ...ACTIONS[value.action].map((name) => parts[name])].join(':');
	if (parseCustomId(customId) === null) throw new RangeError(`Not an ID of Reeve's: ${customId}`);
	return customId;
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

/** Which page of which report a message is, by what its buttons say; null for a message that is none. */
export function positionAmong(customIds: readonly string[]): { runId: string; page: number } | null {
	for (const customId of customIds) {
		const value = parseAction(customId, 'fix') ?? currentPage(customId);
		if (value !== null) return { runId: value.runId, page: value.page };
	}
	return null;
}

/** The other page buttons lead elsewhere. */
function currentPage(customId: string): ActionOf<'page'> | null {
	const value = parseAction(customId, 'page');
	return value?.button === 'current' ? value : null;
}
