import { container } from '@sapphire/framework';
import type { CommandInteraction, MessageComponentInteraction, ModalSubmitInteraction } from 'discord.js';
import { tryEditReply } from '../discord/replies.js';
import type { ActionOf } from '../messages/custom-id.js';
import { explanationReply } from '../messages/replies/explain/message.js';
import type { Explanation } from '../reconciliation/members/explain.js';

type Shown = ActionOf<'explain'>['shows'];
type Replied = CommandInteraction | MessageComponentInteraction | ModalSubmitInteraction;

/**
 * Explains a member in place of what the reply shows. The interaction must be deferred.
 * @param name - of a member who is not in the server; default: the ID
 */
export async function showExplanation(
	interaction: Replied,
	discordId: string,
	{ name = discordId, shows }: { readonly name?: string; readonly shows?: Shown } = {}
): Promise<void> {
	const { members } = container.reeve.services;
	await editWithExplanation(interaction, await members.explain(discordId), { name, shows });
}

/** @param explanation - as it was read now */
export async function editWithExplanation(
	interaction: Replied,
	explanation: Explanation,
	{ name, shows = 'answer' }: { readonly name: string; readonly shows?: Shown | undefined }
): Promise<void> {
	const { stripeMode: mode } = container.reeve.services.settings;
	await tryEditReply(interaction, { content: '', ...explanationReply(explanation, { name, mode, shows }) });
}
