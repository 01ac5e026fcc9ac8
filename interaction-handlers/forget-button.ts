import type { ButtonInteraction } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { forgetReply, forgotAnnouncement, forgotReply } from '../src/messages/replies/forget.js';

/** **Delete their data**: deletes what is stored about a person, if it is still what was shown. */
export class ForgetButton extends OperatorButton<'forget'> {
	protected readonly action = 'forget';

	protected async handle(interaction: ButtonInteraction, { discordId, shownHash }: ActionOf<'forget'>) {
		const { privacy, reports } = this.container.reeve.services;
		await interaction.deferUpdate();
		const actor = interaction.user.id;
		const result = await privacy.forget({ discordId, confirmed: shownHash, actor });
		if (result.kind === 'changed') {
			const notice = 'Nothing was deleted: something was stored about them meanwhile. Look again.';
			return interaction.editReply({ ...forgetReply(result.preview, new Date(), notice), attachments: [] });
		}
		await interaction.editReply({ ...forgotReply(result, discordId), attachments: [] });
		if (result.kind !== 'forgotten') return;
		await reports.announce({ content: forgotAnnouncement(actor, result.counts) });
		for (const runId of result.runIds) await reports.refresh(runId);
	}
}
