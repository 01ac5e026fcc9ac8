import { type APIButtonComponent, type APIEmbedField, ButtonStyle, ComponentType } from 'discord.js';
import { losingBy, type RuleChange } from '../../reconciliation/domain/rule-change.js';
import { buildCustomId } from '../custom-id.js';
import { describeEffects } from '../format/effects.js';
import { number } from '../format/format.js';
import { fitLines } from '../format/lines.js';
import { mention, sentence } from '../format/text.js';
import { ago } from '../format/timestamps.js';

/** Rules that no operator has accepted, in a report and in a bulk plan. */

const CHANGE_LENGTH = 200;

/** @param max - length of what changed; the rest of the field takes some 350 characters */
export function ruleChangeField(change: RuleChange, max: number): APIEmbedField {
	const { changes, since, acceptedBy } = change;
	const what = fitLines(
		changes.map((each) => sentence(each, CHANGE_LENGTH)),
		max,
		{ cutLast: true }
	);
	if (acceptedBy !== null) return { name: 'The rules have changed', value: `${what}\n${mention(acceptedBy)} has accepted this.` };
	const effects = describeEffects(change.effects);
	const caused = effects === '' ? 'No one is concerned now' : `Only because of this: ${effects}`;
	return {
		name: 'The rules have changed, and no operator has accepted that',
		value: `${what}\n${caused}. Until an operator accepts it, Reeve takes no access because of it, automatically or in bulk; what gives access goes ahead. If it is a mistake, correct the settings and restart Reeve. Last accepted ${ago(since)}.`
	};
}

/** Accepts the rules; asks for the number that it shows, unless no one loses anything. */
export function acceptRulesButton(change: RuleChange): APIButtonComponent {
	const losing = losingBy(change);
	return {
		type: ComponentType.Button,
		style: ButtonStyle.Danger,
		label: `Accept the new rules${losing === 0 ? '' : ` (${number(losing)})…`}`,
		custom_id: buildCustomId({ action: 'accept-rules', rulesHash: change.rulesHash, losing })
	};
}
