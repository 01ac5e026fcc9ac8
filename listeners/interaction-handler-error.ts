import { Events, type InteractionHandlerError, Listener } from '@sapphire/framework';
import { answerPrivately, isTakenElsewhere, unforeseen } from '../src/discord/answer.js';
import { StoppingError } from '../src/under-way.js';

export class InteractionHandlerErrorListener extends Listener<typeof Events.InteractionHandlerError> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: Events.InteractionHandlerError });
	}

	public async run(error: unknown, { interaction }: InteractionHandlerError) {
		if (isTakenElsewhere(error)) return;
		const stopping = error instanceof StoppingError;
		if (!stopping) this.container.logger.error('A button failed:', error);
		if (interaction.isMessageComponent() || interaction.isModalSubmit())
			await this.container.reeve.attend(() => answerPrivately(interaction, stopping ? error.message : unforeseen(error)));
	}
}
