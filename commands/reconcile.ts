import { Subcommand } from '@sapphire/plugin-subcommands';
import { MessageFlags, PermissionFlagsBits } from 'discord.js';
import { answerPrivately } from '../src/discord/answer.js';
import { RunInProgressError } from '../src/reconciliation/index.js';
import { finishedMessage } from '../src/report/progress.js';
import { createProgressReply } from '../src/report/progress-reply.js';

export class ReconcileCommand extends Subcommand {
	public constructor(context: Subcommand.LoaderContext, options: Subcommand.Options) {
		super(context, {
			...options,
			preconditions: ['OperatorOnly'],
			subcommands: [{ name: 'run', chatInputRun: 'run' }]
		});
	}

	public override registerApplicationCommands(registry: Subcommand.Registry) {
		registry.registerChatInputCommand((command) =>
			command
				.setName('reconcile')
				.setDescription('Keep Discord roles true to what Stripe says people pay for')
				.setDefaultMemberPermissions(PermissionFlagsBits.ManageGuild)
				.addSubcommand((run) => run.setName('run').setDescription('Compare everything now and post the report'))
		);
	}

	public async run(interaction: Subcommand.ChatInputCommandInteraction) {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { reeve } = this.container;
		const progress = createProgressReply((content) => interaction.editReply(content));
		try {
			const result = await reeve.run({ triggeredBy: 'manual', requestedBy: interaction.user.id, onProgress: progress.show });
			await progress.finish();
			if (result !== null) await answerPrivately(interaction, finishedMessage(result, await reeve.reportUrl(result.runId), reeve.paused));
		} catch (error) {
			await progress.finish();
			if (!(error instanceof RunInProgressError)) throw error;
			await answerPrivately(interaction, `${error.message} Its report will appear in the admin channel; then run it again if you need to.`);
		}
	}
}
