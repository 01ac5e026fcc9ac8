import { DiscordAPIError, type Guild, HTTPError, PermissionFlagsBits, RateLimitError, RESTJSONErrorCodes } from 'discord.js';
import type { GuildProblem } from '../reconciliation/domain/ports.js';
import { TokenRefusedError, TooManyRequestsError } from './retry.js';

/** Discord's refusals in the operator's message. Codes are compared, never HTTP statuses: one status has many causes. */

/** Whether Discord says that this person is not in the guild. */
export function isGone(error: unknown): boolean {
	return (
		error instanceof DiscordAPIError && (error.code === RESTJSONErrorCodes.UnknownMember || error.code === RESTJSONErrorCodes.UnknownUser)
	);
}

const NO_MANAGE_ROLES = 'Reeve lacks the permission Manage Roles: in Server Settings → Roles, switch it on for the role of Reeve.';

const below = (role: string) => `Reeve's role is below ${role}: in Server Settings → Roles, drag Reeve's role above it.`;

const foreign = (role: string) =>
	`The role for ${role} belongs to an integration or is @everyone: nobody can give it. Create a role of its own, and put its ID into the settings.`;

/** What would make Discord refuse a role change, each with what to do about it. */
export function roleProblems(guild: Guild, idOf: ReadonlyMap<string, string>): GuildProblem[] {
	const { me } = guild.members;
	const problems: GuildProblem[] = [];
	for (const [name, id] of idOf) {
		const role = guild.roles.cache.get(id);
		if (role === undefined || me === null) continue;
		if (role.managed || id === guild.id) problems.push({ blocks: 'runs', message: foreign(name) });
		else if (me.roles.highest.comparePositionTo(role) <= 0) problems.push({ blocks: 'runs', message: below(name) });
	}
	if (!me?.permissions.has(PermissionFlagsBits.ManageRoles)) problems.push({ blocks: 'fixes', message: NO_MANAGE_ROLES });
	return problems;
}

/** Why a role could not be given or taken, and what to do about it. */
export function roleRefusal(error: unknown, guild: Guild, role: { readonly name: string; readonly id: string }): string {
	if (isGone(error)) return 'This member has left the server.';
	if (error instanceof DiscordAPIError) {
		switch (error.code) {
			case RESTJSONErrorCodes.UnknownRole:
				return `The role ${role.name} was deleted. Create it again, or name another one in the settings.`;
			case RESTJSONErrorCodes.MissingPermissions:
				// One code for two causes.
				return guild.members.me?.permissions.has(PermissionFlagsBits.ManageRoles) ? below(role.name) : NO_MANAGE_ROLES;
			case RESTJSONErrorCodes.MissingAccess:
				return 'Reeve has no access to this server any more: invite it again.';
		}
	}
	return readFailure(error);
}

/** Why Discord could not be read. */
export function readFailure(error: unknown): string {
	if (error instanceof DiscordAPIError) {
		if (error.code === RESTJSONErrorCodes.UnknownGuild || error.code === RESTJSONErrorCodes.MissingAccess) {
			return 'Reeve is not in the server that DISCORD_GUILD_ID names: invite it, or correct the ID.';
		}
		return `Discord answered: ${error.message} (code ${error.code}).`;
	}
	if (error instanceof HTTPError)
		return `Discord answered with HTTP ${error.status}. Try again in a few minutes; discordstatus.com tells of outages.`;
	if (error instanceof TokenRefusedError) {
		return 'Discord refused DISCORD_TOKEN. Try again; if it is refused again, copy it anew (Discord Developer Portal → your application → Bot → Reset Token) and start Reeve again.';
	}
	if (error instanceof TooManyRequestsError || error instanceof RateLimitError) {
		return 'Discord keeps refusing because too many requests arrive at once. Something else may be using the same bot: try again in a few minutes.';
	}
	if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')) {
		return 'Discord did not answer in time. Try again in a few minutes; discordstatus.com tells of outages.';
	}
	return `Discord could not be reached (${error instanceof Error ? error.message : String(error)}). Try again in a few minutes.`;
}
