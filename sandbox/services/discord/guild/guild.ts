import {
	type APIAuditLogChange,
	type APIRole,
	type APITextChannel,
	AuditLogEvent,
	AuditLogOptionsType,
	GatewayDispatchEvents as Event
} from 'discord-api-types/v10';
import type { GuildMemberWorld } from '../../core/world.js';
import type { Emit } from '../core/events.js';
import { type Clock, IDS, ROLE_IDS } from '../core/identity.js';
import { type AuditAction, AuditLog } from './audit.js';
import { defaultChannels, textChannel } from './channels.js';
import { byId, type Member, toMember, toUser } from './members.js';
import { defaultRoles, makeRole } from './roles.js';

const FOUNDED = '2024-01-01T00:00:00.000000+00:00';

/** Properties of a role whose changes the audit log has. */
const LOGGED = ['name', 'permissions', 'color', 'hoist', 'mentionable'] as const;

/** The guild: members, roles, channels and audit log. */
export class Guild {
	public readonly id = IDS.guild;
	public readonly name = 'The Realm';
	public readonly members = new Map<string, Member>();
	public readonly roles = new Map<string, APIRole>();
	public readonly channels = new Map<string, APITextChannel>();
	public readonly audit: AuditLog;
	/** Former members, for their names. */
	public readonly departed = new Map<string, Member>();
	public readonly operatorId: string;
	public readonly ownerId: string;
	/** False after the bot was kicked, or before it was invited. */
	public invited = true;
	/** Whether moderators need two-factor authentication, and whether the owner of the bot's application has it. */
	public readonly twoFactor = { required: false, ownerHas: false };
	/** Added to the member count that the gateway sends: Discord's is not always right. */
	public countOffset = 0;
	private sorted: readonly Member[] | null = null;

	public constructor(
		private readonly clock: Clock,
		private readonly emit: Emit,
		members: readonly GuildMemberWorld[]
	) {
		this.audit = new AuditLog(clock);
		for (const role of defaultRoles()) this.roles.set(role.id, role);
		for (const channel of defaultChannels()) this.channels.set(channel.id, channel);
		this.operatorId = members.find((person) => person.username === 'operator')?.id ?? IDS.operator;
		this.ownerId = members.find((person) => person.username === 'owner')?.id ?? IDS.owner;
		this.settle(members);
	}

	/** Sorted by ID. */
	public get everyone(): readonly Member[] {
		this.sorted ??= [...this.members.values()].sort(byId);
		return this.sorted;
	}

	public get bot(): Member {
		return this.members.get(IDS.bot) ?? { id: IDS.bot, username: 'Reeve', bot: true, roles: [], joinedAt: FOUNDED };
	}

	/** @param reference - an ID, a username, or a mention */
	public person(reference: string): Member | undefined {
		const id = /^<@!?(\d+)>$/.exec(reference)?.[1] ?? reference;
		const known = this.members.get(id);
		if (known) return known;
		const name = reference.replace(/^@/, '');
		for (const member of this.members.values()) if (member.username === name) return member;
		return undefined;
	}

	/** @param reference - an ID or a name */
	public role(reference: string): APIRole | undefined {
		const name = reference.replace(/^@(?!everyone$)/, '');
		return this.roles.get(reference) ?? [...this.roles.values()].find((role) => role.name === name);
	}

