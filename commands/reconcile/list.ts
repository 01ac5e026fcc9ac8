import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { exemptionsReply } from '../../src/messages/replies/exemptions.js';
import { peopleListReply } from '../../src/messages/replies/people-list.js';
import { LIST_KINDS } from '../../src/reconciliation/runs/people-list.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile list`: the people whom reports count, by name. */
export const list: ReconcileSubcommand = {
	name: 'list',
	describe: (subcommand) =>
		subcommand
			.setDescription('List payers without an account, payers who left, unlinked role holders or exempt members')
			.addStringOption((kind) =>
				kind
					.setName('kind')
					.setDescription('Whom to list')
					.setRequired(true)
					.addChoices(
						{ name: 'unclaimed payers', value: 'unclaimed' },
						{ name: 'payers who left', value: 'absent' },
						{ name: 'unlinked role holders', value: 'unlinked' },
						{ name: 'exempt members', value: 'exempt' }
					)
			),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { members, runs, settings } = container.reeve.services;
		const asked = interaction.options.getString('kind', true);
		const kind = LIST_KINDS.find((each) => each === asked);
		// Exemptions have a list of their own, which can end them.
		if (kind === undefined) return interaction.editReply(await exemptionsReply(await members.exemptions(), 0, members.namesOf));
		return interaction.editReply(peopleListReply(await runs.list(kind), 0, settings.stripeMode));
	}
};
