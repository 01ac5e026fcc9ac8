import type { APIEmbed } from 'discord.js';
import type { Explanation } from '../../../reconciliation/members/explain.js';
import { COLOURS } from '../../format/colours.js';
import { count, describePlan, heading, number } from '../../format/format.js';
import { fitLines } from '../../format/lines.js';
import type { StripeMode } from '../../format/stripe-links.js';
import { cut, escapeText, sentence } from '../../format/text.js';
import { ago } from '../../format/timestamps.js';
import { changeLine } from './change.js';
import { ID_LENGTH, linkLines } from './links.js';
import { describePrecedence, describeReason } from './reason.js';
import { sourceFacts } from './source.js';

/** Behind **Show details**: every subscription, every link, the issue and what Reeve did. */

const LINKS_LENGTH = 650;
const PLAN_LENGTH = 160;
const SUBSCRIPTIONS_LENGTH = 1_250;
const CHANGES_LENGTH = 1_050;

export function detailEmbeds(explanation: Explanation, mode: StripeMode): APIEmbed[] {
	return [subscriptionsEmbed(explanation, mode), linksEmbed(explanation, mode), changesEmbed(explanation, mode)];
}

function subscriptionsEmbed({ known, breakdown, stripeFailure }: Explanation, mode: StripeMode): APIEmbed {
	const { sources, precedence, person } = breakdown;
	const lines = known
		? [
				describePrecedence(sources, precedence),
				...sources.map(
					(source, index) =>
						`**${index + 1}.** ${sourceFacts(source, person, mode)}\n→ ${describeReason(source.subscription.status, source.reason)}`
				)
			]
		: [`Stripe could not be asked: ${sentence(stripeFailure ?? 'no reason is known', SUBSCRIPTIONS_LENGTH / 3)}`];
	return {
		title: known && sources.length > 0 ? count(sources.length, 'subscription') : 'Subscriptions',
		color: COLOURS.busy,
		description: fitLines([...lines, ...adjustment(breakdown)], SUBSCRIPTIONS_LENGTH)
	};
}

function adjustment({ adjusted }: Explanation['breakdown']): string[] {
	if (adjusted === null) return [];
	const name = (role: string | null) => escapeText(role ?? 'no role', ID_LENGTH);
	return [`Adjusted by this server's rule: ${name(adjusted.from)} → ${name(adjusted.to)}`];
}

function linksEmbed(explanation: Explanation, mode: StripeMode): APIEmbed {
	const { issue } = explanation;
	return {
		title: 'Links',
		color: COLOURS.busy,
		description: fitLines(linkLines(explanation, mode), LINKS_LENGTH) || 'Not linked to any customer or team.',
		fields:
			issue === null
				? []
				: [
						{
							name: issue.status === 'FIXING' ? 'Issue, being fixed now' : 'Open issue',
							value: `${heading(issue)}. First seen ${ago(issue.firstSeenAt)}${issue.timesSeen > 1 ? `, in ${number(issue.timesSeen)} reports` : ''}. Plan: ${cut(describePlan(issue.plan), PLAN_LENGTH)}.`
						}
					]
	};
}

function changesEmbed({ breakdown, changes: { newest, total } }: Explanation, mode: StripeMode): APIEmbed {
	const lines = newest.map((entry) => changeLine(entry, { customers: breakdown.customers, mode }));
	const older = total - newest.length;
	const more = older > 0 ? `\nBefore that: ${count(older, 'change')}.` : '';
	return {
		title: 'What Reeve did',
		color: COLOURS.low,
		description: lines.length === 0 ? 'Nothing yet.' : `${fitLines(lines, CHANGES_LENGTH)}${more}`
	};
}
