import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { downloadAttachment } from '../../src/discord/attachment.js';
import { replyEphemeral } from '../../src/discord/replies.js';
import { FILE_OR_UNDO, importCheckReply, undoImportAnnouncement, undoImportReply } from '../../src/messages/replies/imports.js';
import { MAX_IMPORT_BYTES } from '../../src/reconciliation/imports/file.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile import`: links members to customers from a file, or undoes such an import. */
export const importLinks: ReconcileSubcommand = {
	name: 'import',
	describe: (subcommand) =>
		subcommand
			.setDescription('Link members to Stripe customers from a CSV file. Shows what it would do first')
			.addAttachmentOption((option) => option.setName('file').setDescription('CSV: discord_id or username; customer or email; team, seat'))
			.addStringOption((option) => option.setName('undo').setDescription('Undo this import as a whole: its ID').setMaxLength(40)),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { imports, reports } = container.reeve.services;
		const file = interaction.options.getAttachment('file');
		const batchId = interaction.options.getString('undo')?.trim() ?? null;
		const actor = interaction.user.id;
		if ((file === null) === (batchId === null)) return replyEphemeral(interaction, FILE_OR_UNDO);
		if (file !== null) {
			const bytes = await downloadAttachment(file, MAX_IMPORT_BYTES);
			return interaction.editReply(importCheckReply(await imports.check(bytes, actor)));
		}
		const result = await imports.undo({ batchId: batchId ?? '', actor });
		await replyEphemeral(interaction, undoImportReply(result));
		if (result.kind === 'undone') await reports.announce({ content: undoImportAnnouncement(result, batchId ?? '', actor) });
	}
};
