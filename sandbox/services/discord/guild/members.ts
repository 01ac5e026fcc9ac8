import type { APIGuildMember, APIUser, GuildMemberFlags, UserFlags } from 'discord-api-types/v10';

/** One person in the guild: as little as will do, for there may be a million of them. */
export interface Member {
	readonly id: string;
	readonly username: string;
	readonly bot: boolean;
	/** IDs; members with the same roles share one list, so it is replaced and never changed. */
	roles: readonly string[];
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
		public_flags: 0 as UserFlags
	};
}

export function toMember(member: Member): APIGuildMember {
	return { user: toUser(member), ...toMemberOnly(member) };
}

/** A member without its user, as it stands beside one. */
export function toMemberOnly(member: Member): Omit<APIGuildMember, 'user'> {
	return {
		nick: null,
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

/** Snowflakes are numbers, so a shorter one is a smaller one. */
export function byId(a: { id: string }, b: { id: string }): number {
	return compareIds(a.id, b.id);
}

export function compareIds(a: string, b: string): number {
	return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
