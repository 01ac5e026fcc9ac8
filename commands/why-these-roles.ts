import { Command, container, RegisterBehavior } from '@sapphire/framework';
import { ApplicationCommandType, ContextMenuCommandBuilder, type Guild, MessageFlags, PermissionFlagsBits } from 'discord.js';
import { showExplanation } from '../src/interactions/show-explanation.js';
import { OPERATOR_ONLY } from '../src/piece-names.js';

/** "Why these roles?" in a user's context menu, or under another name that the settings give: `/reconcile why` for that user. */
export class WhyTheseRolesCommand extends Command {
	public constructor(context: Command.LoaderContext, options: Command.Options) {
		super(context, {
			...options,
			// Sapphire finds a command by the name that Discord sends; the piece has another one.
			aliases: [container.reeve.contextMenuName],
			preconditions: [OPERATOR_ONLY]
		});
	}

	public override registerApplicationCommands(registry: Command.Registry) {
		const { client, reeve } = this.container;
		const { guildId } = reeve.services.settings;
		// Discord refuses commands for a server that has not invited Reeve: registerIn registers them then.
		if (!client.guilds.cache.has(guildId)) return;
		// Not by Sapphire's process-wide defaults, which hold for all commands of the bot.
		const registration = { guildIds: [guildId], behaviorWhenNotIdentical: RegisterBehavior.Overwrite as const };
		registry.registerContextMenuCommand(describeCommand(reeve.contextMenuName), registration);
	}

	/** Registers the command in a server that Reeve joined after its start. @throws Discord's error */
	public async registerIn(guild: Guild): Promise<void> {
		await guild.commands.create(describeCommand(container.reeve.contextMenuName));
	}

	public override contextMenuRun(interaction: Command.ContextMenuCommandInteraction) {
		const { reeve } = this.container;
		return reeve.services.lifecycle.trackReply(async () => {
			if (!interaction.isUserContextMenuCommand()) return;
			const reply = reeve.reworded(interaction);
			await reply.deferReply({ flags: MessageFlags.Ephemeral });
			const { id, username } = interaction.targetUser;
			return showExplanation(reply, id, { name: username });
		});
	}
}

function describeCommand(name: string): ContextMenuCommandBuilder {
	return new ContextMenuCommandBuilder()
		.setName(name)
		.setType(ApplicationCommandType.User)
		.setDefaultMemberPermissions(PermissionFlagsBits.ManageGuild);
}
