import { AuditLogEvent, type Guild, type GuildAuditLogsEntry, PermissionFlagsBits } from 'discord.js';
import type { ServerChange, ServerPart } from '../reconciliation/domain/alert.js';

/** Reads Discord's audit log, which names who changed something in the server, and keeps that for 45 days. */

/** Whether Reeve may read it. */
export function canReadAuditLog(guild: Guild): boolean {
	return guild.members.me?.permissions.has(PermissionFlagsBits.ViewAuditLog) === true;
}

/** Entries looked through for one cause: Discord's maximum of a page. */
const PAGE = 100;

type Entry = GuildAuditLogsEntry;

/**
 * The newest entry that explains the state of a part of the server. Null if there is none, as for a role that was moved, which Discord
 * does not log; or if Reeve may not read the audit log. @throws Discord's error
 */
export async function findServerChange(guild: Guild, part: ServerPart): Promise<ServerChange | null> {
	if (!canReadAuditLog(guild)) return null;
	const found = await Promise.all(
		causesOf(guild, part).map(async ({ type, explains }) => {
			const { entries } = await guild.fetchAuditLogs({ type, limit: PAGE });
			return entries.find((entry) => explains(entry as Entry));
		})
	);
	const newest = found.flatMap((entry) => entry ?? []).sort((a, b) => b.createdTimestamp - a.createdTimestamp)[0];
	const by = newest?.executorId ?? null;
	return newest === undefined || by === null ? null : { by, at: newest.createdAt };
}

interface Cause {
	readonly type: AuditLogEvent;
	explains(entry: Entry): boolean;
}

function causesOf(guild: Guild, part: ServerPart): readonly Cause[] {
	const ownId = guild.client.user.id;
	const roleTaken: Cause = {
		type: AuditLogEvent.MemberRoleUpdate,
		explains: ({ targetId, changes }) => targetId === ownId && changes.some(({ key }) => key === '$remove')
	};
	switch (part.kind) {
		case 'role':
			return [{ type: AuditLogEvent.RoleDelete, explains: ({ targetId }) => targetId === part.roleId }];
		case 'role-order':
			return [roleTaken];
		case 'permissions':
			return [{ type: AuditLogEvent.RoleUpdate, explains: (entry) => tookManageRoles(guild, entry) }, roleTaken];
		case 'two-factor':
			return [{ type: AuditLogEvent.GuildUpdate, explains: ({ changes }) => changes.some(({ key }) => key === 'mfa_level') }];
		case 'channel':
			return [{ type: AuditLogEvent.ChannelDelete, explains: ({ targetId }) => targetId === part.channelId }];
		case 'channel-access':
			return [AuditLogEvent.ChannelOverwriteCreate, AuditLogEvent.ChannelOverwriteUpdate, AuditLogEvent.ChannelOverwriteDelete].map(
				(type) => ({ type, explains: ({ targetId }) => targetId === part.channelId })
			);
		case 'membership':
			return [];
	}
}

/** Whether the entry is of one of Reeve's roles, or of @everyone, and took the permission. */
function tookManageRoles(guild: Guild, { targetId, changes }: Entry): boolean {
	const isOwn = targetId === guild.id || (targetId !== null && guild.members.me?.roles.cache.has(targetId));
	const had = (value: unknown) => typeof value === 'string' && (BigInt(value) & PermissionFlagsBits.ManageRoles) !== 0n;
	return isOwn === true && changes.some((change) => change.key === 'permissions' && had(change.old) && !had(change.new));
}
