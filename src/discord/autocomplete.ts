import type { ApplicationCommandOptionChoiceData, AutocompleteInteraction } from 'discord.js';
import { raceTimeout } from '../async/timeout.js';

/** Discord's limit is 3 s; the rest is for the response to travel. */
const RESPONSE_DEADLINE_MS = 2_500;

/** Responds with the choices, or with none if they fail or exceed the deadline. Never rejects. */
export async function respondWithChoices(
	interaction: AutocompleteInteraction,
	choices: Promise<readonly ApplicationCommandOptionChoiceData<string>[]>
): Promise<void> {
	const found = await raceTimeout(
		RESPONSE_DEADLINE_MS,
		choices.catch(() => []),
		[]
	);
	// Expired, or already answered by another process: there is no one left to report the error to.
	await interaction.respond([...found]).catch(() => {});
}
