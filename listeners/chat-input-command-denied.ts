import { type ChatInputCommandDeniedPayload, Events, Listener, type UserError } from '@sapphire/framework';
import { isAlreadyAcknowledged, replyEphemeral } from '../src/discord/replies.js';
import { COMMAND_PIECE } from '../src/piece-names.js';

/** Replies to a user whom a precondition denied Reeve's command. */
export class ChatInputCommandDeniedListener extends Listener<typeof Events.ChatInputCommandDenied> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: Events.ChatInputCommandDenied });
	}

	public async run(error: UserError, { command, interaction }: ChatInputCommandDeniedPayload) {
		if (command.name !== COMMAND_PIECE) return;
		try {
			await replyEphemeral(this.container.reeve.reworded(interaction), error.message);
		} catch (failure) {
			// A listener of the bot, or another process, was first.
			if (!isAlreadyAcknowledged(failure)) throw failure;
		}
	}
}
