import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { respondWithChoices } from '../../src/discord/autocomplete.js';
import { replyEphemeral, tryEditReply } from '../../src/discord/replies.js';
import { MAX_CHOICES } from '../../src/messages/format/limits.js';
import { previewReply } from '../../src/messages/replies/preview.js';
import { createProgressReply } from '../../src/messages/replies/progress-reply.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile preview`: who would gain and who would lose under new settings. */
export const preview: ReconcileSubcommand = {
	name: 'preview',
	describe: (subcommand) =>
		subcommand
			.setDescription('Show who would gain or lose access with new settings; changes nothing')
			.addStringOption((setting) =>
				setting.setName('setting').setDescription('Default: the settings in .env as the next start would read them').setAutocomplete(true)
			)
			.addStringOption((value) => value.setName('value').setDescription('The value to try for this setting; leave it out to unset it')),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const service = container.reeve.services.preview;
		const setting = interaction.options.getString('setting')?.trim() ?? null;
		const value = interaction.options.getString('value') ?? '';
		if (setting === null && value !== '') return replyEphemeral(interaction, 'Say which `setting` the `value` is for.');
		if (setting !== null && !service.settingNames.includes(setting))
			return replyEphemeral(
				interaction,
				'That setting decides about no roles, or does not exist. Start typing, and pick one of the suggestions.'
			);
		const progress = createProgressReply((content) => interaction.editReply(content));
		const result = await service.next(setting === null ? {} : { [setting]: value }, progress.show).finally(() => progress.finish());
		return tryEditReply(interaction, previewReply(result));
	},
	suggest: (interaction) => {
		const typed = interaction.options.getFocused().trim().toUpperCase();
		const names = container.reeve.services.preview.settingNames.filter((name) => name.includes(typed)).slice(0, MAX_CHOICES);
		return respondWithChoices(interaction, Promise.resolve(names.map((name) => ({ name, value: name }))));
	}
};
