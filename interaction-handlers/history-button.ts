import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ButtonInteraction } from 'discord.js';
import { answerPrivately } from '../src/discord/answer.js';
import { whyNotOperator } from '../src/discord/operators.js';
import { type ActionOf, parseAction } from '../src/report/custom-id.js';
import { historyMessage } from '../src/report/history.js';

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
		const denied = whyNotOperator(interaction, reeve.operators);
		if (denied !== null) return answerPrivately(interaction, denied);
		await interaction.deferUpdate();
		return interaction.editReply(historyMessage(await reeve.history(days, page), settings.DISCORD_GUILD_ID));
	}
}
