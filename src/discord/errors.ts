import { DiscordAPIError, type Guild, HTTPError, PermissionFlagsBits, RateLimitError, RESTJSONErrorCodes } from 'discord.js';
import type { GuildProblem } from '../reconciliation/domain/ports.js';
import { TokenRefusedError } from './retry.js';
import { TooManyRequestsError } from './untimed-rate-limit.js';

/** Discord's errors as operator-readable messages. They compare Discord's codes, never HTTP statuses: one status has many causes. */

/** Whether Discord answered that this user is not a member of the guild. */
export function isGone(error: unknown): boolean {
	return (
		error instanceof DiscordAPIError && (error.code === RESTJSONErrorCodes.UnknownMember || error.code === RESTJSONErrorCodes.UnknownUser)
	);
}

const NO_MANAGE_ROLES = "Reeve lacks the permission Manage Roles: in Server Settings → Roles, allow it for Reeve's role.";

const roleTooLow = (role: string) => `Reeve's role is below ${role}: in Server Settings → Roles, drag Reeve's role above it.`;

const notAssignable = (role: string) =>
	`The role for ${role} belongs to an integration or is @everyone, so it cannot be assigned. Create a separate role and put its ID into the settings.`;

/** Reasons why Discord would refuse a role change, each with its fix. @param idOf - managed role → ID of the guild's role */
export function roleProblems(guild: Guild, idOf: ReadonlyMap<string, string>): GuildProblem[] {
	const { me } = guild.members;
	const problems: GuildProblem[] = [];
	for (const [name, id] of idOf) {
		const role = guild.roles.cache.get(id);
		if (role === undefined || me === null) continue;
		if (role.managed || id === guild.id) problems.push({ blocks: 'runs', message: notAssignable(name) });
		else if (me.roles.highest.comparePositionTo(role) <= 0) problems.push({ blocks: 'runs', message: roleTooLow(name) });
	}
	if (!me?.permissions.has(PermissionFlagsBits.ManageRoles)) problems.push({ blocks: 'fixes', message: NO_MANAGE_ROLES });
	return problems;
}

/** Operator-readable reason why a role could not be added or removed, with its fix. */
export function roleRefusal(error: unknown, guild: Guild, role: { readonly name: string; readonly id: string }): string {
	if (isGone(error)) return 'This member has left the server.';
	if (error instanceof DiscordAPIError) {
		switch (error.code) {
			case RESTJSONErrorCodes.UnknownRole:
				return `The role ${role.name} was deleted. Create it again, or name another role in the settings.`;
			case RESTJSONErrorCodes.MissingPermissions:
				// Discord uses one code for both causes.
				return guild.members.me?.permissions.has(PermissionFlagsBits.ManageRoles) ? roleTooLow(role.name) : NO_MANAGE_ROLES;
			case RESTJSONErrorCodes.MissingAccess:
				return 'Reeve no longer has access to this server: invite it again.';
		}
	}
	return readFailure(error);
}

/** Operator-readable reason why a request to Discord failed. */
export function readFailure(error: unknown): string {
	if (error instanceof DiscordAPIError) {
		if (error.code === RESTJSONErrorCodes.UnknownGuild || error.code === RESTJSONErrorCodes.MissingAccess) {
			return 'Reeve is not in the server that DISCORD_GUILD_ID names: invite it, or correct the ID.';
		}
		return `Discord answered: ${error.message} (code ${error.code}).`;
	}
	if (error instanceof HTTPError)
		return `Discord answered with HTTP ${error.status}. Try again in a few minutes; discordstatus.com reports outages.`;
	if (error instanceof TokenRefusedError) {
		return 'Discord refused DISCORD_TOKEN. Try again; if it is refused again, reset it (Discord Developer Portal → your application → Bot → Reset Token), update DISCORD_TOKEN and restart Reeve.';
	}
	if (error instanceof TooManyRequestsError || error instanceof RateLimitError) {
		return 'Discord keeps rate-limiting Reeve. Something else may be using the same bot token: try again in a few minutes.';
	}
	if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')) {
		return 'Discord did not answer in time. Try again in a few minutes; discordstatus.com reports outages.';
	}
	return `Discord could not be reached (${error instanceof Error ? error.message : String(error)}). Try again in a few minutes.`;
}
