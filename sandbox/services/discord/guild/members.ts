import type { APIGuildMember, APIUser, GuildMemberFlags, UserFlags } from 'discord-api-types/v10';

/** A guild member. Kept minimal: there may be a million. */
export interface Member {
	readonly id: string;
	readonly username: string;
	readonly bot: boolean;
	/** Role IDs. Members with the same roles share one array, so replace it instead of changing it. */
	roles: readonly string[];
	/** Nickname. */
	nick?: string | null;
	readonly joinedAt: string;
}

export function toUser(member: Pick<Member, 'id' | 'username' | 'bot'>): APIUser {
	return {
		id: member.id,
		username: member.username,
		discriminator: '0',
		global_name: null,
		avatar: null,
		...(member.bot ? { bot: true } : {}),
		public_flags: 0 as UserFlags,
		flags: 0 as UserFlags,
		primary_guild: null
	};
}

export function toMember(member: Member): APIGuildMember {
	return { user: toUser(member), ...toMemberOnly(member) };
}

/** A member without the `user` field. */
export function toMemberOnly(member: Member): Omit<APIGuildMember, 'user'> {
	return {
		nick: member.nick ?? null,
		avatar: null,
		banner: null,
		roles: [...member.roles],
		joined_at: member.joinedAt,
		premium_since: null,
		deaf: false,
		mute: false,
		flags: 0 as GuildMemberFlags,
		pending: false,
		communication_disabled_until: null
	};
}

/** Compares snowflakes as numbers: a shorter one is smaller. */
export function byId(a: { id: string }, b: { id: string }): number {
	return compareIds(a.id, b.id);
}

export function compareIds(a: string, b: string): number {
	return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
