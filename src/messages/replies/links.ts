import {
	type APIActionRowComponent,
	type APIButtonComponent,
	type APIModalInteractionResponseCallbackData,
	type APISelectMenuOption,
	type APIStringSelectComponent,
	ButtonStyle,
	ComponentType,
	TextInputStyle
} from 'discord.js';
import { diffRoles, rolesEqual } from '../../reconciliation/detection/role-plan.js';
import type { RoleStatus } from '../../reconciliation/detection/role-status.js';
import type {
	CustomerFound,
	CustomersResult,
	LinkResult,
	LinksResult,
	MemberLink,
	UnlinkResult
} from '../../reconciliation/members/link.js';
import { type ActionOf, buildCustomId } from '../custom-id.js';
import { describeActor, list, roles } from '../format/format.js';
import { MAX_CHOICE_LENGTH, MAX_CHOICES, MAX_MESSAGE_LENGTH } from '../format/limits.js';
import { capital, cut, escapeName, escapeText, mention, mentionWithName, plainName, sentence } from '../format/text.js';

/** Replies and announcements about linking and unlinking members. */

/** Of an email or a name in a choice, which also shows the subscription and the ID. */
const PART_LENGTH = 32;
const TEXT_LENGTH = 200;

/** Also the limit of the command option. */
export const MAX_TYPED_LENGTH = 200;

interface Person {
	readonly discordId: string;
	/** Null if unknown. */
	readonly name: string | null;
}

/** An ephemeral reply. */
export interface LinkReply {
	content: string;
	components: APIActionRowComponent<APIButtonComponent | APIStringSelectComponent>[];
	allowedMentions: { parse: [] };
}

/** "ada@example.com · Ada L. · active price_lord (customer ID)", plain text. At most 100 characters. */
function customerChoice({ customer, subscriptions }: CustomerFound): string {
	const best = bestOf(subscriptions);
	const more = subscriptions.length > 1 ? ` +${subscriptions.length - 1}` : '';
	const price = best?.items[0]?.price ?? '';
	const pays = best === undefined ? 'no subscription' : cut(`${best.status} ${price}`.trim(), PART_LENGTH) + more;
	const known = [customer.email, customer.name].flatMap((text) => (text === null || text === '' ? [] : [text]));
	const end = ` · ${pays} (${customer.id})`;
	const begin = known.map((text) => plainName(text, PART_LENGTH)).join(' · ') || 'no email';
	return cut(`${cut(begin, Math.max(PART_LENGTH / 2, MAX_CHOICE_LENGTH - end.length))}${end}`, MAX_CHOICE_LENGTH);
}

/** Paying statuses first. */
const STATUSES = ['active', 'trialing', 'past_due', 'unpaid', 'paused', 'incomplete', 'canceled', 'incomplete_expired'];

function bestOf(subscriptions: CustomerFound['subscriptions']): CustomerFound['subscriptions'][number] | undefined {
	return [...subscriptions].sort((a, b) => rankOf(a.status) - rankOf(b.status))[0];
}

function activeCustomersFirst(customers: readonly CustomerFound[]): readonly CustomerFound[] {
	const rank = ({ subscriptions }: CustomerFound) => rankOf(bestOf(subscriptions)?.status ?? '');
	return [...customers].sort((a, b) => rank(a) - rank(b));
}

function rankOf(status: string): number {
	const index = STATUSES.indexOf(status);
	return index < 0 ? STATUSES.length : index;
}

/** Asks which of the matching customers to link. */
export function pickCustomerReply(result: CustomersResult, typed: string, person: Person): LinkReply {
	if (result.kind === 'unreadable') return unreadable(result.why);
	const text = escapeText(typed, TEXT_LENGTH);
	if (result.customers.length === 0)
		return answer(
			`Nothing was changed: Stripe has no customer “${text}”. Give an email address as it is in Stripe, a part of a name, or a customer ID from the Stripe Dashboard.`
		);
	const options = activeCustomersFirst(result.customers).map((each) => ({ label: customerChoice(each), value: each.customer.id }));
	return answer(
		`Which customer pays for ${mentionWithName(person.discordId, person.name)}? Nothing is changed until you pick one.`,
		menu(buildCustomId({ action: 'pick-link', discordId: person.discordId }), 'Pick a customer…', options)
	);
}

