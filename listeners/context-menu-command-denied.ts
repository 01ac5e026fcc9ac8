import { type ContextMenuCommandDeniedPayload, Events, Listener, type UserError } from '@sapphire/framework';
import { isAlreadyAcknowledged, replyEphemeral } from '../src/discord/replies.js';
import { CONTEXT_MENU_PIECE } from '../src/piece-names.js';

/** Replies to a user whom a precondition denied Reeve's command in the context menu. */
export class ContextMenuCommandDeniedListener extends Listener<typeof Events.ContextMenuCommandDenied> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: Events.ContextMenuCommandDenied });
	}

	public async run(error: UserError, { command, interaction }: ContextMenuCommandDeniedPayload) {
		if (command.name !== CONTEXT_MENU_PIECE) return;
		try {
			await replyEphemeral(this.container.reeve.reworded(interaction), error.message);
		} catch (failure) {
			// A listener of the bot, or another process, was first.
			if (!isAlreadyAcknowledged(failure)) throw failure;
		}
	}
}
