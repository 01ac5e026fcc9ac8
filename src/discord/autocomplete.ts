import type { ApplicationCommandOptionChoiceData, AutocompleteInteraction } from 'discord.js';
import { raceTimeout } from '../async/timeout.js';

/** Discord gives an autocomplete 3 s; this leaves its answer the time to arrive. */
const RESPONSE_DEADLINE_MS = 2_500;

/** Suggests what comes in time. What comes late, or not at all, is no suggestion: whoever types can go on without. */
export async function respondWithChoices(
	interaction: AutocompleteInteraction,
	choices: Promise<readonly ApplicationCommandOptionChoiceData<string>[]>
): Promise<void> {
	const chosen = await raceTimeout(
		RESPONSE_DEADLINE_MS,
		choices.catch(() => []),
		[]
	);
	// Too late after all, or answered by another process: there is nobody to be told.
	await interaction.respond([...chosen]).catch(() => {});
}
