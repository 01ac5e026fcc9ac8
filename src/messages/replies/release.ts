import { type APIModalInteractionResponseCallbackData, ComponentType, TextInputStyle } from 'discord.js';
import { type ActionOf, buildCustomId } from '../custom-id.js';

/** Releasing a hold: the operator confirms by typing how many people lose a role. */

export const RELEASE_FIELD = 'losing';

/** More digits than any server has members. */
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

/** Digits, with or without thousands separators. */
const NUMBER = /^(\d+|\d{1,3}([\s.,']\d{3})+)$/;

/** Parses a typed number: `1 234` and `1,234` are 1234. Anything else, such as `12.5`, is 0, which releases nothing. */
export function typedNumber(text: string): number {
	const typed = text.trim();
	return NUMBER.test(typed) ? Number(typed.replace(/\D/g, '')) : 0;
}
