import { type APIRole, type AuditLogEvent, PermissionFlagsBits as P } from 'discord-api-types/v10';
import type { DiscordContext } from '../context/context.js';
import { refusal } from '../core/errors.js';
import { IDS } from '../core/identity.js';
import type { Guild } from '../guild/guild.js';
import { compareIds, toUser } from '../guild/members.js';
import { toGuild } from '../guild/payload.js';
import { guildPermissions, outranks } from '../guild/permissions.js';
import { refuseProperties } from '../validate/not-emulated.js';
import { checkRole } from '../validate/role.js';
import { type Call, nothing, ok, param } from './call.js';
import { guildOf, integerQuery, requirePermission } from './checks.js';
import type { RestServer } from './server.js';

/** The guild, its roles and its audit log. */
export function guildRoutes(server: RestServer, context: DiscordContext): void {
	server.route('GET', '/guilds/:guild', (call) => {
		const guild = guildOf(context, call);
		const counts = { approximate_member_count: guild.members.size, approximate_presence_count: 1 };
		return ok({ ...toGuild(guild), ...(call.query.get('with_counts') === 'true' ? counts : {}) });
	});
	server.route('GET', '/guilds/:guild/channels', (call) => ok([...guildOf(context, call).channels.values()]));
	server.route('GET', '/guilds/:guild/roles', (call) => ok([...guildOf(context, call).roles.values()]));
	server.route('GET', '/guilds/:guild/roles/:role{\\d+}', (call) => ok(roleOf(context, call)));
	server.route('POST', '/guilds/:guild/roles', (call) => {
		const guild = guildOf(context, call);
		requirePermission(guild, P.ManageRoles);
		return ok(guild.createRole({ name: 'new role', ...roleInput(guild, call.body ?? {}) }, IDS.bot));
	});
	server.route('PATCH', '/guilds/:guild/roles/:role{\\d+}', (call) => {
		const role = manageableRole(context, call);
		context.guild.changeRole(role, roleInput(context.guild, call.body, role.permissions), IDS.bot);
		return ok(role);
	});
	server.route('DELETE', '/guilds/:guild/roles/:role{\\d+}', (call) => {
		context.guild.deleteRole(manageableRole(context, call), IDS.bot);
		return nothing();
	});
	server.route('GET', '/guilds/:guild/audit-logs', (call) => auditLog(context, call));
}

function roleOf(context: DiscordContext, call: Call) {
	const role = guildOf(context, call).roles.get(param(call, 'role'));
	if (!role) throw refusal('unknownRole');
	return role;
}

function manageableRole(context: DiscordContext, call: Call) {
	const role = roleOf(context, call);
	requirePermission(context.guild, P.ManageRoles);
	if (!outranks(context.guild, context.guild.bot, role)) throw refusal('missingPermissions');
	if (role.managed || role.id === context.guild.id) throw refusal('invalidRole');
	return role;
}

/** What the bot sets of a role. It adds no permission that it lacks. @param before - the role's permissions */
function roleInput(guild: Guild, sent: unknown, before = '0'): Partial<APIRole> {
	refuseProperties(sent, ['icon', 'unicode_emoji']);
	const input = checkRole(sent);
	const added = BigInt(input.permissions ?? '0') & ~BigInt(before);
	if ((added & ~guildPermissions(guild, guild.bot)) !== 0n) throw refusal('missingPermissions');
	return input;
}

function auditLog(context: DiscordContext, call: Call) {
	const guild = guildOf(context, call);
	requirePermission(guild, P.ViewAuditLog);
	const limit = integerQuery(call, 'limit', { min: 1, max: 100, defaultValue: 50 });
	const [user, action, before, after] = ['user_id', 'action_type', 'before', 'after'].map((name) => call.query.get(name));
	const entries = guild.audit
		.list()
		.filter((entry) => !user || entry.user_id === user)
		.filter((entry) => !action || entry.action_type === (Number(action) as AuditLogEvent))
		.filter((entry) => !before || compareIds(entry.id, before) < 0)
		.filter((entry) => !after || compareIds(entry.id, after) > 0);
	// Newest first; with `after`, oldest first.
	const page = after ? entries.slice(0, limit) : entries.slice(-limit).reverse();
	const people = new Set(page.flatMap((entry) => [entry.user_id, entry.target_id]));
	const users = [...people].flatMap((id) => guild.members.get(id ?? '') ?? guild.departed.get(id ?? '') ?? []);
	return ok({
		audit_log_entries: page,
		users: users.map(toUser),
		integrations: [],
		webhooks: [],
		threads: [],
		application_commands: [],
		auto_moderation_rules: [],
		guild_scheduled_events: []
	});
}