	/** @param reference - an ID or a name, with or without `#` */
	public channel(reference: string): APITextChannel | undefined {
		const name = reference.replace(/^#/, '');
		return this.channels.get(reference) ?? [...this.channels.values()].find((channel) => channel.name === name);
	}

	/** Adds and removes roles of a member as one change. Ignores roles already held, or not held. */
	public changeRoles(
		member: Member,
		change: { add: readonly APIRole[]; remove: readonly APIRole[]; by: string; reason?: string | undefined }
	): void {
		const add = change.add.filter((role) => !member.roles.includes(role.id));
		const remove = change.remove.filter((role) => member.roles.includes(role.id));
		if (add.length + remove.length === 0) return;
		const gone = new Set(remove.map((role) => role.id));
		member.roles = [...member.roles.filter((id) => !gone.has(id)), ...add.map((role) => role.id)];
		const partial = (role: APIRole) => ({ id: role.id, name: role.name });
		this.announceMember(member);
		this.record({
			action: AuditLogEvent.MemberRoleUpdate,
			userId: change.by,
			targetId: member.id,
			reason: change.reason,
			changes: [
				...(add.length > 0 ? [{ key: '$add' as const, new_value: add.map(partial) }] : []),
				...(remove.length > 0 ? [{ key: '$remove' as const, new_value: remove.map(partial) }] : [])
			]
		});
	}

	/** @param nick - null takes the nickname away */
	public changeNick(member: Member, nick: string | null, by: string, reason?: string): void {
		const before = member.nick ?? null;
		if (nick === before) return;
		member.nick = nick;
		this.announceMember(member);
		const change = {
			key: 'nick' as const,
			...(before === null ? {} : { old_value: before }),
			...(nick === null ? {} : { new_value: nick })
		};
		this.record({ action: AuditLogEvent.MemberUpdate, userId: by, targetId: member.id, reason, changes: [change] });
	}

	public join(person: GuildMemberWorld): Member {
		const roles = [...new Set([...person.roles, ...(person.operator ? ['Operator'] : [])])];
		const member: Member = {
			id: person.id,
			username: person.username,
			bot: person.bot,
			roles: roles.map((name) => (this.role(name) ?? this.createRole({ name })).id),
			joinedAt: this.clock.stamp()
		};
		this.members.set(member.id, member);
		this.departed.delete(member.id);
		this.sorted = null;
		this.emit(Event.GuildMemberAdd, { guild_id: this.id, ...toMember(member) });
		return member;
	}

	/** @param removal - by whom the member is kicked or banned; without it, they leave by themselves */
	public leave(member: Member, removal?: { by: string; banned?: boolean; reason?: string | undefined }): void {
		this.members.delete(member.id);
		this.departed.set(member.id, member);
		this.sorted = null;
		this.emit(Event.GuildMemberRemove, { guild_id: this.id, user: toUser(member) });
		if (!removal) return;
		const { by, banned = false, reason } = removal;
		if (banned) this.emit(Event.GuildBanAdd, { guild_id: this.id, user: toUser(member) });
		const action = banned ? AuditLogEvent.MemberBanAdd : AuditLogEvent.MemberKick;
		this.record({ action, userId: by, targetId: member.id, reason });
	}

	/** A new role is placed just above @everyone, as on Discord, unless a position is given. */
	public createRole(role: Partial<APIRole> & { name: string }, by = this.operatorId): APIRole {
		const made = makeRole(this.clock.snowflake(), role.name, 1, { ...role, position: 1 });
		this.insert(made, role.position ?? 1);
		this.emit(Event.GuildRoleCreate, { guild_id: this.id, role: made });
		this.record({ action: AuditLogEvent.RoleCreate, userId: by, targetId: made.id, changes: [{ key: 'name', new_value: made.name }] });
		return made;
	}

	public changeRole(role: APIRole, change: Partial<APIRole>, by = this.operatorId): void {
		const before = { ...role };
		Object.assign(role, change);
		this.emit(Event.GuildRoleUpdate, { guild_id: this.id, role });
		const changes = LOGGED.filter((key) => role[key] !== before[key]).map(
			(key) => ({ key, old_value: before[key], new_value: role[key] }) as APIAuditLogChange
		);
		this.record({ action: AuditLogEvent.RoleUpdate, userId: by, targetId: role.id, changes });
	}

	/** Writes no audit-log entry: Discord does not either. */
	public moveRole(role: APIRole, position: number): void {
		const before = new Map([...this.roles.values()].map((each) => [each.id, each.position]));
		this.insert(role, position);
		for (const each of this.roles.values()) {
			if (each.position !== before.get(each.id)) this.emit(Event.GuildRoleUpdate, { guild_id: this.id, role: each });
		}
	}

	/** Dispatches no member updates: Discord does not send any either. */
	public deleteRole(role: APIRole, by = this.operatorId): void {
		this.roles.delete(role.id);
		this.renumber([...this.ranked()]);
		for (const member of this.members.values()) {
			if (member.roles.includes(role.id)) member.roles = member.roles.filter((id) => id !== role.id);
		}
		this.emit(Event.GuildRoleDelete, { guild_id: this.id, role_id: role.id });
		this.record({ action: AuditLogEvent.RoleDelete, userId: by, targetId: role.id, changes: [{ key: 'name', old_value: role.name }] });
	}

	public createChannel(name: string, by = this.operatorId): APITextChannel {
		const channel = textChannel(this.clock.snowflake(), name, this.channels.size);
		this.channels.set(channel.id, channel);
		this.emit(Event.ChannelCreate, { ...channel, guild_id: this.id });
		this.record({
			action: AuditLogEvent.ChannelCreate,
			userId: by,
			targetId: channel.id,
			changes: [{ key: 'name', new_value: channel.name }]
		});
		return channel;
	}

	public deleteChannel(channel: APITextChannel, by = this.operatorId): void {
		this.channels.delete(channel.id);
		this.emit(Event.ChannelDelete, { ...channel, guild_id: this.id });
		this.record({
			action: AuditLogEvent.ChannelDelete,
			userId: by,
			targetId: channel.id,
			changes: [{ key: 'name', old_value: channel.name }]
		});
	}

	/** The overwrites of a role in the channel have changed. */
	public announceOverwrites(channel: APITextChannel, role: APIRole, created: boolean, by = this.operatorId): void {
		this.emit(Event.ChannelUpdate, { ...channel, guild_id: this.id });
		this.record({
			action: created ? AuditLogEvent.ChannelOverwriteCreate : AuditLogEvent.ChannelOverwriteUpdate,
			userId: by,
			targetId: channel.id,
			options: { id: role.id, type: AuditLogOptionsType.Role, role_name: role.name }
		});
	}

	public record(change: AuditAction): void {
		this.emit(Event.GuildAuditLogEntryCreate, { guild_id: this.id, ...this.audit.add(change) });
	}

	private announceMember(member: Member): void {
		this.emit(Event.GuildMemberUpdate, { guild_id: this.id, ...toMember(member), avatar: null, banner: null, joined_at: member.joinedAt });
	}

	private settle(people: readonly GuildMemberWorld[]): void {
		const named = new Map([...this.roles.values()].map((role) => [role.name, role.id]));
		const lists = new Map<string, readonly string[]>();
		const rolesOf = (person: GuildMemberWorld): readonly string[] => {
			const names = person.operator || person.username === 'operator' ? [...person.roles, 'Operator'] : person.roles;
			const key = names.join('\n');
			const known = lists.get(key);
			if (known) return known;
			const ids = [...new Set(names)].map((name) => {
				const id = named.get(name);
				if (id !== undefined) return id;
				// Continues the fixed role IDs, so that a world always gets the same ones.
				const made = makeRole((BigInt(ROLE_IDS.operator) + BigInt(named.size)).toString(), name, 1);
				named.set(name, made.id);
				this.insert(made, 1);
				return made.id;
			});
			lists.set(key, ids);
			return ids;
		};
		for (const person of people) {
			this.members.set(person.id, {
				id: person.id,
				username: person.username,
				bot: person.bot,
				roles: rolesOf(person),
				joinedAt: FOUNDED
			});
		}
		const always = [
			{ id: this.ownerId, username: 'owner', bot: false, roles: [] },
			{ id: this.operatorId, username: 'operator', bot: false, roles: [ROLE_IDS.operator] },
			{ id: IDS.bot, username: 'Reeve', bot: true, roles: [ROLE_IDS.bot] }
		];
		for (const member of always) if (!this.members.has(member.id)) this.members.set(member.id, { ...member, joinedAt: FOUNDED });
	}

	private ranked(): APIRole[] {
		return [...this.roles.values()].sort((a, b) => a.position - b.position || byId(b, a));
	}

	private insert(role: APIRole, position: number): void {
		const others = this.ranked().filter((other) => other.id !== role.id);
		others.splice(Math.max(1, position), 0, role);
		this.roles.set(role.id, role);
		this.renumber(others);
	}

	private renumber(lowestFirst: readonly APIRole[]): void {
		lowestFirst.forEach((role, index) => {
			role.position = index;
		});
	}
}
