import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { respondWithChoices } from '../../src/discord/autocomplete.js';
import { replyEphemeral } from '../../src/discord/replies.js';
import { undoAnnouncement, undoChoice, undoReply } from '../../src/messages/replies/undo.js';
import { AUTOMATIC } from '../../src/reconciliation/index.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** Discord shows no more. */
const MAX_CHOICES = 25;

export const undo: ReconcileSubcommand = {
	name: 'undo',
	describe: (subcommand) =>
		subcommand
			.setDescription('Put roles back as they were before a fix, and leave the person alone for a day')
			.addStringOption((option) =>
				option.setName('fix').setDescription('Whose fix: type a part of the name').setRequired(true).setAutocomplete(true)
			),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { reeve } = container;
		const { id: actor, username: actorName } = interaction.user;
		const result = await reeve.undo({ attemptId: interaction.options.getString('fix', true), actor, actorName });
		const said = undoAnnouncement(result, actor);
		if (said !== null) await reeve.announce({ content: said });
		await replyEphemeral(interaction, undoReply(result));
	},
	suggest: async (interaction) => {
		const { reeve } = container;
		const now = new Date();
		const choices = async () => {
			const fixes = await reeve.undoableFixes(interaction.options.getFocused(), MAX_CHOICES);
			const names = await reeve.namesOf(fixes.flatMap(({ actor }) => (actor === AUTOMATIC ? [] : [actor])));
			const nameOf = (actor: string) => (actor === AUTOMATIC ? 'Reeve' : (names.get(actor) ?? 'an operator'));
			return fixes.map((fix) => ({ name: undoChoice(fix, nameOf(fix.actor), now), value: fix.attemptId }));
		};
		await respondWithChoices(interaction, choices());
	}
};
