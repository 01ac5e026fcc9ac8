import { AuditLogEvent, type Client, Events, GatewayDispatchEvents, type Guild, type GuildAuditLogsEntry } from 'discord.js';
import type { RoleChange } from '../reconciliation/domain/origin.js';
import { type ManagedRoleStore, SourceError } from '../reconciliation/domain/ports.js';
import type { RoleAuditLog, RoleEntry } from '../reconciliation/origins/history.js';
import { canReadAuditLog } from './audit-log.js';
import { readFailure } from './errors.js';
import { ManagedRolesError, resolveManagedRoles, type WantedRole } from './managed-roles.js';

/** Discord's maximum. */
const PAGE = 100;

/** The entries of the server's audit log that change members' roles. Needs the intent GuildModeration and View Audit Log. */
export function createRoleAuditLog(options: {
	readonly client: Client;
	readonly guildId: string;
	readonly wanted: readonly WantedRole[];
	readonly memory: ManagedRoleStore;
}): RoleAuditLog {
	const { client, guildId, wanted, memory } = options;
	const guildOf = (): Guild => {
		const guild = client.guilds.cache.get(guildId);
		if (guild === undefined) throw new SourceError('discord', 'Reeve is not in its server.');
		return guild;
	};
	const canRead = () => {
		const guild = client.guilds.cache.get(guildId);
		return guild?.available === true && canReadAuditLog(guild);
	};
	return {
		canRead,
		ownId: () => client.user?.id ?? '',
		managedRoleIds: async () => {
			try {
				return [...(await resolveManagedRoles(guildOf(), wanted, memory)).idOf.values()];
			} catch (error) {
				if (error instanceof ManagedRolesError) return [...error.idOf.values()];
				throw error;
			}
		},
		readPage: async (before) => {
			try {
				const options = { type: AuditLogEvent.MemberRoleUpdate, limit: PAGE, ...(before !== null && { before }) } as const;
				const { entries } = await guildOf().fetchAuditLogs(options);
				return [...entries.values()].map((entry) => toRoleEntry(entry as GuildAuditLogsEntry, entry.executor?.bot ?? null));
			} catch (error) {
				throw error instanceof SourceError ? error : new SourceError('discord', readFailure(error), { cause: error });
			}
		},
		watch: ({ onChange, onGap }) => {
			let could = canRead();
			/** One after the other, since some executors have to be looked up. */
			let passing: Promise<void> = Promise.resolve();
			const onEntry = (entry: GuildAuditLogsEntry, { id }: Guild) => {
				if (id !== guildId || entry.action !== AuditLogEvent.MemberRoleUpdate) return;
				passing = passing.then(async () => onChange(toRoleEntry(entry, await isBot(client, entry.executorId))));
			};
			// Without the permission Discord sends no entries.
			const onPermissions = () => {
				const can = canRead();
				if (can && !could) onGap();
				could = can;
			};
			const onNewSession = () => onGap();
			client.on(Events.GuildAuditLogEntryCreate, onEntry);
			client.on(Events.GuildRoleUpdate, onPermissions);
			client.on(Events.GuildMemberUpdate, onPermissions);
			client.on(Events.GuildAvailable, onNewSession);
			client.ws.on(GatewayDispatchEvents.Ready, onNewSession);
			return () => {
				client.off(Events.GuildAuditLogEntryCreate, onEntry);
				client.off(Events.GuildRoleUpdate, onPermissions);
				client.off(Events.GuildMemberUpdate, onPermissions);
				client.off(Events.GuildAvailable, onNewSession);
				client.ws.off(GatewayDispatchEvents.Ready, onNewSession);
			};
		}
	};
}

/** From the cache, else by one request; null if it is not known. */
async function isBot(client: Client, userId: string | null): Promise<boolean | null> {
	if (userId === null) return null;
	const user = await client.users.fetch(userId).catch(() => null);
	return user?.bot ?? null;
}

function toRoleEntry({ id, createdAt: at, executorId, targetId, changes }: GuildAuditLogsEntry, byBot: boolean | null): RoleEntry {
	if (executorId === null || targetId === null) return { entryId: id, at, changes: [] };
	const by = executorId;
	return {
		entryId: id,
		at,
		changes: changes.flatMap(({ key, new: roles }): RoleChange[] => {
			if ((key !== '$add' && key !== '$remove') || !Array.isArray(roles)) return [];
			return roles.map((role: { readonly id: string }) => ({
				entryId: id,
				discordId: targetId,
				roleId: role.id,
				granted: key === '$add',
				by,
				byBot,
				at
			}));
		})
	};
}
