import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { respondWithChoices } from '../../src/discord/autocomplete.js';
import { replyEphemeral } from '../../src/discord/replies.js';
import { actorOf } from '../../src/interactions/actor.js';
import { MAX_CHOICES } from '../../src/messages/format/limits.js';
import { undoAnnouncement, undoChoice, undoReply } from '../../src/messages/replies/undo.js';
import { AUTOMATIC } from '../../src/reconciliation/fixes/attempt.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile undo`: restores the roles from before a fix. */
export const undo: ReconcileSubcommand = {
	name: 'undo',
	describe: (subcommand) =>
		subcommand
			.setDescription('Undo a fix and exempt the member for a day')
			.addStringOption((option) =>
				option.setName('fix').setDescription('The fix: start typing the member’s name').setRequired(true).setAutocomplete(true)
			),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { fixes, reports } = container.reeve.services;
		const result = await fixes.undo({ attemptId: interaction.options.getString('fix', true), ...actorOf(interaction) });
		const announcement = undoAnnouncement(result, interaction.user.id);
		if (announcement !== null) await reports.announce({ content: announcement });
		await replyEphemeral(interaction, undoReply(result));
	},
	suggest: async (interaction) => {
		const { fixes, members } = container.reeve.services;
		const now = new Date();
		const choices = async () => {
			const undoable = await fixes.undoable(interaction.options.getFocused(), MAX_CHOICES);
			const names = await members.namesOf(undoable.flatMap(({ actor }) => (actor === AUTOMATIC ? [] : [actor])));
			const nameOf = (actor: string) => (actor === AUTOMATIC ? 'Reeve' : (names.get(actor) ?? 'an operator'));
			return undoable.map((fix) => ({ name: undoChoice(fix, nameOf(fix.actor), now), value: fix.attemptId }));
		};
		await respondWithChoices(interaction, choices());
	}
};
