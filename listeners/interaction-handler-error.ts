import { Events, type InteractionHandlerError, Listener } from '@sapphire/framework';
import { replyError } from '../src/interactions/reply-error.js';
import { isReevesCustomId } from '../src/messages/custom-id.js';

/** Replies to an operator whose button, menu or form of Reeve's failed. */
export class InteractionHandlerErrorListener extends Listener<typeof Events.InteractionHandlerError> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: Events.InteractionHandlerError });
	}

	public async run(error: unknown, { interaction, handler }: InteractionHandlerError) {
		if (!interaction.isMessageComponent() && !interaction.isModalSubmit()) return;
		if (isReevesCustomId(interaction.customId))
			await replyError(`Interaction handler ${handler.name} (${interaction.customId})`, error, interaction);
	}
}
