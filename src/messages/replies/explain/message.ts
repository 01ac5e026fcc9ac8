import { type APIEmbed, ButtonStyle, ComponentType } from 'discord.js';
import { describePrices } from '../../../reconciliation/detection/describe.js';
import type { LinkedPerson } from '../../../reconciliation/detection/link-index.js';
import type { ExplainedSource, Explanation } from '../../../reconciliation/members/explain.js';
import { buildCustomId } from '../../custom-id.js';
import { COLOURS } from '../../format/colours.js';
import { count, describeActor, describePlan, heading, number, roles } from '../../format/format.js';
import { fitLines } from '../../format/lines.js';
import { linkStripeIds } from '../../format/stripe-links.js';
import { cut, escapeName, escapeText, mention, sentence } from '../../format/text.js';
import { ago, day, moment } from '../../format/timestamps.js';
import type { MessagePayload } from '../../report/view.js';
import { changeLine } from './change.js';
import { ID_LENGTH, linkLines } from './links.js';
import { describePrecedence, describeReason } from './reason.js';
import { verdict } from './verdict.js';

/** `/reconcile why`: a member explained. The maximum lengths below share Discord's limit over all embeds. */

const ROLES_LENGTH = 200;
const LINKS_LENGTH = 750;
const REASON_LENGTH = 200;
const PLAN_LENGTH = 160;
const PRICES_LENGTH = 80;
const LINK_LENGTH = 150;
const SUBSCRIPTIONS_LENGTH = 1_550;
const CHANGES_LENGTH = 1_450;

/** @param name - fallback for a member who is not in the server */
export function explanationReply(explanation: Explanation, name: string): MessagePayload {
	const { undoable } = explanation;
	return {
		embeds: [personEmbed(explanation, name), subscriptionsEmbed(explanation), changesEmbed(explanation)],
		components:
			undoable === null
				? []
				: [
						{
							type: ComponentType.ActionRow,
							components: [
								{
									type: ComponentType.Button,
									style: ButtonStyle.Secondary,
									label: 'Undo the newest fix',
									custom_id: buildCustomId({ action: 'undo', attemptId: undoable })
								}
							]
						}
					],
		allowedMentions: { parse: [] }
	};
}

function personEmbed(explanation: Explanation, name: string): APIEmbed {
	const { discordId, member, discordFailure, known, breakdown, drift, exemption, issue } = explanation;
	const shown = member?.name ?? issue?.discordName ?? name;
	const held = member === null ? (discordFailure === null ? 'is not in the server' : 'not known') : rolesOf(member.roles);
	const due = known ? `${expectedOf(breakdown)}${adjustment(breakdown)}` : 'not known';
	return {
		title: 'Why',
		color: drift === null ? (known && discordFailure === null ? COLOURS.good : COLOURS.low) : COLOURS.amber,
		description: `${mention(discordId)} · ${escapeName(shown)}\n${verdict(explanation)}`,
		fields: [
			{ name: 'Should have', value: member?.bot ? 'nothing to do with Reeve' : due, inline: true },
			{ name: 'Has', value: held, inline: true },
			{ name: 'Linked by', value: fitLines(linkLines(explanation), LINKS_LENGTH) },
			...(exemption === null
				? []
				: [
						{
							name: 'Exempt',
							value: `${exemption.expiresAt === null ? 'Until an operator ends it' : `Until ${moment(exemption.expiresAt)}`}, by ${describeActor(exemption.createdBy)}: ${escapeText(exemption.reason, REASON_LENGTH) || 'no reason given'}`
						}
					]),
			...(issue === null
				? []
				: [
						{
							name: issue.status === 'FIXING' ? 'Issue, being fixed now' : 'Open issue',
							value: `${heading(issue)}. First seen ${ago(issue.firstSeenAt)}${issue.timesSeen > 1 ? `, in ${number(issue.timesSeen)} reports` : ''}. Plan: ${cut(describePlan(issue.plan), PLAN_LENGTH)}.`
						}
					])
		]
	};
}

function expectedOf({ expected, unknown }: Explanation['breakdown']): string {
	if (unknown.length === 0) return rolesOf(expected);
	return expected.length === 0 ? 'not known' : `at least ${rolesOf(expected)}`;
}

function adjustment({ adjusted }: Explanation['breakdown']): string {
	if (adjusted === null) return '';
	const name = (role: string | null) => escapeText(role ?? 'no role', ID_LENGTH);
	return `\nAdjusted by this server's rule: ${name(adjusted.from)} → ${name(adjusted.to)}`;
}

function rolesOf(names: readonly string[]): string {
	return cut(roles(names), ROLES_LENGTH) || 'no managed role';
}

function subscriptionsEmbed({ known, breakdown, stripeFailure }: Explanation): APIEmbed {
	const { sources, precedence, person } = breakdown;
	const said = known
		? [describePrecedence(sources, precedence), ...sources.map((claim, index) => sourceLines(claim, index + 1, person))]
		: [`Stripe could not be asked: ${sentence(stripeFailure ?? 'no reason is known', SUBSCRIPTIONS_LENGTH / 3)}`];
	return {
		title: known && sources.length > 0 ? count(sources.length, 'subscription') : 'Subscriptions',
		color: COLOURS.busy,
		description: fitLines(said, SUBSCRIPTIONS_LENGTH)
	};
}

/** A subscription and, on the next line, what it gives. One entry, so that the two are never cut apart. */
function sourceLines({ subscription, seat, reason, bought }: ExplainedSource, place: number, person: LinkedPerson | null): string {
	const team = seat === null ? undefined : person?.seats.find((each) => each.team.stripeCustomerId === subscription.customerId)?.team;
	const prices = escapeText(describePrices(subscription), PRICES_LENGTH);
	const facts = [
		bought === null ? prices : `${escapeName(bought)} (${prices})`,
		...(seat === null
			? []
			: [`${seat === 'OWNER' ? 'owner' : 'member'} of ${team === undefined ? 'their team' : `the team ${escapeName(team.name)}`}`]),
		`started ${day(subscription.createdAt)}`,
		...(subscription.endedAt === null ? [] : [`**ended ${day(subscription.endedAt)}**`]),
		...(subscription.cancelAtPeriodEnd ? ['ends with its period'] : []),
		...(subscription.collectionPaused ? ['collection paused'] : []),
		linkStripeIds(escapeText(subscription.id, ID_LENGTH), LINK_LENGTH, { hideSubscriptionIds: true })
	];
	return `**${place}.** ${facts.join(' · ')}\n→ ${describeReason(subscription.status, reason)}`;
}

function changesEmbed({ breakdown, changes: { newest, total }, undoable }: Explanation): APIEmbed {
	const lines = newest.map((entry) => changeLine(entry, breakdown.customers));
	const older = total - newest.length;
	const more = older > 0 ? `\nBefore that: ${count(older, 'change')}.` : '';
	const undo =
		undoable === null ? '' : '\nUndoing the newest fix puts back the managed roles as they were, and exempts the person for a day.';
	return {
		title: 'What Reeve did',
		color: COLOURS.low,
		description: lines.length === 0 ? 'Nothing yet.' : `${fitLines(lines, CHANGES_LENGTH)}${more}${undo}`
	};
}
