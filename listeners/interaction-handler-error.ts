import { Events, type InteractionHandlerError, Listener } from '@sapphire/framework';
import { isAlreadyAcknowledged, replyEphemeral, unexpectedErrorReply } from '../src/discord/replies.js';
import { ShuttingDownError } from '../src/lifecycle.js';

export class InteractionHandlerErrorListener extends Listener<typeof Events.InteractionHandlerError> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: Events.InteractionHandlerError });
	}

	public async run(error: unknown, { interaction }: InteractionHandlerError) {
		if (isAlreadyAcknowledged(error)) return;
		const stopping = error instanceof ShuttingDownError;
		if (!stopping) this.container.logger.error('A button failed:', error);
		if (interaction.isMessageComponent() || interaction.isModalSubmit())
			await this.container.reeve.attend(() => replyEphemeral(interaction, stopping ? error.message : unexpectedErrorReply(error)));
	}
}
