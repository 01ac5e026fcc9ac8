import {
	type Client,
	type ClientEvents,
	DiscordAPIError,
	Events,
	GatewayDispatchEvents,
	type Guild,
	type GuildChannel,
	RESTJSONErrorCodes
} from 'discord.js';
import type { ServerWatch } from '../reconciliation/alerts/check.js';
import type { ServerProblem } from '../reconciliation/domain/alert.js';
import { type GuildProblem, type ManagedRoleStore, SourceError } from '../reconciliation/domain/ports.js';
import { findServerChange } from './audit-log.js';
import { channelRemarks } from './doctor.js';
import { readFailure } from './errors.js';
import { ManagedRolesError, resolveManagedRoles, type WantedRole } from './managed-roles.js';
import { notInvited } from './permissions.js';
import { roleProblems } from './role-problems.js';

export interface ServerWatchOptions {
	readonly client: Client;
	readonly guildId: string;
	/** Of the admin channel; null if none has been chosen. */
	readonly channelId: string | null;
	readonly wanted: readonly WantedRole[];
	readonly memory: ManagedRoleStore;
	/** Whether an invite asks for the permission to read the audit log. */
	readonly auditLog: boolean;
}

/** Watches what in the server can keep Reeve from working: roles, permissions, the admin channel. */
export function createServerWatch(options: ServerWatchOptions): ServerWatch {
	const { client, guildId, channelId } = options;
	return {
		watch: (onChange) => {
			const ofGuild = ({ guild }: { readonly guild: Guild }) => {
				if (guild.id === guildId) onChange();
			};
			const ofServer = ({ id }: { readonly id: string }) => {
				if (id === guildId) onChange();
			};
			const ofChannel = (channel: ClientEvents['channelDelete'][0]) => {
				if (!channel.isDMBased() && isAbout(channel, channelId, client)) onChange();
			};
			const ofMember = (_: unknown, member: ClientEvents['guildMemberUpdate'][1]) => {
				if (member.id === client.user?.id) ofGuild(member);
			};
			const stops = [
				on(client, Events.GuildRoleDelete, ofGuild),
				on(client, Events.GuildRoleUpdate, (_, role) => ofGuild(role)),
				on(client, Events.GuildMemberUpdate, ofMember),
				on(client, Events.ChannelDelete, ofChannel),
				on(client, Events.ChannelUpdate, (_, channel) => ofChannel(channel)),
				on(client, Events.ThreadDelete, ({ id }) => id === channelId && onChange()),
				on(client, Events.ThreadUpdate, (_, { id }) => id === channelId && onChange()),
				on(client, Events.GuildUpdate, (_, guild) => ofServer(guild)),
				on(client, Events.GuildCreate, ofServer),
				on(client, Events.GuildDelete, ofServer),
				on(client, Events.GuildAvailable, ofServer)
			];
			// A new session: Discord does not send what happened since the old one ended.
			client.ws.on(GatewayDispatchEvents.Ready, onChange);
			return () => {
				client.ws.off(GatewayDispatchEvents.Ready, onChange);
				for (const stop of stops) stop();
			};
		},
		problems: async () => {
			if (!client.isReady()) return null;
			const guild = client.guilds.cache.get(guildId);
			if (guild === undefined) {
				const message = notInvited(client.application.id, guildId, options);
				return [{ blocks: 'runs', message, part: { kind: 'membership' } }];
			}
			if (!guild.available) return null;
			return [...(await roleAlerts(guild, options)), ...(await channelAlerts(client, options))];
		},
		findChange: async (problem) => {
			const guild = client.guilds.cache.get(guildId);
			return guild === undefined ? null : findServerChange(guild, problem.part).catch(() => null);
		}
	};
}

async function roleAlerts(guild: Guild, { wanted, memory }: ServerWatchOptions): Promise<readonly ServerProblem[]> {
	try {
		const { idOf } = await resolveManagedRoles(guild, wanted, memory);
		return (await roleProblems(guild, idOf)).flatMap(toServerProblem);
	} catch (error) {
		if (!(error instanceof ManagedRolesError)) throw error;
		return [...error.problems, ...(await roleProblems(guild, error.idOf))].flatMap(toServerProblem);
	}
}

/** The problems that a change in the server causes and ends. */
function toServerProblem({ part, ...problem }: GuildProblem): readonly ServerProblem[] {
	return part === undefined ? [] : [{ ...problem, part }];
}

async function channelAlerts(client: Client<true>, { guildId, channelId }: ServerWatchOptions): Promise<readonly ServerProblem[]> {
	if (channelId === null) return [];
	const blocks = 'reports' as const;
	try {
		const channel = await client.channels.fetch(channelId);
		const errors = channelRemarks(client, guildId, channelId, channel).filter(({ verdict }) => verdict === 'error');
		return errors.map(({ message }) => ({ blocks, message, part: { kind: 'channel-access', channelId } }));
	} catch (error) {
		const code = error instanceof DiscordAPIError ? error.code : null;
		if (code === RESTJSONErrorCodes.UnknownChannel) {
			const message = `The admin channel (ID ${channelId}) was deleted, so Reeve cannot post reports. Choose another one with \`/reconcile setup\`, or set DISCORD_ADMIN_CHANNEL_ID to its ID.`;
			return [{ blocks, message, part: { kind: 'channel', channelId } }];
		}
		if (code === RESTJSONErrorCodes.MissingAccess) {
			const [remark] = channelRemarks(client, guildId, channelId, null);
			return [{ blocks, message: remark?.message ?? '', part: { kind: 'channel-access', channelId } }];
		}
		throw new SourceError('discord', readFailure(error), { cause: error });
	}
}

/** Whether this is the admin channel, or what holds it: a category, or the channel of a thread. */
function isAbout(channel: GuildChannel, adminChannelId: string | null, client: Client): boolean {
	if (adminChannelId === null) return false;
	if (channel.id === adminChannelId) return true;
	const admin = client.channels.cache.get(adminChannelId);
	return admin !== undefined && !admin.isDMBased() && admin.parentId === channel.id;
}

/** @returns stops listening */
function on<Name extends keyof ClientEvents>(client: Client, name: Name, listener: (...args: ClientEvents[Name]) => unknown): () => void {
	client.on(name, listener);
	return () => void client.off(name, listener);
}