export const LINK_CUSTOMER = 'customer';

/** Asks which customer pays for a member. */
export function askLinkModal(action: ActionOf<'ask-link-member'>): APIModalInteractionResponseCallbackData {
	return {
		custom_id: buildCustomId(action),
		title: 'Link to a Stripe customer',
		components: [
			{
				type: ComponentType.ActionRow,
				components: [
					{
						type: ComponentType.TextInput,
						custom_id: LINK_CUSTOMER,
						label: 'Who pays? Email, name or customer ID',
						placeholder: 'ada@example.com, Ada Lovelace or cus_…',
						style: TextInputStyle.Short,
						required: true,
						max_length: MAX_TYPED_LENGTH
					}
				]
			}
		]
	};
}

/** Autocomplete suggestions. */
export function customerChoices(result: CustomersResult): { name: string; value: string }[] {
	return result.kind === 'unreadable'
		? []
		: activeCustomersFirst(result.customers).map((each) => ({ name: customerChoice(each), value: each.customer.id }));
}

/** Result of a link: what was done and what follows, or why not. */
export function linkReply(result: LinkResult, person: Person, customerId: string): LinkReply {
	const member = mentionWithName(person.discordId, person.name);
	const customer = escapeText(customerId, TEXT_LENGTH);
	switch (result.kind) {
		case 'bot':
			return answer(`Nothing was changed: ${member} is a bot, and bots don't pay for roles.`);
		case 'missing':
			return answer(`Nothing was changed: Stripe has no customer ${customer}. Look the ID up in Stripe, or give an email address instead.`);
		case 'deleted':
			return answer(`Nothing was changed: the customer ${customer} was deleted in Stripe, so it pays for nothing.`);
		case 'already':
			return answer(
				`Nothing was changed: ${customer} is linked to ${member} already${result.by === 'metadata' ? ', by its metadata in Stripe' : ''}.`
			);
		case 'taken':
			return answer(
				`Nothing was changed: ${customer} is linked to ${mention(result.by)}. If that is wrong, use \`/reconcile unlink\` on them first; then link it again.`
			);
		case 'team':
			return answer(
				`Nothing was changed: ${customer} is the customer of the team ${escapeName(result.team)}. A team pays for its members, who are listed in the database, not for one linked person.`
			);
		case 'unreadable':
			return unreadable(result.why);
		case 'named': {
			const hash = result.hash;
			return answer(
				`${named(result.people, customer)} A link made here counts more than metadata: ${customer} would pay for ${member} alone. It would be taken from ${people(result.people)}. ${UNTIL_CORRECTED}\nIt is ${describeCustomer(result.found)}. Nothing is changed until you confirm; to leave it as it is, dismiss this message.`,
				button('Link anyway', { action: 'link', discordId: person.discordId, customerId, shownHash: hash })
			);
		}
		case 'linked': {
			const others =
				result.others.length === 0
					? ''
					: `\nThey are linked to ${list(result.others.map(code))} too: all of their customers count, the best one decides.`;
			const from =
				result.takenFrom.length === 0 ? '' : `\n${named(result.takenFrom, customer)} From now on that does not count. ${UNTIL_CORRECTED}`;
			return answer(`Linked ${member} to ${describeCustomer(result.found)}.${others}${from}\n${describeRoleStatus(result.roleStatus)}`);
		}
	}
}

/** One line for the admin channel. */
export function linkAnnouncement(
	{ takenFrom }: Extract<LinkResult, { kind: 'linked' }>,
	person: Person,
	customerId: string,
	actor: string
): string {
	const from = takenFrom.length === 0 ? '' : `, though its metadata in Stripe names ${people(takenFrom)}`;
	return `${describeActor(actor)} linked ${mentionWithName(person.discordId, person.name)} to the customer ${code(customerId)}${from}.`;
}

