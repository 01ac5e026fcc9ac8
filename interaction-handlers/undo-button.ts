import type { ButtonInteraction } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import { undoFix } from '../src/interactions/undo-fix.js';
import type { ActionOf } from '../src/messages/custom-id.js';

/** **Undo** below the announcement of a fix. */
export class UndoButton extends OperatorButton<'undo'> {
	protected readonly action = 'undo';

	protected async handle(interaction: ButtonInteraction, { attemptId }: ActionOf<'undo'>) {
		return undoFix(interaction, attemptId);
	}
}
