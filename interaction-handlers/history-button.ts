import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ButtonInteraction } from 'discord.js';
import { operatorDenial } from '../src/discord/operators.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { type ActionOf, parseAction } from '../src/messages/custom-id.js';
import { historyReply } from '../src/messages/replies/history.js';

/** Turns the pages of the history. */
export class HistoryButtonHandler extends InteractionHandler {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
	}

	public override parse(interaction: ButtonInteraction) {
		const action = parseAction(interaction.customId, 'history');
		return action === null ? this.none() : this.some(action);
	}

	public async run(interaction: ButtonInteraction, { days, page }: ActionOf<'history'>) {
		const { reeve, settings } = this.container;
		const denied = operatorDenial(interaction, reeve.operators);
		if (denied !== null) return replyEphemeral(interaction, denied);
		await interaction.deferUpdate();
		return interaction.editReply(historyReply(await reeve.history(days, page), settings.DISCORD_GUILD_ID));
	}
}
