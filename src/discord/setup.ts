import { ChannelType, type Client, type Guild, PermissionFlagsBits } from 'discord.js';
import { parseDiscordId } from '../reconciliation/domain/discord-id.js';
import type { ManagedRoleStore } from '../reconciliation/domain/ports.js';
import type { RoleName } from '../reconciliation/domain/rules.js';
import { adminChannel } from './doctor.js';
import { CHANNEL_PERMISSIONS } from './permissions.js';
import { roleProblem } from './role-problems.js';

/** What the setup checks in Discord, as an operator answers. */

/** The guild role that a setting names, by its ID or its name; null if there is none, or several have that name. */
export async function findRole(guild: Guild, wanted: string, memory: Pick<ManagedRoleStore, 'loadManagedRoles'>): Promise<string | null> {
	const id = parseDiscordId(wanted, 'role') ?? (await memory.loadManagedRoles()).get(wanted);
	if (id !== undefined) return guild.roles.cache.has(id) ? id : null;
	const named = guild.roles.cache.filter(({ name }) => name === wanted);
	return named.size === 1 ? (named.first()?.id ?? null) : null;
}

/** Why Reeve cannot give this role, and what to do; null if it can. */
export function roleChoiceProblem(guild: Guild, roleId: string, managedRole: RoleName): string | null {
	const role = guild.roles.cache.get(roleId);
	return role === undefined ? 'This role no longer exists. Choose another one.' : roleProblem(role, managedRole);
}

/** Why Reeve cannot post its reports in this channel, and what to do; null if it can. */
export async function channelChoiceProblem(client: Client<true>, guildId: string, channelId: string): Promise<string | null> {
	const [remark] = await adminChannel(client, guildId, channelId);
	return remark === undefined || remark.verdict !== 'error' ? null : remark.message;
}

/**
 * A channel for a message to the operators while no admin channel is chosen: one in which Reeve may post and that not everyone sees. That of
 * Discord's own messages to moderators first. Null if there is none.
 */
export function operatorChannel(guild: Guild): string | null {
	const { me } = guild.members;
	const needed = Object.values(CHANNEL_PERMISSIONS);
	const texts = [...guild.channels.cache.values()].filter(({ type }) => type === ChannelType.GuildText);
	const candidates = [guild.publicUpdatesChannel, ...texts].filter((channel) => channel !== null);
	const usable = candidates.find(
		(channel) =>
			me?.permissionsIn(channel).has(needed) && !channel.permissionsFor(guild.roles.everyone)?.has(PermissionFlagsBits.ViewChannel)
	);
	return usable?.id ?? null;
}
