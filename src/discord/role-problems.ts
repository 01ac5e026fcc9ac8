import {
	type APIUser,
	DiscordAPIError,
	type Guild,
	GuildMFALevel,
	PermissionFlagsBits,
	RESTJSONErrorCodes,
	type Role,
	Routes
} from 'discord.js';
import type { GuildProblem } from '../reconciliation/domain/ports.js';
import { isGone, readFailure, saidByDiscord } from './errors.js';

/** Why Discord refuses a role change, each reason with its fix. */

const NO_MANAGE_ROLES = "Reeve lacks the permission Manage Roles: in Server Settings → Roles, allow it for Reeve's role.";

const NO_TWO_FACTOR =
	"This server requires two-factor authentication for moderators, and the Discord account that owns Reeve's application has none. Its owner has to turn it on: Discord → User Settings → My Account → Enable Authenticator App. Or turn the requirement off: Server Settings → Safety Setup.";

const roleTooLow = (role: string) => `Reeve's role is below ${role}: in Server Settings → Roles, drag Reeve's role above it.`;

const notAssignable = (role: string, bond: string) =>
	`The role for ${role} ${bond}, so no bot can give it. Create a separate role and put its ID into the settings.`;

/** What a role belongs to, so that Discord alone gives it; null for an ordinary role. */
export function bondOf({ id, guild, managed, tags }: Role): string | null {
	if (id === guild.id) return 'is @everyone';
	if (tags?.guildConnections) return 'is given by Discord to members who link an account (a connection)';
	if (tags?.premiumSubscriberRole) return 'is given by Discord to members who boost the server';
	if (tags?.subscriptionListingId !== undefined) return 'is sold by Discord (a server subscription)';
	if (tags?.botId !== undefined) return "is another bot's own";
	if (managed || tags?.integrationId !== undefined) return 'belongs to an integration';
	return null;
}

/** Why Reeve cannot give this role; null if nothing about the role prevents it. @param name - of the managed role */
export function roleProblem(role: Role, name: string): string | null {
	const bond = bondOf(role);
	if (bond !== null) return notAssignable(name, bond);
	return isTooHigh(role) ? roleTooLow(name) : null;
}

/** Whether the role is not below Reeve's own. */
function isTooHigh(role: Role): boolean {
	const { me } = role.guild.members;
	return me !== null && me.roles.highest.comparePositionTo(role) <= 0;
}

/** Reasons why Discord would refuse a role change. @param idOf - managed role → ID of the guild's role */
export async function roleProblems(guild: Guild, idOf: ReadonlyMap<string, string>): Promise<GuildProblem[]> {
	const { me } = guild.members;
	const problems: GuildProblem[] = [];
	for (const [name, id] of idOf) {
		const role = guild.roles.cache.get(id);
		const problem = role === undefined ? null : roleProblem(role, name);
		if (problem === null || role === undefined) continue;
		const part = bondOf(role) === null ? { part: { kind: 'role-order', roleId: id } as const } : {};
		problems.push({ blocks: 'runs', message: problem, ...part });
	}
	if (!me?.permissions.has(PermissionFlagsBits.ManageRoles))
		problems.push({ blocks: 'fixes', message: NO_MANAGE_ROLES, part: { kind: 'permissions' } });
	if (guild.mfaLevel === GuildMFALevel.Elevated && !(await ownerHasTwoFactor(guild)))
		problems.push({ blocks: 'fixes', message: NO_TWO_FACTOR, part: { kind: 'two-factor' } });
	return problems;
}

/** Discord shows the owner's setting as the bot's. Requested each time, since the owner may change it at any moment. */
async function ownerHasTwoFactor({ client }: Guild): Promise<boolean> {
	try {
		const { mfa_enabled: enabled } = (await client.rest.get(Routes.user('@me'))) as Partial<APIUser>;
		return enabled !== false;
	} catch {
		// A role change says so itself.
		return true;
	}
}

/** Operator-readable reason why a role could not be added or removed, with its fix. */
export function roleRefusal(error: unknown, guild: Guild, role: { readonly name: string; readonly id: string }): string {
	if (isGone(error)) return 'This member has left the server.';
	if (!(error instanceof DiscordAPIError)) return readFailure(error);
	switch (error.code) {
		case RESTJSONErrorCodes.UnknownRole:
			return `The role ${role.name} was deleted. Create it again, or name another role in the settings.`;
		case RESTJSONErrorCodes.MissingPermissions:
		case RESTJSONErrorCodes.InvalidRole:
			return missingPermission(error, guild, role);
		case RESTJSONErrorCodes.TwoFactorAuthenticationIsRequired:
			return NO_TWO_FACTOR;
		case RESTJSONErrorCodes.MissingAccess:
			return 'Reeve no longer has access to this server: invite it again.';
		default:
			return readFailure(error);
	}
}

/** Discord uses one code for several causes. */
function missingPermission(error: DiscordAPIError, guild: Guild, { name, id }: { readonly name: string; readonly id: string }): string {
	const { me } = guild.members;
	const role = guild.roles.cache.get(id);
	const bond = role === undefined ? null : bondOf(role);
	if (bond !== null) return notAssignable(name, bond);
	if (!me?.permissions.has(PermissionFlagsBits.ManageRoles)) return NO_MANAGE_ROLES;
	if (role !== undefined && me.roles.highest.comparePositionTo(role) <= 0) return roleTooLow(name);
	return `Discord refused to change ${name}, although Reeve's role is above it and has Manage Roles. ${saidByDiscord(error)} Use \`/reconcile doctor\`.`;
}
