import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ButtonInteraction } from 'discord.js';
import { answerPrivately } from '../src/discord/answer.js';
import { whyNotOperator } from '../src/discord/operators.js';
import { type ActionOf, parseAction } from '../src/report/custom-id.js';
import { announceUnlink, describeUnlink } from '../src/report/links.js';

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
		const denied = whyNotOperator(interaction, reeve.operators);
		if (denied !== null) return answerPrivately(interaction, denied);
		await interaction.deferUpdate();
		const someone = { discordId, name: await reeve.nameOf(discordId) };
		const actor = interaction.user.id;
		const result = await reeve.unlink({ discordId, hash: shownHash, actor });
		await interaction.editReply(describeUnlink(result, someone));
		if (result.kind === 'unlinked') await reeve.announce({ content: announceUnlink(result, someone, actor) });
	}
}
