import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { respondWithChoices } from '../../src/discord/autocomplete.js';
import { replyEphemeral } from '../../src/discord/replies.js';
import { applyFix } from '../../src/interactions/apply-fix.js';
import { SCOPE_NAMES } from '../../src/messages/format/format.js';
import { MAX_CHOICES } from '../../src/messages/format/limits.js';
import { bulkPlanReply, nothingToFixReply, singlePlanReply } from '../../src/messages/replies/bulk.js';
import { kindsNamed, pickedIssue, suggestIssue, typedIdOrName } from '../../src/messages/replies/find-issue.js';
import type { BulkScope } from '../../src/reconciliation/domain/hold.js';
import type { ReconcileSubcommand } from './subcommand.js';

const KINDS = Object.entries(SCOPE_NAMES).map(([value, name]) => ({ name, value }));

/** `/reconcile fix`: fixes one issue, all of a kind, or all. A plan that the operator has not seen is shown first. */
export const fix: ReconcileSubcommand = {
	name: 'fix',
	describe: (subcommand) =>
		subcommand
			.setDescription('Fix roles: one issue, all of a kind, or everything (bulk fixes show the plan first)')
			.addStringOption((issue) => issue.setName('issue').setDescription('One open issue: start typing a name').setAutocomplete(true))
			.addStringOption((kind) => kind.setName('kind').setDescription('All open issues of this kind').addChoices(KINDS))
			.addBooleanOption((all) => all.setName('all').setDescription('All open issues')),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { fixes } = container.reeve.services;
		const typed = interaction.options.getString('issue');
		const kind = interaction.options.getString('kind') as Exclude<BulkScope, 'all'> | null;
		const all = interaction.options.getBoolean('all') ?? false;
		if ([typed !== null, kind !== null, all].filter(Boolean).length !== 1)
			return replyEphemeral(interaction, 'Say what to fix: one `issue`, or one `kind`, or `all: True`. Nothing was changed.');
		if (typed === null) {
			const scope: BulkScope = kind ?? 'all';
			const plan = await fixes.planBulk(scope);
			return plan === null ? replyEphemeral(interaction, nothingToFixReply(scope)) : interaction.editReply(bulkPlanReply(plan));
		}
		const picked = pickedIssue(typed);
		if (picked === null) {
			const [only, ...others] = await fixes.findOpenIssues(typedIdOrName(typed), 2);
			if (only === undefined || others.length > 0)
				return replyEphemeral(
					interaction,
					`${only === undefined ? 'No open issue is' : 'Several open issues are'} called that. Nothing was changed: start typing the person's name, and pick one of the suggestions.`
				);
			return interaction.editReply(singlePlanReply(only));
		}
		await applyFix(interaction, picked);
	},
	suggest: (interaction) => {
		const typed = interaction.options.getFocused().trim();
		const found = container.reeve.services.fixes.searchOpenIssues(typed, MAX_CHOICES, kindsNamed(typed));
		return respondWithChoices(
			interaction,
			found.then((issues) => issues.map(suggestIssue))
		);
	}
};
