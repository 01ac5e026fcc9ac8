import { type ChatInputCommandDeniedPayload, Events, Listener, type UserError } from '@sapphire/framework';
import { replyEphemeral } from '../src/discord/replies.js';

/** Replies to a user whom a precondition denied a command. */
export class ChatInputCommandDeniedListener extends Listener<typeof Events.ChatInputCommandDenied> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: Events.ChatInputCommandDenied });
	}

	public async run(error: UserError, { interaction }: ChatInputCommandDeniedPayload) {
		await replyEphemeral(interaction, error.message);
	}
}
