import {
	type APIActionRowComponent,
	type APIButtonComponent,
	type APIComponentInMessageActionRow,
	type APIEmbed,
	type APIModalInteractionResponseCallbackData,
	ButtonStyle,
	ComponentType,
	TextInputStyle
} from 'discord.js';
import type { ExemptResult, StoredExemption } from '../../reconciliation/members/exemption.js';
import { END_DATE_EXAMPLES } from '../../reconciliation/schedule/parse-end-date.js';
import { type ActionOf, buildCustomId } from '../custom-id.js';
import { COLOURS } from '../format/colours.js';
import { count } from '../format/format.js';
import { MAX_CHOICE_LENGTH } from '../format/limits.js';
import type { NamesOf } from '../format/markdown-to-text.js';
import { cut, escapeText, mention, plainName } from '../format/text.js';
import { ago, moment } from '../format/timestamps.js';
import { pager } from '../report/pager.js';
import { MAX_END_DATE_LENGTH } from './end-date.js';

/** Exemptions: replies, announcements, the list, and the modal behind Ignore…. */

export const EXEMPTIONS_PER_PAGE = 10;

/** Also the limit of the command option and the modal field. */
export const MAX_REASON_LENGTH = 500;

const LISTED_REASON = 150;

const until = (date: Date | null) => (date === null ? 'until an operator ends it' : `until ${moment(date)}`);

/** An operator as a mention; an imported exemption has a name instead. */
const author = ({ createdBy }: Pick<StoredExemption, 'createdBy'>) => mention(createdBy);

export function exemptedReply({ exemption, replaced, settledIn }: ExemptResult): string {
	const [before] = replaced;
	return [
		`${mention(exemption.discordId)} is exempt ${until(exemption.expiresAt)}: Reeve leaves their roles as they are.${settledIn === null ? '' : ' Their open issue is closed.'}`,
		...(before === undefined
			? []
			: [`This replaces the exemption by ${author(before)} ${ago(before.createdAt)}: ${escapeText(before.reason, LISTED_REASON)}`]),
		'`/reconcile exemptions` lists and ends exemptions.'
	].join('\n');
}

/** Reply to an empty reason. */
export const NO_REASON = 'Nothing was changed: say why, so that the other operators understand it later.';

export function exemptedAnnouncement({ exemption }: ExemptResult): string {
	const { discordId, createdBy, expiresAt, reason } = exemption;
	return `${mention(createdBy)} exempted ${mention(discordId)} ${until(expiresAt)}: ${escapeText(reason, MAX_REASON_LENGTH)}`;
}

/** @param ended - null if it had already ended */
export function exemptionEndedReply(ended: StoredExemption | null): string {
	if (ended === null) return 'Nothing was changed: that exemption has already ended.';
	return `The exemption of ${mention(ended.discordId)} has ended. The next run looks at their roles again; \`/reconcile run member:\` looks now.`;
}

export function exemptionEndedAnnouncement(actor: string, { discordId, reason }: StoredExemption): string {
	return `${mention(actor)} ended the exemption of ${mention(discordId)} (${escapeText(reason, LISTED_REASON)}).`;
}

/** Reply if an issue can no longer be ignored. */
export function notIgnoredReply(subject: { readonly discordId: string } | null): string {
	return subject === null
		? 'Nothing was changed: Reeve does not know this issue any more. Use `/reconcile run` for a new report.'
		: `Nothing was changed: the issue of ${mention(subject.discordId)} is settled already. To exempt them all the same, use \`/reconcile exempt\`.`;
}

const EXPORT_BUTTON: APIButtonComponent = {
	type: ComponentType.Button,
	style: ButtonStyle.Secondary,
	label: 'Export',
	custom_id: buildCustomId({ action: 'export-exemptions' })
};

/**
 * One page of exemptions, with a menu to end one.
 * @param page - counted from 0; one that does not exist becomes the last
 */
export async function exemptionsReply(
	all: readonly StoredExemption[],
	page: number,
	namesOf: NamesOf
): Promise<{ content: string; embeds: APIEmbed[]; components: APIActionRowComponent<APIComponentInMessageActionRow>[] }> {
	if (all.length === 0)
		return {
			content: 'No exemptions. `/reconcile exempt` makes Reeve leave a member’s roles as they are.',
			embeds: [],
			components: []
		};
	const pages = Math.ceil(all.length / EXEMPTIONS_PER_PAGE);
	const shownPage = Math.min(page, pages - 1);
	const shown = all.slice(shownPage * EXEMPTIONS_PER_PAGE, (shownPage + 1) * EXEMPTIONS_PER_PAGE);
	const names = await namesOf(shown.map(({ discordId }) => discordId));
	const buttons = pager({
		page: shownPage,
		pages,
		idOf: (target, button) => buildCustomId({ action: 'exemptions', page: target, button })
	});
	return {
		content: '',
		embeds: [
			{
				title: `${count(all.length, 'exemption')}`,
				color: COLOURS.busy,
				description: shown
					.map(
						(exemption) =>
							`${mention(exemption.discordId)} · ${until(exemption.expiresAt)} · by ${author(exemption)} ${ago(exemption.createdAt)}\n${escapeText(exemption.reason, LISTED_REASON)}`
					)
					.join('\n\n')
			}
		],
		components: [
			{
				type: ComponentType.ActionRow,
				components: [
					{
						type: ComponentType.StringSelect,
						custom_id: buildCustomId({ action: 'end-exemption', page: shownPage }),
						placeholder: 'End an exemption…',
						options: shown.map(({ id, discordId, reason }) => ({
							label: plainName(names.get(discordId) ?? discordId, MAX_CHOICE_LENGTH),
							description: cut(plainName(reason, MAX_CHOICE_LENGTH), MAX_CHOICE_LENGTH),
							value: id
						}))
					}
				]
			},
			{ type: ComponentType.ActionRow, components: [...buttons, EXPORT_BUTTON] }
		]
	};
}

export const IGNORE_REASON = 'reason';
export const IGNORE_UNTIL = 'until';

/** Asks for the reason and the end of an exemption. */
export function ignoreModal(action: ActionOf<'ignore'> | ActionOf<'exempt'>): APIModalInteractionResponseCallbackData {
	const row = <Input>(input: Input) => ({ type: ComponentType.ActionRow as const, components: [input] });
	return {
		custom_id: buildCustomId(action),
		title: 'Ignore: exempt this person',
		components: [
			row({
				type: ComponentType.TextInput as const,
				custom_id: IGNORE_REASON,
				label: 'Why are their roles right as they are?',
				style: TextInputStyle.Paragraph,
				required: true,
				max_length: MAX_REASON_LENGTH
			}),
			row({
				type: ComponentType.TextInput as const,
				custom_id: IGNORE_UNTIL,
				label: 'Until when? Empty: until an operator ends it',
				placeholder: END_DATE_EXAMPLES,
				style: TextInputStyle.Short,
				required: false,
				max_length: MAX_END_DATE_LENGTH
			})
		]
	};
}
