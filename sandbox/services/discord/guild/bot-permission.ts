import { type APITextChannel, OverwriteType, PermissionFlagsBits } from 'discord-api-types/v10';
import { IDS, ROLE_IDS } from '../core/identity.js';
import type { Guild } from './guild.js';

/**
 * Grants or revokes a permission of the bot, in its role and in channel overwrites.
 * @param change.channel - restricts the change to this channel
 * @param change.by - the ID of who does it; default: the operator
 */
export function setBotPermission(
	guild: Guild,
	permission: bigint,
	on: boolean,
	{ channel, by }: { channel?: APITextChannel | undefined; by?: string | undefined } = {}
): void {
	const role = guild.roles.get(ROLE_IDS.bot);
	if (role && !channel) {
		const bits = BigInt(role.permissions);
		guild.changeRole(role, { permissions: (on ? bits | permission : bits & ~permission).toString() }, by);
	}
	for (const each of channel ? [channel] : guild.channels.values()) overwrite(guild, each, permission, on, channel !== undefined, by);
}

/** The admin channel denies @everyone, so seeing it takes an explicit allow. */
function overwrite(guild: Guild, channel: APITextChannel, permission: bigint, on: boolean, here: boolean, by?: string): void {
	const overwrites = channel.permission_overwrites ?? [];
	const before = overwrites.find(({ id }) => id === ROLE_IDS.bot) ?? { id: ROLE_IDS.bot, type: OverwriteType.Role, allow: '0', deny: '0' };
	const needsAllow = here || (channel.id === IDS.adminChannel && permission === PermissionFlagsBits.ViewChannel);
	const [allow, deny] = [BigInt(before.allow) & ~permission, BigInt(before.deny) & ~permission];
	const after = {
		...before,
		allow: (on && needsAllow ? allow | permission : allow).toString(),
		deny: (on ? deny : deny | permission).toString()
	};
	if (after.allow === before.allow && after.deny === before.deny) return;
	channel.permission_overwrites = [...overwrites.filter(({ id }) => id !== ROLE_IDS.bot), after];
	const role = guild.roles.get(ROLE_IDS.bot);
	if (role) guild.announceOverwrites(channel, role, !overwrites.some(({ id }) => id === ROLE_IDS.bot), by);
}
