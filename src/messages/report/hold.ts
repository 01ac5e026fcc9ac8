import { type APIActionRowComponent, type APIButtonComponent, type APIEmbed, ButtonStyle, ComponentType } from 'discord.js';
import type { StoredHold } from '../../reconciliation/domain/hold.js';
import { buildCustomId } from '../custom-id.js';
import { COLOURS } from '../format/colours.js';
import { describeHeld } from '../format/effects.js';
import { number, SCOPE_NAMES } from '../format/format.js';
import { mention, sentence } from '../format/text.js';
import { ago } from '../format/timestamps.js';

/** A bulk fix that the safety check put on hold. */

const REASON_LENGTH = 500;

export function holdEmbed(hold: StoredHold): APIEmbed {
	const { actor, reason, losing, heldAt, releasedBy, releasedAt } = hold;
	const asked = `${mention(actor)} asked for ${describeScope(hold)}`;
	const timestamp = heldAt.toISOString();
	if (releasedBy !== null) {
		const who = releasedBy === actor ? 'and approved it' : `and ${mention(releasedBy)} approved it`;
		return {
			title: `Approved: ${describeHeld(hold, 'approved')}`,
			color: COLOURS.low,
			description: `${asked}, ${who}${releasedAt === null ? '' : ` ${ago(releasedAt)}`}.\n${sentence(reason, REASON_LENGTH)}`,
			timestamp
		};
	}
	return {
		title: `On hold: ${describeHeld(hold, 'held')}`,
		color: COLOURS.bad,
		description: [
			`${asked}. **Nothing has been taken yet.**`,
			sentence(reason, REASON_LENGTH),
			`Check Stripe and some of the people. If it is right, look at the plan, and approve it by typing ${number(losing)}. If it is wrong, do nothing: no one loses access until an operator approves it.`
		].join('\n'),
		timestamp
	};
}

function describeScope({ scope, losing, lowering = 0 }: StoredHold): string {
	const what = lowering === losing ? 'a bulk fix that lowers access' : 'a bulk fix that takes access';
	return scope === 'all' || scope === 'run' || scope === 'rules' ? what : `${what}, of the kind "${SCOPE_NAMES[scope]}"`;
}

export function holdAnnouncement(hold: StoredHold): { embeds: APIEmbed[]; components: APIActionRowComponent<APIButtonComponent>[] } {
	const scope = hold.scope === 'run' || hold.scope === 'rules' ? 'all' : hold.scope;
	const plan: APIButtonComponent = {
		type: ComponentType.Button,
		style: ButtonStyle.Secondary,
		label: 'Look at the plan…',
		custom_id: buildCustomId({ action: 'plan', scope })
	};
	return {
		embeds: [holdEmbed(hold)],
		components: hold.releasedBy === null ? [{ type: ComponentType.ActionRow, components: [plan] }] : []
	};
}
