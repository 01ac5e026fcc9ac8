import { Events, type InteractionHandlerError, Listener } from '@sapphire/framework';
import { answerPrivately, unforeseen } from '../src/discord/answer.js';

export class InteractionHandlerErrorListener extends Listener<typeof Events.InteractionHandlerError> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: Events.InteractionHandlerError });
	}

	public async run(error: unknown, { interaction }: InteractionHandlerError) {
		this.container.logger.error('A button failed:', error);
		if (interaction.isMessageComponent() || interaction.isModalSubmit()) await answerPrivately(interaction, unforeseen(error));
	}
}
