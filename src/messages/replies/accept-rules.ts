import { type APIActionRowComponent, type APIButtonComponent, ButtonStyle, ComponentType } from 'discord.js';
import { losingBy, type RuleChange } from '../../reconciliation/domain/rule-change.js';
import type { AcceptResult } from '../../reconciliation/runs/accept-rules.js';
import { buildCustomId } from '../custom-id.js';
import { describeEffects } from '../format/effects.js';
import { describeActor, number } from '../format/format.js';
import { mention } from '../format/text.js';
import { ago } from '../format/timestamps.js';

/** Replies to accepting new rules. */

interface AcceptReply {
	readonly content: string;
	readonly components: APIActionRowComponent<APIButtonComponent>[];
}

const PLAN: APIButtonComponent = {
	type: ComponentType.Button,
	style: ButtonStyle.Secondary,
	label: 'Look at the plan…',
	custom_id: buildCustomId({ action: 'plan', scope: 'all' })
};

export function acceptRulesReply(result: AcceptResult): AcceptReply {
	switch (result.kind) {
		case 'accepted': {
			const none = losingBy(result.change) === 0;
			const next = none ? '' : ' What they take is now part of a bulk fix, and of the next run if it fixes automatically.';
			return {
				content: `You have accepted the new rules.${next} No role was changed.`,
				components: none ? [] : [{ type: ComponentType.ActionRow, components: [PLAN] }]
			};
		}
		case 'wrong-number':
			return nothing(
				`the number is ${number(losingBy(result.change))}. Check some of these people in the report, and type it if it is right.`
			);
		case 'already-accepted':
			return nothing(`${describeActor(result.by)} has already accepted these rules ${ago(result.at)}.`);
		case 'outdated':
			return nothing('the newest run used other rules. Use `/reconcile run` to see what the current ones change.');
	}
}

function nothing(why: string): AcceptReply {
	return { content: `Nothing was changed: ${why}`, components: [] };
}

/** The line in the admin channel. */
export function rulesAcceptedAnnouncement(actor: string, change: RuleChange): string {
	const effects = describeEffects(change.effects);
	return `${mention(actor)} accepted the new rules${effects === '' ? '' : `: ${effects}`}.`;
}
