import type { Client, Guild as DiscordGuild } from 'discord.js';
import { type Guild, type ManagedRoleStore, RoleChangeError, SourceError } from '../reconciliation/domain/ports.js';
import type { RoleName } from '../reconciliation/domain/rules.js';
import { isGone, readFailure, roleProblems, roleRefusal } from './errors.js';
import { type ManagedRoles, resolveManagedRoles, type WantedRole } from './managed-roles.js';
import { readRoster, toRosterMember } from './roster.js';

/** Discord counts the reason in URL-encoded characters. */
const MAX_REASON_LENGTH = 512;

/**
 * The Guild port over discord.js.
 * @param options.listingTimeoutMs - how long the next part of the list of members is waited for
 */
export function createGuild(options: {
	client: Client;
	guildId: string;
	wanted: readonly WantedRole[];
	memory: ManagedRoleStore;
	listingTimeoutMs?: number;
}): Guild {
	const { client, guildId, wanted, memory, listingTimeoutMs } = options;

	const present = (): DiscordGuild => {
		const guild = client.guilds.cache.get(guildId);
		if (guild === undefined)
			throw new SourceError('discord', 'Reeve is not in the server that DISCORD_GUILD_ID names: invite it, or correct the ID.');
		if (!guild.available)
			throw new SourceError(
				'discord',
				'Discord has an outage that concerns this server. Run it again later; discordstatus.com tells of outages.'
			);
		return guild;
	};
	const managedRoles = (guild: DiscordGuild): Promise<ManagedRoles> => resolveManagedRoles(guild, wanted, memory);
	const change = async (role: RoleName, act: (guild: DiscordGuild, roleId: string) => Promise<unknown>): Promise<void> => {
		const guild = present();
		const { idOf } = await managedRoles(guild);
		const id = idOf.get(role);
		if (id === undefined) throw new RoleChangeError(`${role} is not a role that Reeve manages any more.`);
		try {
			await act(guild, id);
		} catch (error) {
			throw new RoleChangeError(roleRefusal(error, guild, { name: role, id }), { cause: error });
		}
	};
	/** What goes wrong before a role is touched, an outage or a deleted role, is a refusal too. */
	const refuse = (error: unknown): never => {
		if (error instanceof SourceError) throw new RoleChangeError(error.message, { cause: error });
		throw error;
	};

	return {
		readRoster: async (onProgress) => {
			const guild = present();
			const roles = await managedRoles(guild);
			try {
				const roster = await readRoster(guild, roles, onProgress, listingTimeoutMs);
				// A role that was deleted meanwhile is held by nobody: they would all look as if they had lost it.
				await managedRoles(guild);
				return roster;
			} finally {
				// An outage that began meanwhile leaves a list that looks whole and is not, or is why none came.
				present();
			}
		},
		readMember: async (discordId) => {
			const guild = present();
			const roles = await managedRoles(guild);
			try {
				return toRosterMember(await guild.members.fetch({ user: discordId, force: true }), roles);
			} catch (error) {
				if (isGone(error)) return null;
				throw new SourceError('discord', readFailure(error), { cause: error });
			}
		},
		problems: async () => {
			try {
				const guild = present();
				const { idOf } = await managedRoles(guild);
				return roleProblems(guild, idOf);
			} catch (error) {
				if (error instanceof SourceError && error.source === 'discord')
					return error.message.split('\n').map((message) => ({ blocks: 'runs', message }));
				throw error;
			}
		},
		addRole: (discordId, role, reason) =>
			change(role, (guild, id) => guild.members.addRole({ user: discordId, role: id, reason: truncateReason(reason) })).catch(refuse),
		removeRole: (discordId, role, reason) =>
			change(role, (guild, id) => guild.members.removeRole({ user: discordId, role: id, reason: truncateReason(reason) })).catch(refuse)
	};
}

/** Cuts a reason to what Discord takes, by whole characters. */
function truncateReason(reason: string): string {
	const characters = [...reason.toWellFormed()];
	while (encodeURIComponent(characters.join('')).length > MAX_REASON_LENGTH) characters.pop();
	return characters.join('');
}
