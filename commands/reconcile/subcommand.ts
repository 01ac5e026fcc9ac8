import type { Subcommand } from '@sapphire/plugin-subcommands';
import type { AutocompleteInteraction, SlashCommandSubcommandBuilder } from 'discord.js';

/** One subcommand of `/reconcile`. */
export interface ReconcileSubcommand {
	readonly name: string;
	/** Adds the description and options; the name is set already. */
	readonly describe: (subcommand: SlashCommandSubcommandBuilder) => SlashCommandSubcommandBuilder;
	/** Called for operators only. Must acknowledge the interaction before it changes anything. */
	readonly run: (interaction: Subcommand.ChatInputCommandInteraction) => Promise<unknown>;
	/** Autocompletes the focused option. Called for operators only; must respond within 3 s. */
	readonly suggest?: (interaction: AutocompleteInteraction) => Promise<unknown>;
}
