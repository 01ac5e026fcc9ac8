import { Listener } from '@sapphire/framework';
import { type ChatInputSubcommandErrorPayload, SubcommandPluginEvents } from '@sapphire/plugin-subcommands';
import { answerPrivately, unforeseen } from '../src/discord/answer.js';

export class ChatInputSubcommandErrorListener extends Listener<typeof SubcommandPluginEvents.ChatInputSubcommandError> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: SubcommandPluginEvents.ChatInputSubcommandError });
	}

	public async run(error: unknown, { interaction }: ChatInputSubcommandErrorPayload) {
		this.container.logger.error('A command failed:', error);
		await answerPrivately(interaction, unforeseen(error));
	}
}
