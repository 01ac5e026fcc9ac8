import type { Client, GuildMember } from 'discord.js';

/** Discord names so many people at once, by their IDs. */
const AT_ONCE = 100;

/** A name is a courtesy: somebody waits for the answer that it is for. */
const PATIENCE_MS = 1_500;

/**
 * Finds the names that the server shows for people: in what discord.js remembers, and the rest with one request to the gateway.
 * Whoever is not in the server, or could not be asked for, has none. Never fails.
 */
export function createNames(client: Client, guildId: string): (discordIds: Iterable<string>) => Promise<ReadonlyMap<string, string>> {
	return async (discordIds) => {
		const guild = client.guilds.cache.get(guildId);
		const names = new Map<string, string>();
		if (guild === undefined) return names;
		const keep = (member: GuildMember) => names.set(member.id, member.displayName);
		const unknown: string[] = [];
		for (const id of new Set(discordIds)) {
			const member = guild.members.cache.get(id);
			if (member === undefined) unknown.push(id);
			else keep(member);
		}
		if (unknown.length === 0) return names;
		const found = await guild.members.fetch({ user: unknown.slice(0, AT_ONCE), time: PATIENCE_MS }).catch(() => null);
		for (const member of found?.values() ?? []) keep(member);
		return names;
	};
}
