import { ButtonStyle, ComponentType } from 'discord.js';
import type { Notices } from '../../reconciliation/domain/detection.js';
import type { ListKind } from '../../reconciliation/runs/people-list.js';
import { buildCustomId } from '../custom-id.js';
import { COLOURS } from '../format/colours.js';
import { count, number } from '../format/format.js';
import { MAX_DESCRIPTION_LENGTH } from '../format/limits.js';
import { fitLines } from '../format/lines.js';
import { linkStripeIds } from '../format/stripe-links.js';
import { noticeLines } from './notices.js';
import type { MessagePayload, ReportView } from './view.js';

/** What a report notes without calling it an issue: one small line of counts, and a private reply that names them and says what to do. */

/** Links make it longer. */
const MAX_TEXT_LENGTH = MAX_DESCRIPTION_LENGTH / 2;

/** "7 customers without a Discord account, 4 payers who left, 3 exempt". Empty if there is nothing to note. */
export function countNotices(notices: Notices): string {
	const { unknown = [], unknownStatus, contestedLinks, overclaimedTeams, malformedLinks, expiringExemptions } = notices;
	const statuses = typeof unknownStatus === 'number' ? unknownStatus : unknownStatus.length;
	const left = notices.unknown === undefined ? statuses : unknown.reduce((sum, { count: many }) => sum + many, 0);
	const counts: readonly (readonly [many: number, text: string])[] = [
		[left, `${count(left, 'person', 'people')} left as they are, because something is unknown`],
		[malformedLinks.length, count(malformedLinks.length, 'invalid Discord ID')],
		[contestedLinks.length, `${count(contestedLinks.length, 'customer')} linked to several members`],
		[notices.unlistedPrices?.length ?? 0, `${count(notices.unlistedPrices?.length ?? 0, 'price')} without a role`],
		[overclaimedTeams.length, `${count(overclaimedTeams.length, 'team')} with too many members`],
		[notices.oddObjects?.count ?? 0, `${count(notices.oddObjects?.count ?? 0, 'object')} in Stripe not readable`],
		[expiringExemptions.length, `${count(expiringExemptions.length, 'exemption')} ending soon`],
		[notices.unclaimed, `${count(notices.unclaimed, 'payer')} without a Discord account`],
		[notices.absent, `${count(notices.absent, 'payer')} who left`],
		[notices.exempt, `${number(notices.exempt)} exempt`],
		[notices.bots, `${count(notices.bots, 'bot')} skipped`],
		[notices.leftToNextRun, `${number(notices.leftToNextRun)} left to the next run`],
		[notices.countMismatch === undefined ? 0 : 1, 'member counts of Discord that differ']
	];
	return counts.flatMap(([many, text]) => (many === 0 ? [] : text)).join(', ');
}

/** Only where there is someone to list. */
function showWhoButtons({ unclaimed, absent }: Notices): MessagePayload['components'] {
	const button = (list: ListKind, label: string) => ({
		type: ComponentType.Button as const,
		style: ButtonStyle.Secondary as const,
		label,
		custom_id: buildCustomId({ action: 'show-list', list })
	});
	const buttons = [
		...(unclaimed > 0 ? [button('unclaimed', 'Show who pays without an account')] : []),
		...(absent > 0 ? [button('absent', 'Show who left')] : [])
	];
	return buttons.length === 0 ? [] : [{ type: ComponentType.ActionRow, components: buttons }];
}

/** All of it, for the operator who asks. */
export function notesReply({ result, stripeMode }: ReportView): MessagePayload {
	const lines = result.notices === null ? [] : noticeLines(result.notices).map((line) => `- ${line}`);
	const text = fitLines(lines, MAX_TEXT_LENGTH, { cutLast: true });
	return {
		embeds: [
			{
				title: 'Noted, nothing to fix',
				color: COLOURS.busy,
				description: linkStripeIds(text, MAX_DESCRIPTION_LENGTH, { mode: stripeMode }) || 'There was nothing to note.'
			}
		],
		components: result.notices === null ? [] : showWhoButtons(result.notices),
		allowedMentions: { parse: [] }
	};
}
