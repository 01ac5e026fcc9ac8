import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ButtonInteraction } from 'discord.js';
import { answerPrivately } from '../src/discord/answer.js';
import { whyNotOperator } from '../src/discord/operators.js';
import { type ActionOf, parseAction } from '../src/report/custom-id.js';
import { announceLink, describeLink } from '../src/report/links.js';

/** **Link anyway**, for a customer whose metadata names other people. */
export class LinkButtonHandler extends InteractionHandler {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
	}

	public override parse(interaction: ButtonInteraction) {
		const action = parseAction(interaction.customId, 'link');
		return action === null ? this.none() : this.some(action);
	}

	public async run(interaction: ButtonInteraction, { discordId, customerId, shownHash }: ActionOf<'link'>) {
		const { reeve } = this.container;
		const denied = whyNotOperator(interaction, reeve.operators);
		if (denied !== null) return answerPrivately(interaction, denied);
		await interaction.deferUpdate();
		const someone = { discordId, name: await reeve.nameOf(discordId) };
		const actor = interaction.user.id;
		const result = await reeve.link({ discordId, customerId, actor, confirmed: shownHash });
		await interaction.editReply(describeLink(result, someone, customerId));
		if (result.kind === 'linked') await reeve.announce({ content: announceLink(result, someone, customerId, actor) });
	}
}