/** A member's links, with the ones that can be removed here. */
export function linksReply(result: LinksResult, person: Person): LinkReply {
	if (result.kind === 'unreadable') return unreadable(result.why);
	const { links, byMetadata, roleStatus } = result;
	const metadata =
		byMetadata.length === 0
			? ''
			: `\nStripe's metadata links them to ${list(byMetadata.map(code))}: that cannot be changed here. Correct the metadata of that customer, or of its subscriptions, in Stripe.`;
	const [only] = links;
	if (only === undefined) {
		const nothing =
			byMetadata.length === 0
				? `${mentionWithName(person.discordId, person.name)} isn't linked to any customer or team.`
				: `${mentionWithName(person.discordId, person.name)} has no link in the database.`;
		const unknown = roleStatus.expected === null ? ' It is unknown what they should have: `/reconcile why` gives the reason.' : '';
		return answer(`${nothing}${unknown}${metadata}`);
	}
	if (links.length === 1) {
		const confirm = confirmUnlink(only, person, roleStatus);
		return { ...confirm, content: `${confirm.content}${metadata}` };
	}
	const options = links.slice(0, MAX_CHOICES).map((link) => ({ label: cut(memberLinkChoice(link), MAX_CHOICE_LENGTH), value: link.hash }));
	return answer(
		`${mentionWithName(person.discordId, person.name)} has ${links.length} links. Which one should be removed? Nothing is changed until you confirm.${metadata}`,
		menu(buildCustomId({ action: 'pick-unlink', discordId: person.discordId }), 'Pick what to unlink…', options)
	);
}

/** Confirmation for the link that was picked. */
export function confirmUnlinkReply(result: LinksResult, hash: string, person: Person): LinkReply {
	if (result.kind === 'unreadable') return unreadable(result.why);
	const link = result.links.find((each) => each.hash === hash);
	return link === undefined ? answer(alreadyUnlinkedReply(person)) : confirmUnlink(link, person, result.roleStatus);
}

function confirmUnlink(link: MemberLink, person: Person, { held }: RoleStatus): LinkReply {
	return answer(
		`Unlink ${mentionWithName(person.discordId, person.name)} from ${describeMemberLink(link)}?\n${consequence(link.roleStatusWithout, held)} Nothing is deleted, and nothing is changed until you confirm; to leave it as it is, dismiss this message.`,
		button('Unlink', { action: 'unlink', discordId: person.discordId, shownHash: link.hash })
	);
}

/** Result of a confirmed unlink. */
export function unlinkReply(result: UnlinkResult, person: Person): LinkReply {
	switch (result.kind) {
		case 'unreadable':
			return unreadable(result.why);
		case 'gone':
			return answer(alreadyUnlinkedReply(person));
		case 'unlinked':
			return answer(
				`Unlinked ${mentionWithName(person.discordId, person.name)} from ${describeMemberLink(result.link)}.\n${describeRoleStatus(result.link.roleStatusWithout)}`
			);
	}
}

/** One line for the admin channel. */
export function unlinkAnnouncement({ link }: Extract<UnlinkResult, { kind: 'unlinked' }>, person: Person, actor: string): string {
	const customer = link.customerId === null ? [] : [`the customer ${code(link.customerId)}`];
	return `${describeActor(actor)} unlinked ${mentionWithName(person.discordId, person.name)} from ${[...customer, ...describeSeat(link)].join(' and ') || 'an empty row'}.`;
}

function alreadyUnlinkedReply(person: Person): string {
	return `Nothing was changed: that row does not name ${mentionWithName(person.discordId, person.name)} any more. It has already been unlinked.`;
}

/** Expected and held roles after a link change, which by itself changes no role. */
function describeRoleStatus({ expected, held, exempt }: RoleStatus): string {
	if (expected === null)
		return 'It is unknown what they should have, so no run removes a role of theirs: `/reconcile why` gives the reason. No role was changed.';
	const due = expected.length === 0 ? 'nothing that gives a role' : roles(expected);
	if (held === null) return `They pay for ${due}, and are not in the server. No role was changed.`;
	const has = held.length === 0 ? 'no managed role' : roles(held);
	if (expected.length === 0 && held.length === 0) return 'They hold no role, which is right.';
	if (rolesEqual(expected, held))
		return `They should have ${expected.length === 0 ? 'no managed role' : due}, and hold just that. There is nothing to change.`;
	const next = exempt
		? 'They are exempt, so no run will act on that: see `/reconcile exemptions`.'
		: 'No role was changed: the next run will find that, or `/reconcile run member` now.';
	return `They should have ${expected.length === 0 ? 'no managed role' : due}, and hold ${has}. ${next}`;
}

