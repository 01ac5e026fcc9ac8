import type { Client, Guild as DiscordGuild } from 'discord.js';
import { type ChangeGuard, type Guild, type ManagedRoleStore, RoleChangeError, SourceError } from '../reconciliation/domain/ports.js';
import type { RoleName } from '../reconciliation/domain/rules.js';
import { discordClockProblem } from './clock.js';
import { isGone, readFailure } from './errors.js';
import { type ManagedRoles, resolveManagedRoles, type WantedRole } from './managed-roles.js';
import { notInvited } from './permissions.js';
import { type RoleCall, RoleCallError, type RoleCallOptions, RoleCalls } from './role-calls.js';
import type { RoleIndex } from './role-index.js';
import { roleProblems, roleRefusal } from './role-problems.js';
import { readRoster, toRosterMember } from './roster.js';
import { TooManyRequestsError } from './untimed-rate-limit.js';

/** Discord's limit, counted in URL-encoded characters. */
const MAX_REASON_LENGTH = 512;

/**
 * The Guild port over discord.js.
 * @param options.listingTimeoutMs - maximum wait for the next chunk of the member list
 * @param options.roleIndex - is kept up to date with what is read, and with Reeve's own role calls
 */
export function createGuild(options: {
	client: Client;
	guildId: string;
	wanted: readonly WantedRole[];
	memory: ManagedRoleStore;
	roleCalls: RoleCallOptions;
	listingTimeoutMs?: number | undefined;
	roleIndex?: RoleIndex | undefined;
	/** Whether an invite asks for the permission to read the audit log. */
	auditLog?: boolean;
}): Guild {
	const { client, guildId, wanted, memory, listingTimeoutMs, roleIndex, auditLog = false } = options;
	const roleCalls = new RoleCalls(client, guildId, options.roleCalls);

	const availableGuild = (): DiscordGuild => {
		const guild = client.guilds.cache.get(guildId);
		if (guild === undefined) throw new SourceError('discord', notInvited(client.application?.id, guildId, { auditLog }));
		if (!guild.available)
			throw new SourceError(
				'discord',
				'Discord has an outage that affects this server. Run it again later; discordstatus.com reports outages.'
			);
		return guild;
	};
	const managedRoles = async (guild: DiscordGuild): Promise<ManagedRoles> => {
		const roles = await resolveManagedRoles(guild, wanted, memory);
		roleIndex?.setManagedRoles([...roles.nameOf.keys()]);
		return roles;
	};
	/** An outage or a deleted role, found before the call, is reported like a refusal. */
	const managedRole = async (role: RoleName) => {
		try {
			const guild = availableGuild();
			const { idOf } = await managedRoles(guild);
			const id = idOf.get(role);
			if (id === undefined) throw new RoleChangeError(`Reeve no longer manages the role ${role}.`);
			return { guild, id };
		} catch (error) {
			if (error instanceof SourceError) throw new RoleChangeError(error.message, { cause: error });
			throw error;
		}
	};
	const changeRole = async (method: RoleCall['method'], userId: string, role: RoleName, reason: string, guard: ChangeGuard) => {
		const { guild, id } = await managedRole(role);
		try {
			return await roleCalls.change({ method, userId, roleId: id, reason: truncateReason(reason) }, (send) =>
				guard(() => (roleIndex === undefined ? send() : roleIndex.duringOwnCall({ userId, roleId: id, grants: method === 'PUT' }, send)))
			);
		} catch (error) {
			if (!(error instanceof RoleCallError || error instanceof TooManyRequestsError)) throw error;
			const cause = error instanceof RoleCallError ? error.cause : error;
			throw new RoleChangeError(roleRefusal(cause, guild, { name: role, id }), { cause });
		}
	};

	return {
		readRoster: async (onProgress) => {
			const guild = availableGuild();
			const roles = await managedRoles(guild);
			try {
				const roster = await readRoster(guild, roles, onProgress, { timeoutMs: listingTimeoutMs, index: roleIndex });
				// If a role was deleted during the listing, its holders would look as if they had lost it.
				await managedRoles(guild);
				return roster;
			} finally {
				// An outage during the listing can produce a short list that looks complete, or be the reason why none arrived.
				availableGuild();
			}
		},
		readMember: async (discordId) => {
			const guild = availableGuild();
			const roles = await managedRoles(guild);
			try {
				return toRosterMember(await guild.members.fetch({ user: discordId, force: true }), roles);
			} catch (error) {
				if (isGone(error)) return null;
				throw new SourceError('discord', readFailure(error), { cause: error });
			}
		},
		managedRoleIds: async () => Object.fromEntries((await managedRoles(availableGuild())).idOf),
		problems: async () => {
			try {
				const guild = availableGuild();
				const { idOf } = await managedRoles(guild);
				const [problems, clock] = await Promise.all([roleProblems(guild, idOf), discordClockProblem(client)]);
				return clock === null ? problems : [{ blocks: 'runs', message: clock }, ...problems];
			} catch (error) {
				if (error instanceof SourceError && error.source === 'discord')
					return error.message.split('\n').map((message) => ({ blocks: 'runs', message }));
				throw error;
			}
		},
		addRole: (discordId, role, reason, guard) => changeRole('PUT', discordId, role, reason, guard),
		removeRole: (discordId, role, reason, guard) => changeRole('DELETE', discordId, role, reason, guard)
	};
}

/** Truncates to Discord's limit without splitting a code point. */
function truncateReason(reason: string): string {
	const characters = [...reason.toWellFormed()];
	while (encodeURIComponent(characters.join('')).length > MAX_REASON_LENGTH) characters.pop();
	return characters.join('');
}
