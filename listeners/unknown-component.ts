import { Events, Listener } from '@sapphire/framework';
import type { Interaction } from 'discord.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { parseCustomId } from '../src/messages/custom-id.js';

const OUTDATED =
	'This button or form is not one that this version of Reeve knows: it is from another version, or damaged. Nothing was changed. Use `/reconcile run` for a fresh report.';

/** Answers whoever uses a button, menu or form that no handler takes: Discord would only say that it failed. */
export class UnknownComponentListener extends Listener<typeof Events.InteractionCreate> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: Events.InteractionCreate });
	}

	public async run(interaction: Interaction) {
		if (!interaction.isMessageComponent() && !interaction.isModalSubmit()) return;
		if (parseCustomId(interaction.customId) === null) await replyEphemeral(interaction, OUTDATED);
	}
}