/** Effect of an unlink. */
function consequence({ expected, exempt }: RoleStatus, held: RoleStatus['held']): string {
	if (expected === null) return 'It is unknown what they should have then: `/reconcile why` gives the reason.';
	const left = expected.length === 0 ? 'They would no longer be due any role' : `They would still be due ${roles(expected)}`;
	if (held === null) return `${left}. They are not in the server.`;
	if (exempt) return `${left}. They are exempt, so no run would act on that.`;
	const { add, remove } = diffRoles(held, expected);
	const report = [
		...(add.length === 0 ? [] : [`${roles(add)} to be given`]),
		...(remove.length === 0 ? [] : [`${roles(remove)} to be removed`])
	].join(' and ');
	return report === ''
		? `${left}${expected.length === 0 ? '. They hold none' : ', and hold exactly that'}, so nothing changes.`
		: `${left}: the next run would report ${report}.`;
}

const UNTIL_CORRECTED = 'Members whom it names keep the roles they have until it is corrected in Stripe.';

function named(discordIds: readonly string[], customer: string): string {
	return `The metadata of ${customer} in Stripe names ${people(discordIds)}.`;
}

function people(discordIds: readonly string[]): string {
	return list(discordIds.map(mention));
}

function describeMemberLink(link: MemberLink): string {
	const customer =
		link.customer !== null
			? [describeCustomer(link.customer)]
			: link.customerId !== null
				? [`${code(link.customerId)} (not in Stripe)`]
				: [];
	return [...customer, ...describeSeat(link)].join(' and ') || 'known, but not linked to anyone who pays';
}

const SEAT_NAMES: Readonly<Record<NonNullable<MemberLink['seat']>['tier'], string>> = {
	OWNER: 'owner',
	TEAM_MEMBER: 'member',
	// A row in a team that does not own it is a member's seat.
	INDIVIDUAL: 'member'
};

function describeSeat({ seat }: MemberLink): string[] {
	return seat === null ? [] : [`the team ${escapeName(seat.team)} (${SEAT_NAMES[seat.tier]})`];
}

function memberLinkChoice({ customer, customerId, seat }: MemberLink): string {
	const pays = customer !== null ? [customerChoice(customer)] : customerId !== null ? [customerId] : [];
	const seats = seat === null ? [] : [`${capital(SEAT_NAMES[seat.tier])} of ${plainName(seat.team, PART_LENGTH)}`];
	return [...seats, ...pays].join(' · ') || 'known, but not linked to anyone who pays';
}

/** A customer, escaped for a sentence. */
export function describeCustomer(found: CustomerFound): string {
	return escapeText(customerChoice(found), TEXT_LENGTH);
}

function code(customerId: string): string {
	return escapeText(customerId, TEXT_LENGTH);
}

function unreadable(why: string): LinkReply {
	return answer(`Nothing was changed. ${sentence(why, 1200)}`);
}

function answer(content: string, component?: APIButtonComponent | APIStringSelectComponent): LinkReply {
	const components = component === undefined ? [] : [{ type: ComponentType.ActionRow as const, components: [component] }];
	return { content: cut(content, MAX_MESSAGE_LENGTH), components, allowedMentions: { parse: [] } };
}

function button(label: string, id: Parameters<typeof buildCustomId>[0]): APIButtonComponent {
	return { type: ComponentType.Button, style: ButtonStyle.Danger, label, custom_id: buildCustomId(id) };
}

function menu(customId: string, placeholder: string, options: APISelectMenuOption[]): APIStringSelectComponent {
	return { type: ComponentType.StringSelect, custom_id: customId, placeholder, options: options.slice(0, MAX_CHOICES) };
}
