import { container } from '@sapphire/framework';
import type { CommandInteraction, MessageComponentInteraction, ModalSubmitInteraction } from 'discord.js';
import { tryEditReply } from '../discord/replies.js';
import type { SetupStep } from '../messages/custom-id.js';
import { createProgressReply } from '../messages/replies/progress-reply.js';
import { channelScreen } from '../messages/replies/setup/channel.js';
import { checkScreen } from '../messages/replies/setup/check.js';
import { pricesScreen } from '../messages/replies/setup/prices.js';
import { rolesScreen } from '../messages/replies/setup/roles.js';
import { nextStep, type SetupScreen } from '../messages/replies/setup/screen.js';
import type { SetupAnswer, SetupView } from '../reconciliation/setup/setup.js';

/** What is shown of the setup. */
export interface SetupPosition {
	/** Null: the step that has to be done next. */
	readonly step: SetupStep | null;
	readonly page?: number;
	/** Reads the prices again. */
	readonly reread?: boolean;
	/** The answer that led here. */
	readonly answer?: SetupAnswer;
}

/** Shows a step of the setup in place of what the reply shows. The interaction must be deferred. */
export async function showSetup(
	interaction: CommandInteraction | MessageComponentInteraction | ModalSubmitInteraction,
	{ step, page = 0, reread = false, answer }: SetupPosition
): Promise<void> {
	const { setup } = container.reeve.services;
	const view = await setup.view({ reread });
	const note = answer?.kind === 'refused' ? answer.reason : null;
	const shown = step ?? nextStep(view);
	if (shown !== 'check') return tryEditReply(interaction, screenOf(shown, view, page, note));
	const progress = createProgressReply((content) => interaction.editReply({ content, embeds: [], components: [] }));
	const check = await setup.check(progress.show).finally(() => progress.finish());
	return tryEditReply(interaction, checkScreen(view, check));
}

function screenOf(step: Exclude<SetupStep, 'check'>, view: SetupView, page: number, note: string | null): SetupScreen {
	switch (step) {
		case 'roles':
			return rolesScreen(view, page, note);
		case 'channel':
			return channelScreen(view, note);
		case 'prices':
			return pricesScreen(view, page, note);
	}
}
