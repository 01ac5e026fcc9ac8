import {
	AllowedMentionsTypes,
	type APIAllowedMentions,
	type APIMessageTopLevelComponent,
	PermissionFlagsBits
} from 'discord-api-types/v10';
import type { Guild } from '../guild/guild.js';
import { guildPermissions } from '../guild/permissions.js';
import { isRecord } from '../validate/form.js';

/** Who a message pings. Embeds never ping. */
export interface Pings {
	users: string[];
	roles: string[];
	everyone: boolean;
}

export const NO_PINGS: Pings = { users: [], roles: [], everyone: false };

/** @param allowed - absent: every mention in the text pings */
export function pingsOf(guild: Guild, text: string, allowed: APIAllowedMentions | null | undefined): Pings {
	const may = (kind: AllowedMentionsTypes) => !allowed || (allowed.parse?.includes(kind) ?? false);
	const mayEveryone = (guildPermissions(guild, guild.bot) & PermissionFlagsBits.MentionEveryone) !== 0n;
	const people = ids(text, /<@!?(\d+)>/g).filter((id) => guild.members.has(id) || guild.departed.has(id));
	const roles = ids(text, /<@&(\d+)>/g).filter((id) => id !== guild.id && guild.roles.has(id));
	return {
		users: people.filter((id) => may(AllowedMentionsTypes.User) || allowed?.users?.includes(id)),
		roles: roles
			.filter((id) => may(AllowedMentionsTypes.Role) || allowed?.roles?.includes(id))
			.filter((id) => mayEveryone || guild.roles.get(id)?.mentionable),
		everyone: mayEveryone && may(AllowedMentionsTypes.Everyone) && /@(everyone|here)\b/.test(text)
	};
}

/** The text that can contain mentions: the content and text displays. */
export function textOf(content: string, components: readonly APIMessageTopLevelComponent[]): string {
	const parts = [content];
	const walk = (value: unknown): void => {
		if (Array.isArray(value)) value.forEach(walk);
		if (!isRecord(value)) return;
		if (typeof value.content === 'string') parts.push(value.content);
		walk(value.components);
	};
	walk(components);
	return parts.join('\n');
}

function ids(text: string, mention: RegExp): string[] {
	return [...new Set([...text.matchAll(mention)].flatMap((match) => match[1] ?? []))];
}
