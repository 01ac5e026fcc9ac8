import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { StringSelectMenuInteraction } from 'discord.js';
import { operatorDenial } from '../src/discord/operators.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { type ActionOf, parseAction } from '../src/messages/custom-id.js';
import { confirmUnlinkReply } from '../src/messages/replies/links.js';

/** The row that was picked for `/reconcile unlink`: asks before anything is changed. */
export class PickUnlinkMenuHandler extends InteractionHandler {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.SelectMenu });
	}

	public override parse(interaction: StringSelectMenuInteraction) {
		const action = parseAction(interaction.customId, 'pick-unlink');
		return action === null ? this.none() : this.some(action);
	}

	public async run(interaction: StringSelectMenuInteraction, { discordId }: ActionOf<'pick-unlink'>) {
		const { reeve } = this.container;
		const denied = operatorDenial(interaction, reeve.operators);
		if (denied !== null) return replyEphemeral(interaction, denied);
		await interaction.deferUpdate();
		const someone = { discordId, name: await reeve.nameOf(discordId) };
		await interaction.editReply(confirmUnlinkReply(await reeve.ties(discordId), interaction.values[0] ?? '', someone));
	}
}
