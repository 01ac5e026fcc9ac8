import { type APIActionRowComponent, type APIButtonComponent, type APIEmbed, ButtonStyle, ComponentType } from 'discord.js';
import type { StoredHold } from '../../reconciliation/domain/hold.js';
import { buildCustomId } from '../custom-id.js';
import { COLOURS } from '../format/colours.js';
import { count, number, TYPE_NAMES } from '../format/format.js';
import { escapeText, mention } from '../format/text.js';

/** A bulk fix that the safety check put on hold. */

const REASON_LENGTH = 500;

export function holdEmbed({ scope, actor, reason, losing, holders, heldAt }: StoredHold): APIEmbed {
	const asked = scope === 'all' || scope === 'run' ? 'all open issues' : `all issues of the kind "${TYPE_NAMES[scope]}"`;
	return {
		title: `On hold: a fix that takes roles from ${count(losing, 'person', 'people')}`,
		color: COLOURS.bad,
		description: [
			`${mention(actor)} asked to fix ${asked}. **No roles were removed.**`,
			escapeText(reason, REASON_LENGTH),
			`Check Stripe and some of the people. If it is right that ${number(losing)} of ${number(holders)} lose a role, look at the plan and release the hold by typing that number. If it is wrong, do nothing: no role is removed until an operator releases the hold.`
		].join('\n'),
		timestamp: heldAt.toISOString()
	};
}

export function holdAnnouncement(hold: StoredHold): { embeds: APIEmbed[]; components: APIActionRowComponent<APIButtonComponent>[] } {
	const scope = hold.scope === 'run' ? 'all' : hold.scope;
	return {
		embeds: [holdEmbed(hold)],
		components: [
			{
				type: ComponentType.ActionRow,
				components: [
					{
						type: ComponentType.Button,
						style: ButtonStyle.Secondary,
						label: 'Look at the plan…',
						custom_id: buildCustomId({ action: 'plan', scope })
					}
				]
			}
		]
	};
}
