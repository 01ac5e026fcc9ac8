import { type BaseInteraction, type GuildMember, PermissionFlagsBits } from 'discord.js';

/** Who may use Reeve. */
export interface OperatorPolicy {
	readonly guildId: string;
	/** Holders of any of these roles are operators; if empty, members with Manage Server are. */
	readonly roleIds: readonly string[];
}

/**
 * Checks the sender on every interaction: Discord's command permissions can be overridden by server admins and do not apply to
 * buttons.
 * @returns null for an operator, otherwise the refusal to reply with
 */
export function operatorDenial(
	interaction: Pick<BaseInteraction, 'guildId' | 'memberPermissions' | 'member'>,
	{ guildId, roleIds }: OperatorPolicy
): string | null {
	if (interaction.guildId !== guildId || interaction.memberPermissions === null) return 'Reeve only works in the server it is set up for.';
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
		: 'Only operators may use Reeve: members with the permission Manage Server. Ask an admin of this server.';
}
