import { type APIActionRowComponent, type APIButtonComponent, type APIEmbed, ButtonStyle, ComponentType } from 'discord.js';
import type { DriftIssue } from '../../reconciliation/domain/issue.js';
import { type ButtonAction, buildCustomId } from '../custom-id.js';
import { COLOURS } from '../format/colours.js';
import { planLabel, roles } from '../format/format.js';
import { MAX_LABEL_LENGTH } from '../format/limits.js';
import { cut, escapeText, mentionWithName, plainName, sentence } from '../format/text.js';

/** Asks before a fix takes access from one person. */

const TITLE_LENGTH = 200;
const ROLES_LENGTH = 200;
const REASON_LENGTH = 600;

export interface ConfirmMessage {
	readonly content: '';
	readonly embeds: APIEmbed[];
	readonly components: APIActionRowComponent<APIButtonComponent>[];
}

/**
 * Shows what a plan that takes access does to whom.
 * @param confirm - applies the plan
 * @param back - leaves everything as it is
 */
export function confirmFixMessage(issue: DriftIssue, confirm: ButtonAction, back: ButtonAction): ConfirmMessage {
	const { discordId, discordName, description, plan } = issue;
	return {
		content: '',
		embeds: [
			{
				title: `${escapeText(planLabel(plan), TITLE_LENGTH)}?`,
				color: COLOURS.bad,
				description: [
					`**${mentionWithName(discordId, discordName)} ${describeLoss(issue)}.**`,
					`Why: ${sentence(description, REASON_LENGTH)}`,
					'-# Nothing has been changed yet. Stripe and Discord are read again first: if the reason is gone, nothing changes.'
				].join('\n')
			}
		],
		components: [
			{
				type: ComponentType.ActionRow,
				components: [
					button(ButtonStyle.Danger, cut(`${planLabel(plan)} · ${plainName(discordName)}`, MAX_LABEL_LENGTH), confirm),
					button(ButtonStyle.Secondary, back.action === 'cancel' ? 'Cancel' : 'Back', back)
				]
			}
		]
	};
}

/** "loses Lord, and with it all access", "moves down from Lord to Knight". */
function describeLoss({ plan, effect, discordRoles }: DriftIssue): string {
	const [removed, granted] = [plan.remove, plan.add].map((names) => cut(roles(names), ROLES_LENGTH));
	if (effect === 'removes') return `loses ${removed}, and with it all access${plan.add.length === 0 ? '' : `, and gets ${granted}`}`;
	const kept = discordRoles.filter((role) => !plan.remove.includes(role));
	const left = cut(roles([...kept, ...plan.add]), ROLES_LENGTH);
	return `moves down from ${removed}${left === '' ? '' : ` to ${left}`}`;
}

function button(style: ButtonStyle.Danger | ButtonStyle.Secondary, label: string, action: ButtonAction): APIButtonComponent {
	return { type: ComponentType.Button, style, label, custom_id: buildCustomId(action) };
}
