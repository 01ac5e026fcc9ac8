import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { StringSelectMenuInteraction } from 'discord.js';
import { answerPrivately } from '../src/discord/answer.js';
import { whyNotOperator } from '../src/discord/operators.js';
import { type ActionOf, parseAction } from '../src/report/custom-id.js';
import { announceLink, describeLink } from '../src/report/links.js';

/** The customer that was picked for `/reconcile link`. */
export class PickLinkMenuHandler extends InteractionHandler {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.SelectMenu });
	}

	public override parse(interaction: StringSelectMenuInteraction) {
		const action = parseAction(interaction.customId, 'pick-link');
		return action === null ? this.none() : this.some(action);
	}

	public async run(interaction: StringSelectMenuInteraction, { discordId }: ActionOf<'pick-link'>) {
		const { reeve } = this.container;
		const denied = whyNotOperator(interaction, reeve.operators);
		if (denied !== null) return answerPrivately(interaction, denied);
		await interaction.deferUpdate();
		const someone = { discordId, name: await reeve.nameOf(discordId) };
		const customerId = interaction.values[0] ?? '';
		const actor = interaction.user.id;
		const result = await reeve.link({ discordId, customerId, actor, confirmed: null });
		await interaction.editReply(describeLink(result, someone, customerId));
		if (result.kind === 'linked') await reeve.announce({ content: announceLink(result, someone, customerId, actor) });
	}
}
