import { container, RegisterBehavior } from '@sapphire/framework';
import { Subcommand } from '@sapphire/plugin-subcommands';
import { type AutocompleteInteraction, type Guild, PermissionFlagsBits, SlashCommandBuilder } from 'discord.js';
import { operatorDenial } from '../src/discord/operators.js';
import { OPERATOR_ONLY } from '../src/piece-names.js';
import { acceptAccount } from './reconcile/accept-account.js';
import { doctor } from './reconcile/doctor.js';
import { exempt } from './reconcile/exempt.js';
import { exemptions } from './reconcile/exemptions.js';
import { exportRun } from './reconcile/export.js';
import { fix } from './reconcile/fix.js';
import { forget } from './reconcile/forget.js';
import { history } from './reconcile/history.js';
import { importLinks } from './reconcile/import.js';
import { link } from './reconcile/link.js';
import { list } from './reconcile/list.js';
import { pause } from './reconcile/pause.js';
import { preview } from './reconcile/preview.js';
import { readiness } from './reconcile/readiness.js';
import { resume } from './reconcile/resume.js';
import { run } from './reconcile/run.js';
import { setup } from './reconcile/setup.js';
import { status } from './reconcile/status.js';
import type { ReconcileSubcommand } from './reconcile/subcommand.js';
import { suggest } from './reconcile/suggest.js';
import { undo } from './reconcile/undo.js';
import { unlink } from './reconcile/unlink.js';
import { why } from './reconcile/why.js';

/** In the order that Discord shows. */
const SUBCOMMANDS: readonly ReconcileSubcommand[] = [
	setup,
	run,
	status,
	fix,
	undo,
	why,
	history,
	readiness,
	pause,
	resume,
	link,
	unlink,
	importLinks,
	suggest,
	exempt,
	exemptions,
	list,
	exportRun,
	preview,
	doctor,
	acceptAccount,
	forget
];

/** `/reconcile …`, or under another name that the settings give, for operators. Each subcommand is a file in the folder `reconcile`. */
export class ReconcileCommand extends Subcommand {
	public constructor(context: Subcommand.LoaderContext, options: Subcommand.Options) {
		super(context, {
			...options,
			// Sapphire finds a command by the name that Discord sends; the piece has another one.
			aliases: [container.reeve.commandName],
			preconditions: [OPERATOR_ONLY],
			subcommands: SUBCOMMANDS.map(({ name, run }) => ({
				name,
				chatInputRun: (interaction: Subcommand.ChatInputCommandInteraction) =>
					this.container.reeve.services.lifecycle.trackReply(() => run(this.container.reeve.reworded(interaction)))
			}))
		});
	}

	public override registerApplicationCommands(registry: Subcommand.Registry) {
		const { client, reeve } = this.container;
		const { commandName } = reeve;
		const { guildId } = reeve.services.settings;
		// Discord refuses commands for a server that has not invited Reeve: registerIn registers them then.
		if (!client.guilds.cache.has(guildId)) return;
		// Not by Sapphire's process-wide defaults, which hold for all commands of the bot.
		const registration = { guildIds: [guildId], behaviorWhenNotIdentical: RegisterBehavior.Overwrite as const };
		registry.registerChatInputCommand((command) => describeCommand(command, commandName), registration);
	}

	/** Registers the command in a server that Reeve joined after its start. @throws Discord's error */
	public async registerIn(guild: Guild): Promise<void> {
		await guild.commands.create(describeCommand(new SlashCommandBuilder(), container.reeve.commandName));
	}

	public override async autocompleteRun(interaction: AutocompleteInteraction) {
		const subcommand = SUBCOMMANDS.find(({ name }) => name === interaction.options.getSubcommand(false));
		const { reeve } = this.container;
		const denied = !reeve.isOpen || operatorDenial(interaction, reeve.services.operators) !== null;
		// Sapphire runs no preconditions for autocomplete, and suggestions contain names.
		if (denied || subcommand?.suggest === undefined) return interaction.respond([]);
		return subcommand.suggest(interaction);
	}
}

function describeCommand(command: SlashCommandBuilder, name: string): SlashCommandBuilder {
	command
		.setName(name)
		.setDescription('Keep Discord roles in sync with Stripe subscriptions')
		.setDefaultMemberPermissions(PermissionFlagsBits.ManageGuild);
	for (const { name, describe } of SUBCOMMANDS) command.addSubcommand((subcommand) => describe(subcommand.setName(name)));
	return command;
}
