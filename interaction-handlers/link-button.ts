import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ButtonInteraction } from 'discord.js';
import { operatorDenial } from '../src/discord/operators.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { type ActionOf, parseAction } from '../src/messages/custom-id.js';
import { linkAnnouncement, linkReply } from '../src/messages/replies/links.js';

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
		const denied = operatorDenial(interaction, reeve.operators);
		if (denied !== null) return replyEphemeral(interaction, denied);
		await interaction.deferUpdate();
		const someone = { discordId, name: await reeve.nameOf(discordId) };
		const actor = interaction.user.id;
		const result = await reeve.link({ discordId, customerId, actor, confirmed: shownHash });
		await interaction.editReply(linkReply(result, someone, customerId));
		if (result.kind === 'linked') await reeve.announce({ content: linkAnnouncement(result, someone, customerId, actor) });
	}
}
