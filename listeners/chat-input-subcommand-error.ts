import { Listener } from '@sapphire/framework';
import { type ChatInputSubcommandErrorPayload, SubcommandPluginEvents } from '@sapphire/plugin-subcommands';
import { replyError } from '../src/interactions/reply-error.js';
import { COMMAND_PIECE } from '../src/piece-names.js';

/** Replies to an operator whose subcommand of Reeve's failed. */
export class ChatInputSubcommandErrorListener extends Listener<typeof SubcommandPluginEvents.ChatInputSubcommandError> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: SubcommandPluginEvents.ChatInputSubcommandError });
	}

	public async run(error: unknown, { command, interaction }: ChatInputSubcommandErrorPayload) {
		if (command.name !== COMMAND_PIECE) return;
		const subcommand = interaction.options.getSubcommand(false);
		await replyError(`Command /${[interaction.commandName, subcommand].filter(Boolean).join(' ')}`, error, interaction);
	}
}
