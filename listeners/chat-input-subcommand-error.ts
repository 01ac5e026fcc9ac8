import { Listener } from '@sapphire/framework';
import { type ChatInputSubcommandErrorPayload, SubcommandPluginEvents } from '@sapphire/plugin-subcommands';
import { isAlreadyAcknowledged, replyEphemeral, unexpectedErrorReply } from '../src/discord/replies.js';
import { ShuttingDownError } from '../src/lifecycle.js';

export class ChatInputSubcommandErrorListener extends Listener<typeof SubcommandPluginEvents.ChatInputSubcommandError> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: SubcommandPluginEvents.ChatInputSubcommandError });
	}

	public async run(error: unknown, { interaction }: ChatInputSubcommandErrorPayload) {
		if (isAlreadyAcknowledged(error)) return;
		const stopping = error instanceof ShuttingDownError;
		if (!stopping) this.container.logger.error('A command failed:', error);
		await this.container.reeve.attend(() => replyEphemeral(interaction, stopping ? error.message : unexpectedErrorReply(error)));
	}
}
