import { type ContextMenuCommandErrorPayload, Events, Listener } from '@sapphire/framework';
import { replyError } from '../src/interactions/reply-error.js';
import { CONTEXT_MENU_PIECE } from '../src/piece-names.js';

/** Replies to an operator whose command of Reeve's in the context menu failed. */
export class ContextMenuCommandErrorListener extends Listener<typeof Events.ContextMenuCommandError> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: Events.ContextMenuCommandError });
	}

	public async run(error: unknown, { command, interaction }: ContextMenuCommandErrorPayload) {
		if (command.name === CONTEXT_MENU_PIECE) await replyError(`Command "${interaction.commandName}"`, error, interaction);
	}
}
