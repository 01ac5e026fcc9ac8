import { type Guild, PermissionFlagsBits, type Role } from 'discord.js';
import type { CheckRemark } from '../reconciliation/health/doctor.js';

/** Roles that make everyone who holds them an operator of Reeve, although they are bought, or held by all. */

/**
 * @param managedRoleIds - IDs of the roles that Reeve gives to those who pay
 * @param operatorRoleIds - of the settings; if empty, members with Manage Server are operators
 */
export function payerPermissionRemarks(
	guild: Guild,
	managedRoleIds: readonly string[],
	operatorRoleIds: readonly string[]
): readonly CheckRemark[] {
	const remarks = [guild.id, ...managedRoleIds].map((id): CheckRemark | null => {
		const role = guild.roles.cache.get(id);
		const reason = role === undefined ? null : operatorBy(role, operatorRoleIds);
		if (role === undefined || reason === null) return null;
		const isEveryone = id === guild.id;
		const holders = isEveryone ? 'every member of the server' : 'everyone who gets it by paying';
		return {
			verdict: 'error',
			message: `The role ${isEveryone ? '@everyone' : role.name} ${reason.has}, so ${holders} is an operator of Reeve and may change roles. ${reason.advice}`
		};
	});
	return remarks.filter((remark) => remark !== null);
}

/** Null if the role makes no one an operator. */
function operatorBy(role: Role, operatorRoleIds: readonly string[]): { readonly has: string; readonly advice: string } | null {
	const switchOff = (permission: string) => `Server Settings → Roles → ${role.name} → Permissions: switch ${permission} off`;
	if (role.permissions.has(PermissionFlagsBits.Administrator))
		return { has: 'has the permission Administrator', advice: `${switchOff('Administrator')}.` };
	if (operatorRoleIds.includes(role.id))
		return { has: 'is listed in DISCORD_OPERATOR_ROLE_IDS', advice: 'List a role there that only operators have.' };
	if (operatorRoleIds.length === 0 && role.permissions.has(PermissionFlagsBits.ManageGuild))
		return {
			has: 'has the permission Manage Server',
			advice: `${switchOff('Manage Server')}, or set DISCORD_OPERATOR_ROLE_IDS to a role that only operators have.`
		};
	return null;
}
