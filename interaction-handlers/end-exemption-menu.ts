import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { StringSelectMenuInteraction } from 'discord.js';
import { operatorDenial } from '../src/discord/operators.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { type ActionOf, parseAction } from '../src/messages/custom-id.js';
import { exemptionEndedAnnouncement, exemptionEndedReply, exemptionsReply } from '../src/messages/replies/exemptions.js';

/** **End an exemption…** in the list of exemptions. */
export class EndExemptionMenuHandler extends InteractionHandler {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.SelectMenu });
	}

	public override parse(interaction: StringSelectMenuInteraction) {
		const action = parseAction(interaction.customId, 'end-exemption');
		return action === null ? this.none() : this.some(action);
	}

	public async run(interaction: StringSelectMenuInteraction, { page }: ActionOf<'end-exemption'>) {
		const { reeve } = this.container;
		const denied = operatorDenial(interaction, reeve.operators);
		if (denied !== null) return replyEphemeral(interaction, denied);
		await interaction.deferUpdate();
		const ended = await reeve.endExemption({ id: interaction.values[0] ?? '', actor: interaction.user.id });
		await interaction.editReply(await exemptionsReply(await reeve.exemptions(), page, reeve.namesOf));
		await replyEphemeral(interaction, exemptionEndedReply(ended));
		if (ended !== null) await reeve.announce({ content: exemptionEndedAnnouncement(interaction.user.id, ended) });
	}
}
