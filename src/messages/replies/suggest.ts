import { type APIActionRowComponent, type APIButtonComponentWithCustomId, type APIEmbed, ButtonStyle, ComponentType } from 'discord.js';
import type { AmbiguousNames, SuggestedLink, Suggestions, SuggestionsResult } from '../../reconciliation/members/suggest.js';
import { buildCustomId, LAST_PAGE } from '../custom-id.js';
import { COLOURS } from '../format/colours.js';
import { count, list, number, roles } from '../format/format.js';
import { MAX_MESSAGE_LENGTH } from '../format/limits.js';
import { cut, escapeText, mentionWithName, sentence } from '../format/text.js';
import { pager } from '../report/pager.js';
import { describeCustomer } from './links.js';

/** Suggested links: links with a button, then ambiguous names without one. */

/** A row has at most this many buttons. */
const PER_PAGE = 5;

/** Of the members and of the customers of an ambiguous name. */
const MAX_LISTED = 2;
const NAME_LENGTH = 40;
/** Of what is said about one name: five of them, with the head, fit into an embed. */
const ITEM_LENGTH = 700;

interface SuggestReply {
	readonly content: string;
	readonly embeds: APIEmbed[];
	readonly components: APIActionRowComponent<APIButtonComponentWithCustomId>[];
	readonly allowedMentions: { parse: [] };
}

const BY_HAND = 'Use `/reconcile import` to link many people from a list, or `/reconcile link` for one person.';

const HINT =
	'An equal name is a hint, not a proof: anyone can choose a name. **Accept** links as `/reconcile link` does; it changes no role. Nothing is linked until you accept it.';

/** @param page - counted from 0; one that does not exist becomes the last */
export function suggestReply(result: SuggestionsResult, page: number): SuggestReply {
	if (result.kind === 'unreadable') return answer(`Nothing was changed. ${sentence(result.why, MAX_MESSAGE_LENGTH / 2)}`);
	const { suggestions } = result;
	const { links, ambiguous } = suggestions;
	const total = links.length + ambiguous.length;
	if (total === 0) return answer(nothingFound(suggestions));
	const pages = Math.min(Math.ceil(total / PER_PAGE), LAST_PAGE + 1);
	const shownPage = Math.min(page, pages - 1);
	const first = shownPage * PER_PAGE;
	const shownLinks = links.slice(first, first + PER_PAGE);
	const firstAmbiguous = Math.max(0, first - links.length);
	const shownAmbiguous = ambiguous.slice(firstAmbiguous, firstAmbiguous + PER_PAGE - shownLinks.length);
	const lines = [...shownLinks.map(describeLink), ...shownAmbiguous.map(describeAmbiguous)].map((text, index) =>
		cut(`**${number(first + index + 1)}.** ${text}`, ITEM_LENGTH)
	);
	const buttons = shownLinks.map((link, index) => acceptButton(link, first + index + 1));
	const pageButtons = pager({
		page: shownPage,
		pages,
		idOf: (target, button) => buildCustomId({ action: 'suggest', page: target, button })
	});
	return {
		content: '',
		embeds: [
			{
				title: titleOf(suggestions),
				color: COLOURS.busy,
				description: [HINT, ...lines].join('\n\n'),
				footer: { text: `Compared ${describeCounts(suggestions)}.` }
			}
		],
		components: [buttons, pageButtons].filter((row) => row.length > 0).map((components) => ({ type: ComponentType.ActionRow, components })),
		allowedMentions: { parse: [] }
	};
}

function titleOf({ links, ambiguous }: Suggestions): string {
	const parts = [
		...(links.length === 0 ? [] : [`${count(links.length, 'possible link')}`]),
		...(ambiguous.length === 0 ? [] : [`${count(ambiguous.length, 'ambiguous name')}`])
	];
	return parts.join(', ');
}

function describeCounts({ holders, payers }: Suggestions): string {
	return `${count(holders, 'unlinked member')} with a managed role and ${count(payers, 'unlinked customer')} who ${payers === 1 ? 'pays' : 'pay'}`;
}

function nothingFound(suggestions: Suggestions): string {
	const { holders, payers } = suggestions;
	if (holders === 0) {
		const left = payers === 0 ? '' : ` ${count(payers, 'customer pays', 'customers pay')} without a link. ${BY_HAND}`;
		return `There is nothing to suggest: every member with a managed role is linked or exempt.${left}`;
	}
	if (payers === 0) return `There is nothing to suggest: Stripe has no paying customer who is not linked. ${BY_HAND}`;
	return `No names match: Reeve compared ${describeCounts(suggestions)}. ${BY_HAND}`;
}

function describeLink({ names, member, customer }: SuggestedLink): string {
	return [
		`${mentionWithName(member.id, member.name)} holds ${roles(member.roles)}`,
		`Customer: ${describeCustomer(customer)}`,
		`Both are called ${describeNames(names)}`
	].join('\n');
}

function describeAmbiguous({ names, members, customers }: AmbiguousNames): string {
	const people = members.map(({ id, name }) => mentionWithName(id, name));
	return [
		`${describeNames(names)} is not clear: ${count(members.length, 'member')}, ${count(customers.length, 'customer')}. Use \`/reconcile link\`.`,
		`Members: ${limited(people)}`,
		`Customers: ${limited(customers.map(describeCustomer))}`
	].join('\n');
}

function describeNames(names: readonly string[]): string {
	return limited(names.map((name) => `“${escapeText(name, NAME_LENGTH)}”`));
}

function limited(items: readonly string[]): string {
	return list(items, MAX_LISTED);
}

function acceptButton({ member, customer }: SuggestedLink, position: number): APIButtonComponentWithCustomId {
	return {
		type: ComponentType.Button,
		style: ButtonStyle.Success,
		label: `Accept ${number(position)}`,
		custom_id: buildCustomId({ action: 'accept-link', discordId: member.id, customerId: customer.customer.id })
	};
}

function answer(content: string): SuggestReply {
	return { content, embeds: [], components: [], allowedMentions: { parse: [] } };
}
