import type { StringSelectMenuInteraction } from 'discord.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { OperatorMenu } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { exemptionEndedAnnouncement, exemptionEndedReply, exemptionsReply } from '../src/messages/replies/exemptions.js';

/** **End an exemption…** below the list of exemptions. */
export class EndExemptionMenu extends OperatorMenu<'end-exemption'> {
	protected readonly action = 'end-exemption';

	protected async handle(interaction: StringSelectMenuInteraction, { page }: ActionOf<'end-exemption'>) {
		const { members, reports } = this.container.reeve.services;
		await interaction.deferUpdate();
		const ended = await members.endExemption({ id: interaction.values[0] ?? '', actor: interaction.user.id });
		await interaction.editReply(await exemptionsReply(await members.exemptions(), page, members.namesOf));
		await replyEphemeral(interaction, exemptionEndedReply(ended));
		if (ended !== null) await reports.announce({ content: exemptionEndedAnnouncement(interaction.user.id, ended) });
	}
}
