import { Listener } from '@sapphire/framework';
import { type ChatInputSubcommandErrorPayload, SubcommandPluginEvents } from '@sapphire/plugin-subcommands';
import { answerPrivately, isTakenElsewhere, unforeseen } from '../src/discord/answer.js';
import { StoppingError } from '../src/under-way.js';

export class ChatInputSubcommandErrorListener extends Listener<typeof SubcommandPluginEvents.ChatInputSubcommandError> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: SubcommandPluginEvents.ChatInputSubcommandError });
	}

	public async run(error: unknown, { interaction }: ChatInputSubcommandErrorPayload) {
		if (isTakenElsewhere(error)) return;
		const stopping = error instanceof StoppingError;
		if (!stopping) this.container.logger.error('A command failed:', error);
		await this.container.reeve.attend(() => answerPrivately(interaction, stopping ? error.message : unforeseen(error)));
	}
}
