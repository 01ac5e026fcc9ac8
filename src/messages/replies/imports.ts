import { type APIActionRowComponent, type APIButtonComponent, ButtonStyle, ComponentType } from 'discord.js';
import type { ImportCheck, ImportPlan, ImportResult, ImportUndone } from '../../reconciliation/imports/import.js';
import { isImportable } from '../../reconciliation/imports/import.js';
import { countOutcomes, type ImportedLine } from '../../reconciliation/imports/result.js';
import { buildCustomId } from '../custom-id.js';
import { count, describeActor, number } from '../format/format.js';
import { MAX_MESSAGE_LENGTH } from '../format/limits.js';
import { fitLines } from '../format/lines.js';
import { escapeText, sentence } from '../format/text.js';
import { idCell } from './export/cells.js';
import { toCsv } from './export/csv.js';
import { describeConflict } from './import-conflict.js';

/** Links from files: replies, announcements, and the text and JSON of the command line. */

const MAX_LISTED = 10;
/** Of a value as it was written. */
const VALUE_LENGTH = 60;
const LINE_LENGTH = 300;

const NO_ROLE = 'No role was changed: the next run finds who should have one, or `/reconcile run` now.';

interface ImportReply {
	readonly content: string;
	readonly components: APIActionRowComponent<APIButtonComponent>[];
	readonly files: { attachment: Buffer; name: string }[];
	readonly allowedMentions: { parse: [] };
}

/** The reply to a file. Nothing is imported yet. */
export function importCheckReply(check: ImportCheck): ImportReply {
	if (check.kind === 'refused') return refused(check.why);
	const { plan, batchId } = check;
	return batchId === null ? answer(planLines(plan), [], plan) : answer(planLines(plan), confirmButton(plan, batchId), plan);
}

/** The reply to a confirmation. */
export function importReply(result: ImportResult): ImportReply {
	switch (result.kind) {
		case 'refused':
			return refused(result.why);
		case 'unknown':
			return answer(['Nothing was changed: this file was checked too long ago. Use `/reconcile import` again.']);
		case 'settled':
			return answer([
				result.status === 'UNDONE'
					? 'Nothing was changed: this import was undone. Use `/reconcile import` to import the file again.'
					: 'Nothing was changed: this file has already been imported.'
			]);
		case 'changed':
			return answer(
				['**Nothing was imported**: something has changed since the file was checked. This is how it is now:', ...planLines(result.plan)],
				isImportable(result.plan) ? confirmButton(result.plan, result.batchId) : [],
				result.plan
			);
		case 'imported': {
			const { link, unchanged } = countOutcomes(result.plan.lines);
			const already = unchanged === 0 ? '' : ` ${count(unchanged, 'line was', 'lines were')} there already.`;
			return answer(
				[
					`**${count(link, 'link')} imported.**${already} ${NO_ROLE}`,
					`To undo it as a whole, now or later: \`/reconcile import undo:${result.batchId}\`.`
				],
				[button('Undo import', ButtonStyle.Danger, buildCustomId({ action: 'undo-import', batchId: result.batchId }))]
			);
		}
	}
}

/** One line for the admin channel. */
export function importAnnouncement({ plan, batchId }: Extract<ImportResult, { kind: 'imported' }>, actor: string): string {
	const { link } = countOutcomes(plan.lines);
	return `${describeActor(actor)} imported ${count(link, 'link')} from a file. To undo it: \`/reconcile import undo:${batchId}\`.`;
}

/** Reply to neither or both of the options. */
export const FILE_OR_UNDO = 'Attach a `file` to import, or give the ID of an import to `undo`: one of the two.';

type UndoResult = ImportUndone | { readonly kind: 'refused'; readonly why: string };

/** Result of an undo, as plain text with markdown for commands. */
export function undoImportReply(result: UndoResult): string {
	switch (result.kind) {
		case 'refused':
			return `Nothing was changed. ${sentence(result.why, MAX_MESSAGE_LENGTH / 2)}`;
		case 'unknown':
			return 'Nothing was changed: there is no such import.';
		case 'settled':
			return result.status === 'UNDONE'
				? 'Nothing was changed: this import has already been undone.'
				: 'Nothing was changed: this file was checked, and has not been imported.';
		case 'undone': {
			const left =
				result.left === 0
					? ''
					: ` ${count(result.left, 'link')} changed since the import and ${result.left === 1 ? 'stays as it is' : 'stay as they are'}.`;
			return `**Import undone**: ${count(result.removed, 'link')} removed.${left} No role was changed.`;
		}
	}
}

/** One line for the admin channel. */
export function undoImportAnnouncement({ removed }: Extract<ImportUndone, { kind: 'undone' }>, batchId: string, actor: string): string {
	return `${describeActor(actor)} undid the import ${escapeText(batchId, VALUE_LENGTH)}: ${count(removed, 'link')} removed.`;
}

