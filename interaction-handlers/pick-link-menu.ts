import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { StringSelectMenuInteraction } from 'discord.js';
import { operatorDenial } from '../src/discord/operators.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { type ActionOf, parseAction } from '../src/messages/custom-id.js';
import { linkAnnouncement, linkReply } from '../src/messages/replies/links.js';

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
		const denied = operatorDenial(interaction, reeve.operators);
		if (denied !== null) return replyEphemeral(interaction, denied);
		await interaction.deferUpdate();
		const someone = { discordId, name: await reeve.nameOf(discordId) };
		const customerId = interaction.values[0] ?? '';
		const actor = interaction.user.id;
		const result = await reeve.link({ discordId, customerId, actor, confirmed: null });
		await interaction.editReply(linkReply(result, someone, customerId));
		if (result.kind === 'linked') await reeve.announce({ content: linkAnnouncement(result, someone, customerId, actor) });
	}
}
