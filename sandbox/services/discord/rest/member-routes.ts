import { type APIRole, PermissionFlagsBits as P } from 'discord-api-types/v10';
import type { DiscordContext } from '../context/context.js';
import { refusal } from '../core/errors.js';
import { IDS } from '../core/identity.js';
import type { Guild } from '../guild/guild.js';
import { compareIds, type Member, toMember } from '../guild/members.js';
import { outranks } from '../guild/permissions.js';
import { isBound } from '../guild/roles.js';
import { Form, isRecord } from '../validate/form.js';
import { refuseProperties } from '../validate/not-emulated.js';
import { type Call, nothing, ok, param } from './call.js';
import { guildOf, integerQuery, requirePermission } from './checks.js';
import type { RestServer } from './server.js';

/** PUT and DELETE share one bucket. */
const ROLES = { limit: 'memberRoles', bucket: 'member roles' } as const;
/** Discord does not document this bucket's size; assumed to equal that of role changes. */
const WHOLE_MEMBER = { limit: 'memberRoles', bucket: 'member' } as const;

const NOT_EMULATED = ['mute', 'deaf', 'channel_id', 'communication_disabled_until', 'flags', 'avatar', 'banner', 'bio'];

/** Members and their roles. */
export function memberRoutes(server: RestServer, context: DiscordContext): void {
	server.route('GET', '/guilds/:guild/members', (call) => {
		const guild = guildOf(context, call);
		if (!context.memberIntent) throw refusal('missingAccess');
		const limit = integerQuery(call, 'limit', { min: 1, max: 1_000, defaultValue: 1 });
		const after = call.query.get('after') ?? '0';
		return ok(page(guild.everyone, after, limit).map(toMember));
	});
	server.route('GET', '/guilds/:guild/members/search', (call) => {
		const guild = guildOf(context, call);
		const limit = integerQuery(call, 'limit', { min: 1, max: 1_000, defaultValue: 1 });
		const form = new Form();
		const query = form.field(call.query.get('query'), ['query']).text({ min: 1, max: 100, required: true })?.toLowerCase() ?? '';
		form.check();
		return ok(
			guild.everyone
				.filter(({ username }) => username.toLowerCase().startsWith(query))
				.slice(0, limit)
				.map(toMember)
		);
	});
	server.route('GET', '/guilds/:guild/members/:user', (call) => ok(toMember(memberOf(guildOf(context, call), call))));
	server.route('PATCH', '/guilds/:guild/members/:user', (call) => patch(context, call), WHOLE_MEMBER);
	server.route('DELETE', '/guilds/:guild/members/:user', (call) => {
		const guild = guildOf(context, call);
		requirePermission(guild, P.KickMembers);
		const member = memberOf(guild, call);
		if (!isBelowBot(guild, member)) throw refusal('missingPermissions');
		guild.leave(member, { by: IDS.bot, reason: call.reason });
		return nothing();
	});
	server.route('PUT', '/guilds/:guild/members/:user/roles/:role', (call) => change(context, call, 'add'), ROLES);
	server.route('DELETE', '/guilds/:guild/members/:user/roles/:role', (call) => change(context, call, 'remove'), ROLES);
}

function change(context: DiscordContext, call: Call, operation: 'add' | 'remove') {
	const guild = guildOf(context, call);
	requirePermission(guild, P.ManageRoles);
	if (guild.twoFactor.required && !guild.twoFactor.ownerHas) throw refusal('twoFactor');
	const member = memberOf(guild, call);
	const role = assignableRole(guild, param(call, 'role'));
	guild.changeRoles(member, { add: [], remove: [], [operation]: [role], by: IDS.bot, reason: call.reason });
	return nothing();
}

/** Changes the nickname, and replaces the whole role list, of which unchanged roles need no permission. */
function patch(context: DiscordContext, call: Call) {
	const guild = guildOf(context, call);
	refuseProperties(call.body, NOT_EMULATED);
	const own = param(call, 'user') === '@me' ? guild.bot : undefined;
	const member = own ?? memberOf(guild, call);
	const nick = nickOf(call.body);
	if (nick !== undefined) {
		requirePermission(guild, own ? P.ChangeNickname : P.ManageNicknames);
		if (!own && !isBelowBot(guild, member)) throw refusal('missingPermissions');
	}
	const wanted = roleIds(call.body)?.filter((id) => id !== guild.id);
	if (wanted) {
		requirePermission(guild, P.ManageRoles);
		const add = wanted.filter((id) => !member.roles.includes(id)).map((id) => assignableRole(guild, id));
		const remove = member.roles.filter((id) => !wanted.includes(id)).map((id) => assignableRole(guild, id));
		guild.changeRoles(member, { add, remove, by: IDS.bot, reason: call.reason });
	}
	if (nick !== undefined) guild.changeNick(member, nick, IDS.bot, call.reason);
	return ok(toMember(member));
}

function memberOf(guild: Guild, call: Call): Member {
	const member = guild.members.get(param(call, 'user'));
	if (!member) throw refusal('unknownMember');
	return member;
}

/** A role below the bot's own that no integration manages. */
function assignableRole(guild: Guild, id: string): APIRole {
	const role = guild.roles.get(id);
	if (!role) throw refusal('unknownRole');
	if (role.id === guild.id) throw refusal('invalidRole');
	if (!outranks(guild, guild.bot, role)) throw refusal('missingPermissions');
	// The same code as for a role above the bot's.
	if (isBound(role)) throw refusal('missingPermissions');
	if (role.managed) throw refusal('invalidRole');
	return role;
}

function roleIds(body: unknown): string[] | undefined {
	if (!isRecord(body) || body.roles === undefined || body.roles === null) return undefined;
	const form = new Form();
	const found = form
		.field(body)
		.at('roles')
		.list({ max: 250 })
		.flatMap((id) => id.snowflake(true) ?? []);
	form.check();
	return found;
}

/** @returns null to take the nickname away; undefined to leave it */
function nickOf(body: unknown): string | null | undefined {
	if (!isRecord(body) || body.nick === undefined) return undefined;
	const form = new Form();
	const nick = form.field(body).at('nick').text({ max: 32 });
	form.check();
	return nick || null;
}

/** Whether the bot may kick or rename the member: its highest role is above theirs. */
function isBelowBot(guild: Guild, member: Member): boolean {
	const top = ({ roles }: Member) => Math.max(0, ...roles.map((id) => guild.roles.get(id)?.position ?? 0));
	return member.id !== guild.ownerId && top(member) < top(guild.bot);
}

/** A page of members after an ID, found by binary search: members are sorted by ID. */
function page(members: readonly Member[], after: string, limit: number): readonly Member[] {
	let [low, high] = [0, members.length];
	while (low < high) {
		const middle = (low + high) >>> 1;
		if (compareIds(members[middle]?.id ?? '', after) <= 0) low = middle + 1;
		else high = middle;
	}
	return members.slice(low, low + limit);
}
