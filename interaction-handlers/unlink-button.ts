import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ButtonInteraction } from 'discord.js';
import { operatorDenial } from '../src/discord/operators.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { type ActionOf, parseAction } from '../src/messages/custom-id.js';
import { unlinkAnnouncement, unlinkReply } from '../src/messages/replies/links.js';

/** **Unlink**, the confirmation of `/reconcile unlink`. */
export class UnlinkButtonHandler extends InteractionHandler {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
	}

	public override parse(interaction: ButtonInteraction) {
		const action = parseAction(interaction.customId, 'unlink');
		return action === null ? this.none() : this.some(action);
	}

	public async run(interaction: ButtonInteraction, { discordId, shownHash }: ActionOf<'unlink'>) {
		const { reeve } = this.container;
		const denied = operatorDenial(interaction, reeve.operators);
		if (denied !== null) return replyEphemeral(interaction, denied);
		await interaction.deferUpdate();
		const someone = { discordId, name: await reeve.nameOf(discordId) };
		const actor = interaction.user.id;
		const result = await reeve.unlink({ discordId, hash: shownHash, actor });
		await interaction.editReply(unlinkReply(result, someone));
		if (result.kind === 'unlinked') await reeve.announce({ content: unlinkAnnouncement(result, someone, actor) });
	}
}
