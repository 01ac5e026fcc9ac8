import type { UndoableFix, UndoResult } from '../../reconciliation/fixes/undo.js';
import { changeMade, describeActor, describeChange } from '../format/format.js';
import { MAX_CHOICE_LENGTH } from '../format/limits.js';
import { cut, plainName, sentence } from '../format/text.js';
import { ago, moment } from '../format/timestamps.js';
import { describeSubject } from './outcome.js';

/** Undo: replies, announcements and autocomplete suggestions. */

const REASON_LENGTH = 1200;
const CHANGE_LENGTH = 300;

const CHOICE_NAME_LENGTH = 32;
const CHOICE_CHANGE_LENGTH = 30;

const NOT_UNDONE: Readonly<Record<Extract<UndoResult, { kind: 'refused' }>['why'], string>> = {
	NO_FIX: 'that attempt changed no role, so there is nothing to put back.',
	NOT_NEWEST: 'they were fixed again after that, and only the newest fix of a person can be undone.',
	ROLES_UNKNOWN: 'Reeve does not know which roles they had before and after that fix. Change their roles by hand.'
};

/** Result of an undo and the next step. */
export function undoReply(result: UndoResult): string {
	switch (result.kind) {
		case 'ended':
			return describeEnd(result);
		case 'busy':
			return `Nothing was changed: ${describeActor(result.actor)} has been at the roles of ${describeSubject(result.subject)} since ${ago(result.since)}. Wait a moment, then look again.`;
		case 'undone':
			return `Nothing was changed: the fix of ${describeSubject(result.subject)} was already undone by ${describeActor(result.actor)} ${ago(result.at)}.`;
		case 'refused':
			return `Nothing was changed for ${describeSubject(result.subject)}: ${NOT_UNDONE[result.why]}`;
		case 'unknown':
			return 'Nothing was changed: Reeve knows no such fix. Use `/reconcile undo` and pick one from the list that appears as you type.';
	}
}

type Ended = Extract<UndoResult, { kind: 'ended' }>;

function describeEnd(result: Ended): string {
	const person = describeSubject(result.subject);
	const why = sentence(result.error ?? 'Unknown reason: see the log.', REASON_LENGTH);
	const until = result.exemptUntil === null ? '' : ` They are exempt until ${moment(result.exemptUntil)}`;
	if (result.outcome === 'UNDONE') {
		const after =
			result.exemptUntil === null
				? ''
				: `${until}; after that, runs find the same drift again. If their roles are right as they are, use \`/reconcile exempt\`.`;
		return `Undone for ${person}: ${made(result)}.${after}`;
	}
	if (result.outcome === 'PLAN_CHANGED') return `Nothing was changed for ${person}. ${why} If that is wrong, change their roles by hand.`;
	const done = made(result) === '' ? '' : ` Done before that: ${made(result)}.`;
	return `Not undone: ${person}. ${why}${done}${until === '' ? '' : `${until}.`} Fix that, then undo it again.`;
}

/** Null if nothing changed. */
export function undoAnnouncement(result: UndoResult, actor: string): string | null {
	if (result.kind !== 'ended' || result.exemptUntil === null) return null;
	const what = `the fix of ${describeSubject(result.subject)}`;
	const change = made(result) === '' ? '' : `: ${made(result)}`;
	const until = `Exempt until ${moment(result.exemptUntil)}.`;
	if (result.outcome === 'UNDONE') return `${describeActor(actor)} undid ${what}${change}. ${until}`;
	return `${describeActor(actor)} undid ${what} only in part${change}. ${until}`;
}

/** Whether the fix is undone, by this request or an earlier one. */
export function isUndone(result: UndoResult): boolean {
	return result.kind === 'undone' || (result.kind === 'ended' && result.outcome === 'UNDONE');
}

function made({ rolesBefore, rolesAfter }: Ended): string {
	return cut(describeChange(changeMade(rolesBefore, rolesAfter) ?? { add: [], remove: [] }), CHANGE_LENGTH);
}

/** "ada · Knight given · 3 min ago by operator": a suggestion, plain text. */
export function undoChoice(fix: UndoableFix, actorName: string, now: Date): string {
	const change = cut(describeChange(fix.change), CHOICE_CHANGE_LENGTH);
	const [name, actor] = [plainName(fix.discordName, CHOICE_NAME_LENGTH), plainName(actorName, CHOICE_NAME_LENGTH)];
	return cut(`${name} · ${change} · ${since(fix.at, now)} by ${actor}`, MAX_CHOICE_LENGTH);
}

/** "3 min ago", for suggestions, which cannot render timestamps. */
function since(at: Date, now: Date): string {
	const minutes = Math.floor((now.getTime() - at.getTime()) / 60_000);
	if (minutes < 1) return 'just now';
	if (minutes < 120) return `${minutes} min ago`;
	return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ago` : `${Math.floor(minutes / 1440)} days ago`;
}