/** The plan as lines of markdown: the counts, then the first conflicts. */
function planLines(plan: ImportPlan): string[] {
	const conflicts = plan.lines.filter(({ outcome }) => outcome.kind === 'conflict');
	const listed = conflicts.slice(0, MAX_LISTED).map((line) => `- Line ${line.line}: ${sentence(reasonOf(line), LINE_LENGTH)}`);
	const more = conflicts.length > listed.length ? [`… and ${number(conflicts.length - listed.length)} more in the file below.`] : [];
	return [verdictOf(plan), ...listed, ...more];
}

function verdictOf(plan: ImportPlan): string {
	const { link, unchanged, skipped, conflict } = countOutcomes(plan.lines);
	const from = plan.format === 'own' ? '' : ` (an export of ${plan.format})`;
	const parts = [
		...(link > 0 ? [`${number(link)} to link`] : []),
		...(unchanged > 0 ? [`${number(unchanged)} linked already`] : []),
		...(skipped > 0 ? [`${number(skipped)} without an email, left out`] : []),
		...(conflict > 0 ? [`${count(conflict, 'conflict')}`] : [])
	];
	const counts = `**${count(plan.lines.length, 'line')}**${from}: ${parts.join(', ')}.`;
	if (conflict > 0) return `${counts} Nothing can be imported until every conflict is gone: correct or remove these lines.`;
	return link === 0
		? `${counts} There is nothing to import.`
		: `${counts} Nothing is changed until you confirm. An import changes no role.`;
}

const RESULTS = { link: 'to link', unchanged: 'linked already', skipped: 'left out', conflict: 'conflict' } as const;

const UNCHANGED = {
	row: 'In the database.',
	metadata: "In Stripe's metadata.",
	line: 'An earlier line says the same.'
} as const;

function reasonOf({ outcome }: ImportedLine): string {
	switch (outcome.kind) {
		case 'conflict':
			return describeConflict(outcome.conflict);
		case 'unchanged':
			return UNCHANGED[outcome.by];
		case 'skipped':
			return 'It names no payer.';
		case 'link':
			return '';
	}
}

const COLUMNS = ['Line', 'Member', 'Payer', 'Result', 'Kind', 'Reason', 'Discord ID', 'Customer'] as const;

/** Every line with its result; conflicts first. */
function csvOf({ lines }: ImportPlan): string {
	const conflictsFirst = [...lines].sort((a, b) => rankOf(a) - rankOf(b) || a.line - b.line);
	const rows = conflictsFirst.map((line): (string | number)[] => {
		const { outcome, discordId } = line;
		const kind = outcome.kind === 'conflict' ? outcome.conflict.kind : '';
		const customerId = outcome.kind === 'link' ? (outcome.link.customerId ?? '') : '';
		return [
			line.line,
			line.member,
			line.payer,
			RESULTS[outcome.kind],
			kind,
			reasonOf(line),
			discordId === null ? '' : idCell(discordId),
			customerId
		];
	});
	return toCsv(COLUMNS, rows).text;
}

function rankOf({ outcome }: ImportedLine): number {
	return outcome.kind === 'conflict' ? 0 : 1;
}

/** The plan for the command line. */
export function importLines(plan: ImportPlan): string[] {
	const conflicts = plan.lines.filter(({ outcome }) => outcome.kind === 'conflict');
	return [
		verdictOf(plan).replaceAll('**', '').replace('until you confirm', 'without --apply'),
		...conflicts.map((line) => `Line ${line.line}: ${reasonOf(line)}`)
	];
}

/** The plan as JSON. */
export function importJson(plan: ImportPlan, batchId: string | null): string {
	const { format, lines } = plan;
	const results = lines.map(({ outcome, ...line }) => ({
		...line,
		...(outcome.kind === 'conflict' ? { reason: describeConflict(outcome.conflict) } : {}),
		outcome
	}));
	return JSON.stringify({ format, counts: countOutcomes(lines), batchId, lines: results }, null, '\t');
}

function confirmButton(plan: ImportPlan, batchId: string): APIButtonComponent[] {
	const label = `Import ${count(countOutcomes(plan.lines).link, 'link')}`;
	return [
		button(label, ButtonStyle.Success, buildCustomId({ action: 'import', batchId, shownHash: plan.hash })),
		button('Cancel', ButtonStyle.Secondary, buildCustomId({ action: 'cancel' }))
	];
}

function button(
	label: string,
	style: ButtonStyle.Success | ButtonStyle.Danger | ButtonStyle.Secondary,
	customId: string
): APIButtonComponent {
	return { type: ComponentType.Button, style, label, custom_id: customId };
}

function refused(why: string): ImportReply {
	return answer([`Nothing was changed. ${sentence(why, MAX_MESSAGE_LENGTH / 2)}`]);
}

function answer(lines: readonly string[], buttons: APIButtonComponent[] = [], plan: ImportPlan | null = null): ImportReply {
	return {
		content: fitLines([...lines], MAX_MESSAGE_LENGTH),
		components: buttons.length === 0 ? [] : [{ type: ComponentType.ActionRow, components: buttons }],
		files: plan === null ? [] : [{ attachment: Buffer.from(csvOf(plan)), name: 'reeve-import.csv' }],
		allowedMentions: { parse: [] }
	};
}
