import { type APIModalInteractionResponseCallbackData, ComponentType, TextInputStyle } from 'discord.js';
import type { BulkPart } from '../../reconciliation/domain/hold.js';
import { type ActionOf, buildCustomId } from '../custom-id.js';
import { PART_LABELS } from '../format/format.js';

/** Releasing a hold: the operator confirms by typing how many people it concerns. */

export const RELEASE_FIELD = 'losing';

/** More digits than any server has members. */
const MAX_NUMBER_LENGTH = 9;

const QUESTIONS: Readonly<Record<BulkPart, string>> = {
	gives: 'How many people get or keep access?',
	lowers: 'How many people move down?',
	removes: 'How many people lose access?'
};

export function releaseModal({ scope, part, planHash }: ActionOf<'release'>): APIModalInteractionResponseCallbackData {
	return numberModal(buildCustomId({ action: 'release', scope, part, planHash }), PART_LABELS[part], QUESTIONS[part]);
}

export function acceptRulesModal({ rulesHash, losing }: ActionOf<'accept-rules'>): APIModalInteractionResponseCallbackData {
	const customId = buildCustomId({ action: 'accept-rules', rulesHash, losing });
	return numberModal(customId, 'Accept the new rules', 'How many people lose access or move down?');
}

export function endOnboardingModal({ runId, losing }: ActionOf<'end-onboarding'>): APIModalInteractionResponseCallbackData {
	const customId = buildCustomId({ action: 'end-onboarding', runId, losing });
	return numberModal(customId, 'Report these people', 'How many people lose access or move down?');
}

/** A modal that asks for one number. */
function numberModal(custom_id: string, title: string, label: string): APIModalInteractionResponseCallbackData {
	return {
		custom_id,
		title,
		components: [
			{
				type: ComponentType.ActionRow,
				components: [
					{
						type: ComponentType.TextInput,
						custom_id: RELEASE_FIELD,
						label,
						placeholder: 'The number on the button',
						style: TextInputStyle.Short,
						required: true,
						max_length: MAX_NUMBER_LENGTH
					}
				]
			}
		]
	};
}

/** Digits, with or without thousands separators. */
const NUMBER = /^(\d+|\d{1,3}([\s.,']\d{3})+)$/;

/** Parses a typed number: `1 234` and `1,234` are 1234. Anything else, such as `12.5`, is 0, which releases nothing. */
export function typedNumber(text: string): number {
	const typed = text.trim();
	return NUMBER.test(typed) ? Number(typed.replace(/\D/g, '')) : 0;
}
