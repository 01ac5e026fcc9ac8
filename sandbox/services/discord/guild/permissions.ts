import { type APIRole, type APITextChannel, PermissionFlagsBits } from 'discord-api-types/v10';
import { ControlError } from '../../core/control-error.js';
import type { Guild } from './guild.js';
import { compareIds, type Member } from './members.js';

/** Discord's permission computation over roles and channel overwrites. */

const ALL = Object.values(PermissionFlagsBits).reduce((sum, bit) => sum | bit, 0n);

function rolesOf(guild: Guild, member: Member): APIRole[] {
	return member.roles.flatMap((id) => guild.roles.get(id) ?? []);
}

export function guildPermissions(guild: Guild, member: Member): bigint {
	if (member.id === guild.ownerId) return ALL;
	const everyone = BigInt(guild.roles.get(guild.id)?.permissions ?? '0');
	const sum = rolesOf(guild, member).reduce((bits, role) => bits | BigInt(role.permissions), everyone);
	return sum & PermissionFlagsBits.Administrator ? ALL : sum;
}

/** Applies overwrites in Discord's order: @everyone, then the member's roles together, then the member. */
export function channelPermissions(guild: Guild, member: Member, channel: APITextChannel): bigint {
	const base = guildPermissions(guild, member);
	if (base & PermissionFlagsBits.Administrator) return ALL;
	const overwrites = channel.permission_overwrites ?? [];
	const layers = [
		overwrites.filter((overwrite) => overwrite.id === guild.id),
		overwrites.filter((overwrite) => member.roles.includes(overwrite.id)),
		overwrites.filter((overwrite) => overwrite.id === member.id)
	];
	return layers.reduce((bits, layer) => {
		const deny = layer.reduce((sum, overwrite) => sum | BigInt(overwrite.deny), 0n);
		const allow = layer.reduce((sum, overwrite) => sum | BigInt(overwrite.allow), 0n);
		return (bits & ~deny) | allow;
	}, base);
}

/** Whether a member's highest role is above the role. At equal positions the older role wins. */
export function outranks(guild: Guild, member: Member, role: APIRole): boolean {
	if (member.id === guild.ownerId) return true;
	return rolesOf(guild, member).some(
		(own) => own.position > role.position || (own.position === role.position && compareIds(own.id, role.id) < 0)
	);
}

/** @param name - discord.js's spelling (`ManageRoles`) or Discord's (`MANAGE_ROLES`) */
export function permissionNamed(name: string): bigint {
	const plain = (text: string) => text.replaceAll('_', '').toLowerCase();
	const found = Object.entries(PermissionFlagsBits).find(([key]) => plain(key) === plain(name));
	if (!found) throw new ControlError(400, `there is no permission ${name}`);
	return found[1];
}
