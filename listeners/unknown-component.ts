import { Events, Listener } from '@sapphire/framework';
import type { Interaction } from 'discord.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { isReevesCustomId, parseCustomId } from '../src/messages/custom-id.js';

const OUTDATED =
	'This button or form belongs to another version of Reeve, or is damaged. Nothing was changed. Use `/reconcile run` for a new report.';

/** Replies where no handler recognises a custom ID of Reeve's; Discord would only show that the interaction failed. */
export class UnknownComponentListener extends Listener<typeof Events.InteractionCreate> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: Events.InteractionCreate });
	}

	public async run(interaction: Interaction) {
		if (!interaction.isMessageComponent() && !interaction.isModalSubmit()) return;
		const { customId } = interaction;
		if (isReevesCustomId(customId) && parseCustomId(customId) === null)
			await replyEphemeral(this.container.reeve.reworded(interaction), OUTDATED);
	}
}
