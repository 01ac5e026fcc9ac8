import { ROLE_IDS } from '../core/identity.js';
import type { AuditLine } from './audit.js';
import type { Guild } from './guild.js';

/** The guild as the control API shows it. */
export interface GuildView {
	id: string;
	name: string;
	/** `roles` are role names. */
	members: { id: string; username: string; bot: boolean; operator: boolean; roles: string[]; joinedAt: string }[];
	/** Who left, was kicked or was banned, the latest last. */
	departed: { id: string; username: string; bot: boolean }[];
	/** Highest first. */
	roles: { id: string; name: string; position: number; managed: boolean; color: number; permissions: string }[];
	channels: { id: string; name: string }[];
	/** Oldest first. */
	auditLog: AuditLine[];
}

export function viewGuild(guild: Guild): GuildView {
	return {
		id: guild.id,
		name: guild.name,
		members: guild.everyone.map(({ id, username, bot, roles, joinedAt }) => ({
			id,
			username,
			bot,
			operator: roles.includes(ROLE_IDS.operator),
			roles: roles.flatMap((role) => guild.roles.get(role)?.name ?? []),
			joinedAt
		})),
		departed: [...guild.departed.values()].map(({ id, username, bot }) => ({ id, username, bot })),
		roles: [...guild.roles.values()]
			.sort((a, b) => b.position - a.position)
			.map(({ id, name, position, managed, color, permissions }) => ({ id, name, position, managed, color, permissions })),
		channels: [...guild.channels.values()].map(({ id, name }) => ({ id, name })),
		auditLog: guild.audit.lines()
	};
}
