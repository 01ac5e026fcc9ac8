import { ButtonStyle, ComponentType, type MessageCreateOptions } from 'discord.js';
import type { ForgetPreview, ForgetResult, StoredCounts } from '../../reconciliation/privacy/forget.js';
import { isNothing } from '../../reconciliation/privacy/forget.js';
import { buildCustomId } from '../custom-id.js';
import { count, number } from '../format/format.js';
import { cut, mention } from '../format/text.js';

/** What is stored about a person, as a file, and its deletion. */

type Reply = Pick<MessageCreateOptions, 'content' | 'files' | 'components'> & { readonly content: string };

const MAX_CONTENT = 2_000;

/** Kind → how it is counted. */
const KINDS: { readonly [Kind in keyof StoredCounts]: readonly [one: string, many: string] } = {
	links: ['link to Stripe', 'links to Stripe'],
	exemptions: ['exemption', 'exemptions'],
	issues: ['issue', 'issues'],
	attempts: ['fix or undo of their roles', 'fixes and undos of their roles'],
	runs: ['run that names them', 'runs that name them'],
	audit: ['entry of the audit log about them', 'entries of the audit log about them'],
	decisions: ['entry of the audit log about what they did as an operator', 'entries of the audit log about what they did as an operator'],
	other: ['other row', 'other rows']
};

/** What stays, whatever is deleted. */
const STAYS = [
	'A person who still pays or holds a managed role is found again by the next run, as a new person: cancel the subscription, delete the Discord ID in Stripe, or remove the role first.',
	'What Reeve does not keep stays: messages in Discord, mails that were sent, Stripe, logs, and members whom another bot keeps in its own tables.'
];

/** What is stored, as lines of text. Empty if it is nothing. */
export function storedLines(counts: StoredCounts): readonly string[] {
	return Object.entries(KINDS).flatMap(([kind, [one, many]]) => {
		const stored = counts[kind as keyof StoredCounts];
		return stored === 0 ? [] : [count(stored, one, many)];
	});
}

/** The file for the person: JSON, indented. */
export function exportJson({ discordId, tables }: Pick<ForgetPreview, 'discordId' | 'tables'>, at: Date): string {
	// PostgreSQL's counts can be larger than a number of JSON.
	const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
	return JSON.stringify({ discordId, exportedAt: at, tables }, plain, '\t');
}

/** The reply to `/reconcile forget`: what is stored, the file, and the button that deletes it. */
export function forgetReply(preview: ForgetPreview, at: Date, notice = ''): Reply {
	const { discordId, counts, hash, automaticBackups } = preview;
	if (isNothing(counts)) return { content: nothingStored(mention(discordId)), components: [] };
	const backups =
		automaticBackups === 0
			? []
			: [
					`Deleting also deletes ${count(automaticBackups, 'backup that Reeve made', 'backups that Reeve made')} by itself, since they have the same data.`
				];
	const lines = [
		...(notice === '' ? [] : [notice]),
		`Reeve has stored about ${mention(discordId)}:`,
		...storedLines(counts).map((line) => `- ${line}`),
		'The file has all of it: give it to them if they ask for their data.',
		'',
		'**Delete their data** removes it for good. Counts, runs and the audit log stay, without saying whom they are about.',
		...backups,
		...STAYS
	];
	return {
		content: cut(lines.join('\n'), MAX_CONTENT),
		files: [{ name: `reeve-${discordId}.json`, attachment: Buffer.from(exportJson(preview, at)) }],
		components: [
			{
				type: ComponentType.ActionRow,
				components: [
					{
						type: ComponentType.Button,
						style: ButtonStyle.Danger,
						label: 'Delete their data',
						customId: buildCustomId({ action: 'forget', discordId, shownHash: hash })
					},
					{ type: ComponentType.Button, style: ButtonStyle.Secondary, label: 'Cancel', customId: buildCustomId({ action: 'cancel' }) }
				]
			}
		]
	};
}

const REFUSED: Readonly<Record<Extract<ForgetResult, { readonly kind: 'refused' }>['why'], string>> = {
	'run-in-progress': 'a run is in progress, and would store them again. Wait until its report is there, then try again.',
	'fix-in-progress': 'their roles are being changed at this moment. Try again in a minute.',
	'bulk-in-progress': 'a bulk fix that includes them is not finished. Wait until it is, then try again.'
};

/** What was done, in lines of text. @param who - the person */
export function forgotLines(result: Exclude<ForgetResult, { readonly kind: 'changed' }>, who: string): readonly string[] {
	switch (result.kind) {
		case 'nothing':
			return [nothingStored(who)];
		case 'refused':
			return [`Nothing was deleted: ${REFUSED[result.why]}`];
		case 'forgotten': {
			const { backupsDeleted, backupsKept } = result;
			return [
				`Reeve has deleted what it had stored about ${who}.`,
				...(backupsDeleted === 0
					? []
					: [`${count(backupsDeleted, 'backup that Reeve had made', 'backups that Reeve had made')} by itself: deleted, too.`]),
				...(backupsKept.length === 0
					? []
					: [
							`${count(backupsKept.length, 'backup', 'backups')} made with \`npm run backup\` still ${backupsKept.length === 1 ? 'has' : 'have'} the data. Delete ${backupsKept.length === 1 ? 'it' : 'them'} by hand: ${backupsKept.join(', ')}`
						]),
				...STAYS
			];
		}
	}
}

/** The reply after the button. */
export function forgotReply(result: Exclude<ForgetResult, { readonly kind: 'changed' }>, discordId: string): Reply {
	return { content: cut(forgotLines(result, mention(discordId)).join('\n'), MAX_CONTENT), components: [] };
}

/** The line in the admin channel: it does not say who it was. */
export function forgotAnnouncement(actor: string, counts: StoredCounts): string {
	const total = Object.values(counts).reduce((sum, stored) => sum + stored, 0);
	return `${mention(actor)} deleted what Reeve had stored about one person (${number(total)} ${total === 1 ? 'row' : 'rows'}).`;
}

function nothingStored(who: string): string {
	return `Reeve has stored nothing about ${who}.`;
}
