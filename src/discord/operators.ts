import { type GuildMember, type Interaction, PermissionFlagsBits } from 'discord.js';

/** Who may use Reeve. */
export interface OperatorPolicy {
	readonly guildId: string;
	/** Whoever holds one of these is an operator; where there are none, whoever may manage the server. */
	readonly roleIds: readonly string[];
}

/**
 * Whether this is an operator, asked at every use: Discord's own permission on a command can be overridden, and does not
 * cover buttons at all.
 * @returns null for an operator, or why not, in words for the person
 */
export function operatorDenial(interaction: Interaction, { guildId, roleIds }: OperatorPolicy): string | null {
	if (interaction.guildId !== guildId || interaction.memberPermissions === null) return 'Reeve works only in the server it looks after.';
	if (interaction.memberPermissions.has(PermissionFlagsBits.Administrator)) return null;
	const held = interaction.member?.roles;
	const ids = Array.isArray(held) ? held : [...((held as GuildMember['roles'] | undefined)?.cache.keys() ?? [])];
	if (roleIds.length > 0) {
		return roleIds.some((id) => ids.includes(id))
			? null
			: 'Only operators may use Reeve. Ask an admin of this server for the operator role.';
	}
	return interaction.memberPermissions.has(PermissionFlagsBits.ManageGuild)
		? null
		: 'Only operators may use Reeve: those who have the permission Manage Server. Ask an admin of this server.';
}
