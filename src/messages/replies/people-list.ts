import { type APIActionRowComponent, type APIButtonComponent, ButtonStyle, ComponentType } from 'discord.js';
import type { ListEntry, ListKind, PeopleList } from '../../reconciliation/runs/people-list.js';
import { buildCustomId } from '../custom-id.js';
import { COLOURS } from '../format/colours.js';
import { count, list, number } from '../format/format.js';
import { MAX_DESCRIPTION_LENGTH } from '../format/limits.js';
import { fitLines } from '../format/lines.js';
import { monthlyText } from '../format/money.js';
import { customerLink, type StripeMode } from '../format/stripe-links.js';
import { escapeName, escapeText, mention } from '../format/text.js';
import { ago, day } from '../format/timestamps.js';
import { pager } from '../report/pager.js';
import type { MessagePayload } from '../report/view.js';
import { idCell, MONEY_COLUMNS, moneyCells, rolesCell, utcCell } from './export/cells.js';
import { toCsv } from './export/csv.js';

/** A list of people that reports count: page by page, and as a CSV file. */

const PER_PAGE = 10;
const MAX_ROLES = 3;
const CUSTOMER_ID_LENGTH = 30;
const INTRO_LENGTH = 500;

const TITLES: Readonly<Record<ListKind, (many: number) => string>> = {
	unclaimed: (many) => `${count(many, 'customer pays but has', 'customers pay but have')} no linked Discord account`,
	absent: (many) => `${count(many, 'paying member has', 'paying members have')} left the server`,
	unlinked: (many) => `${count(many, 'member has', 'members have')} a paid role and no linked customer`
};

const ADVICE: Readonly<Record<ListKind, string>> = {
	unclaimed: '`/reconcile link` links a customer to a member; `/reconcile suggest` looks for members of the same name.',
	absent: 'They get their roles at the next check after they join again. Ask them to, or cancel their subscription in Stripe.',
	unlinked: '`/reconcile link` links the customer who pays for a member; `/reconcile exempt` leaves their roles as they are.'
};

/** @param page - counted from 0; one that does not exist becomes the last */
export function peopleListReply(people: PeopleList, page: number, mode: StripeMode): MessagePayload {
	const { kind, at, total, entries } = people;
	const pages = Math.max(1, Math.ceil(entries.length / PER_PAGE));
	const shownPage = Math.min(page, pages - 1);
	const shown = entries.slice(shownPage * PER_PAGE, (shownPage + 1) * PER_PAGE);
	const intro = [introOf(people), ...(shown.length === 0 ? [] : [ADVICE[kind]])].join('\n');
	const lines = shown.map((entry) => `- ${lineOf(entry, kind, mode)}`);
	const buttons: APIButtonComponent[] = [
		...pager({ page: shownPage, pages, idOf: (target, button) => buildCustomId({ action: 'list', list: kind, page: target, button }) }),
		...(entries.length === 0 ? [] : [exportButton(kind)])
	];
	const components: APIActionRowComponent<APIButtonComponent>[] =
		buttons.length === 0 ? [] : [{ type: ComponentType.ActionRow, components: buttons }];
	return {
		embeds: [
			{
				title: at === null && total === 0 ? 'Not checked yet' : TITLES[kind](total),
				color: COLOURS.busy,
				description: [intro, fitLines(lines, MAX_DESCRIPTION_LENGTH - INTRO_LENGTH)].filter((part) => part !== '').join('\n\n')
			}
		],
		components,
		allowedMentions: { parse: [] }
	};
}

/** How old the list is, and what it lacks. */
function introOf({ kind, at, total, entries }: PeopleList): string {
	if (at === null) return 'No run over all members has completed yet. Use `/reconcile run` first.';
	// Runs over some members change open issues, and nothing else that is listed.
	const asOf =
		kind === 'unlinked' ? `Those whose issue is open now; everyone was last checked ${ago(at)}.` : `As of the check of ${ago(at)}.`;
	if (entries.length === 0 && total > 0) return `${asOf} It stored no names. Use \`/reconcile run\`, then ask again.`;
	return entries.length < total ? `${asOf} The list has ${number(entries.length)} of them.` : asOf;
}

function lineOf({ discordId, customerId, money, since, roles }: ListEntry, kind: ListKind, mode: StripeMode): string {
	// Discord shows no name for those who left.
	const isNamed = discordId !== null && kind !== 'absent';
	return [
		...(discordId === null ? [] : [mention(discordId)]),
		...(customerId === null ? [] : [customerText(customerId, isNamed, mode)]),
		...(roles.length === 0
			? []
			: [
					list(
						roles.map((role) => escapeName(role)),
						MAX_ROLES
					)
				]),
		...(money === null ? [] : [monthlyText(money)]),
		`since ${day(since)}`
	].join(' · ');
}

/** @param isNamed - whether a name stands before it */
function customerText(customerId: string, isNamed: boolean, mode: StripeMode): string {
	const link = customerLink(customerId, mode);
	const id = escapeText(customerId, CUSTOMER_ID_LENGTH);
	if (link === '') return id;
	return isNamed ? link : `${id} ${link}`;
}

function exportButton(kind: ListKind): APIButtonComponent {
	return {
		type: ComponentType.Button,
		style: ButtonStyle.Secondary,
		label: 'Export',
		custom_id: buildCustomId({ action: 'export-list', list: kind })
	};
}

const COLUMNS = ['Person (ID)', 'Customer', 'Roles', 'Since (UTC)', ...MONEY_COLUMNS] as const;

/** The whole list as a CSV file. @param maxBytes - of the file */
export function peopleListFile(
	{ kind, at, entries, total }: PeopleList,
	maxBytes?: number
): { content: string; files: { attachment: Buffer; name: string }[] } {
	if (at === null || entries.length === 0) return { content: 'There is nothing to export.', files: [] };
	const { text, left } = toCsv(COLUMNS, entries.map(cellsOf), maxBytes);
	const written = entries.length - left;
	return {
		content: `${TITLES[kind](total)}, ${kind === 'unlinked' ? 'as of now' : `as of the check of ${ago(at)}`}.${written < total ? ` The file has ${number(written)} of them.` : ''}`,
		files: [{ attachment: Buffer.from(text), name: `reeve-${kind}-${at.toISOString().slice(0, 10)}.csv` }]
	};
}

function cellsOf({ discordId, customerId, money, since, roles }: ListEntry): (string | number)[] {
	return [
		discordId === null ? '' : idCell(discordId),
		customerId ?? '',
		roles.length === 0 ? '' : rolesCell(roles),
		utcCell(since),
		...moneyCells(money === null ? undefined : { counts: null, ...money })
	];
}
