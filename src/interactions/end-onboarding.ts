import { container } from '@sapphire/framework';
import { type ButtonInteraction, MessageFlags, type ModalSubmitInteraction } from 'discord.js';
import type { ActionOf } from '../messages/custom-id.js';
import { endOnboardingReply, onboardingEndedAnnouncement } from '../messages/replies/end-onboarding.js';
import { actorOf } from './actor.js';

/** Ends onboarding, replies and announces it. @param confirmed - the number that the operator typed */
export async function endOnboarding(
	interaction: ButtonInteraction | ModalSubmitInteraction,
	{ runId }: ActionOf<'end-onboarding'>,
	confirmed: number
): Promise<void> {
	await interaction.deferReply({ flags: MessageFlags.Ephemeral });
	const { runs, reports } = container.reeve.services;
	const { actor } = actorOf(interaction);
	const result = await runs.endOnboarding({ runId, confirmed, actor });
	await interaction.editReply({ content: endOnboardingReply(result) });
	if (result.kind !== 'ended') return;
	await reports.announce({ content: onboardingEndedAnnouncement(actor, result.onboarding.losing) });
	await reports.refresh(runId);
}
