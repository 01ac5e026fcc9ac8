import type { Subcommand } from '@sapphire/plugin-subcommands';
import type { AutocompleteInteraction, SlashCommandSubcommandBuilder } from 'discord.js';

/** One subcommand of `/reconcile`: what it is called and takes, and what it does. */
export interface ReconcileSubcommand {
	/** As it is typed. */
	readonly name: string;
	/** Its description and options; the name is set already. */
	readonly describe: (subcommand: SlashCommandSubcommandBuilder) => SlashCommandSubcommandBuilder;
	/** Only asked of operators. Acknowledges the interaction before it changes anything. */
	readonly run: (interaction: Subcommand.ChatInputCommandInteraction) => Promise<unknown>;
	/** Suggests values for the option that has the focus. Only asked by operators; within 3 s. */
	readonly suggest?: (interaction: AutocompleteInteraction) => Promise<unknown>;
}
