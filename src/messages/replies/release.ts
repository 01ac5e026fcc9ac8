import { type APIModalInteractionResponseCallbackData, ComponentType, TextInputStyle } from 'discord.js';
import { type ActionOf, buildCustomId } from '../custom-id.js';

/** Releasing a hold: an operator types how many people lose a role, so that nobody does it by a slip of the finger. */

export const RELEASE_FIELD = 'losing';

/** Of the modal's answer: no more digits than there can be people in a server. */
const MAX_NUMBER_LENGTH = 9;

export function releaseModal({ scope, planHash }: ActionOf<'release'>): APIModalInteractionResponseCallbackData {
	return {
		custom_id: buildCustomId({ action: 'release', scope, planHash }),
		title: 'Release the hold',
		components: [
			{
				type: ComponentType.ActionRow,
				components: [
					{
						type: ComponentType.TextInput,
						custom_id: RELEASE_FIELD,
						label: 'How many people lose a role?',
						placeholder: 'The number that the plan says',
						style: TextInputStyle.Short,
						required: true,
						max_length: MAX_NUMBER_LENGTH
					}
				]
			}
		]
	};
}

/** Digits, all together or in thousands. */
const NUMBER = /^(\d+|\d{1,3}([\s.,']\d{3})+)$/;

/** A number as somebody types it: `1 234` and `1,234` are 1234. What is none, as `12.5`, is 0, which releases nothing. */
export function typedNumber(text: string): number {
	const typed = text.trim();
	return NUMBER.test(typed) ? Number(typed.replace(/\D/g, '')) : 0;
}
