import type { APIEmbed } from 'discord.js';
import type { Explanation } from '../../../reconciliation/members/explain.js';
import type { ActionOf } from '../../custom-id.js';
import { COLOURS } from '../../format/colours.js';
import { count, roles } from '../../format/format.js';
import { fitLines } from '../../format/lines.js';
import type { StripeMode } from '../../format/stripe-links.js';
import { capital, cut, escapeName, mention } from '../../format/text.js';
import type { MessagePayload } from '../../report/view.js';
import { explanationButtons } from './buttons.js';
import { causeOf } from './cause.js';
import { detailEmbeds } from './details.js';
import { linkLines } from './links.js';
import { sourceFacts } from './source.js';

/**
 * A member explained: the cause, and what decides it; the rest behind **Show details**. The maximum lengths here and in the details share
 * Discord's limit over all embeds.
 */

const ROLES_LENGTH = 150;
const LINKS_LENGTH = 400;

/** @param options.name - fallback for a member who is not in the server */
export function explanationReply(
	explanation: Explanation,
	{ name, mode, shows = 'answer' }: { readonly name: string; readonly mode: StripeMode; readonly shows?: ActionOf<'explain'>['shows'] }
): MessagePayload {
	return {
		embeds: [answerEmbed(explanation, name, mode), ...(shows === 'details' ? detailEmbeds(explanation, mode) : [])],
		components: [...explanationButtons(explanation, shows)],
		allowedMentions: { parse: [] }
	};
}

function answerEmbed(explanation: Explanation, name: string, mode: StripeMode): APIEmbed {
	const { discordId, member, issue } = explanation;
	const { cause, next } = causeOf(explanation);
	const shown = member?.name ?? issue?.discordName ?? name;
	const facts = [...roleLines(explanation), ...subscriptionLines(explanation, mode), ...customerLines(explanation, mode)];
	const text = [`${mention(discordId)} · ${escapeName(shown)}`, `**${cause}**`, ...(next === '' ? [] : [next])];
	return {
		title: 'Why these roles',
		color: colourOf(explanation),
		description: [text.join('\n'), ...(facts.length === 0 ? [] : [facts.join('\n')])].join('\n\n')
	};
}

function colourOf({ drift, known, discordFailure, exemption, breakdown }: Explanation): number {
	if (drift !== null) return COLOURS.amber;
	const isClear = known && discordFailure === null && exemption === null && breakdown.unknown.length === 0;
	return isClear ? COLOURS.good : COLOURS.low;
}

/** "Has Lord, should have at least Knight": where the cause does not say both, because one is not known. */
function roleLines({ member, discordFailure, known, breakdown: { expected, unknown } }: Explanation): string[] {
	if (member?.bot || (member === null && discordFailure === null)) return [];
	const held = member === null ? [] : [`has ${rolesOf(member.roles)}`];
	if (!known) return held.map(capital);
	if (unknown.length === 0) return member === null ? [`Should have ${rolesOf(expected)}`] : [];
	return expected.length === 0 ? [] : [capital([...held, `should have at least ${rolesOf(expected)}`].join(', '))];
}

function rolesOf(names: readonly string[]): string {
	return cut(roles(names), ROLES_LENGTH) || 'no role';
}

/** The subscription that decides; the others are counted. */
function subscriptionLines({ breakdown: { sources, person } }: Explanation, mode: StripeMode): string[] {
	const [first, ...others] = sources;
	if (first === undefined) return [];
	const more = others.length === 0 ? '' : ` (and ${count(others.length, 'other')})`;
	return [`Subscription: ${sourceFacts(first, person, mode)}${more}`];
}

function customerLines(explanation: Explanation, mode: StripeMode): string[] {
	const lines = linkLines(explanation, mode);
	if (lines.length === 0) return [];
	const isSeat = (explanation.breakdown.person?.seats.length ?? 0) > 0;
	return [`${isSeat ? '' : 'Customer: '}${fitLines(lines, LINKS_LENGTH, { separator: '; ' })}`];
}
