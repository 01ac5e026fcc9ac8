import { container } from '@sapphire/framework';
import { type ButtonInteraction, MessageFlags, type ModalSubmitInteraction } from 'discord.js';
import type { ActionOf } from '../messages/custom-id.js';
import { acceptRulesReply, rulesAcceptedAnnouncement } from '../messages/replies/accept-rules.js';
import { actorOf } from './actor.js';

/** Accepts new rules, replies and announces it. @param confirmed - the number that the operator typed */
export async function acceptRules(
	interaction: ButtonInteraction | ModalSubmitInteraction,
	{ rulesHash }: ActionOf<'accept-rules'>,
	confirmed: number
): Promise<void> {
	await interaction.deferReply({ flags: MessageFlags.Ephemeral });
	const { runs, reports } = container.reeve.services;
	const { actor } = actorOf(interaction);
	const result = await runs.acceptRules({ rulesHash, confirmed, actor });
	await interaction.editReply(acceptRulesReply(result));
	if (result.kind !== 'accepted') return;
	await reports.announce({ content: rulesAcceptedAnnouncement(actor, result.change) });
	await reports.refresh(result.runId);
}
