import type { Client, Guild, GuildMember } from 'discord.js';
import { raceTimeout } from '../async/timeout.js';

/** So few are asked for one by one; for more, the gateway is asked once. */
const MAX_SINGLE_LOOKUPS = 6;

/** The gateway names so many people at once, by their IDs. */
const CONCURRENCY = 100;

/** A name is a courtesy: somebody waits for the answer that it is for. */
const LOOKUP_TIMEOUT_MS = 1_500;

/**
 * Finds the names that the server shows for people: in what discord.js remembers, and the rest with a handful of requests at most.
 * Whoever is not in the server, or could not be asked for in a moment, has none. Never fails.
 */
export function createNames(client: Client, guildId: string): (discordIds: Iterable<string>) => Promise<ReadonlyMap<string, string>> {
	return async (discordIds) => {
		const guild = client.guilds.cache.get(guildId);
		if (guild === undefined) return new Map();
		const wanted = [...new Set(discordIds)];
		const known = wanted.flatMap((id) => guild.members.cache.get(id) ?? []);
		const unknown = wanted.filter((id) => !guild.members.cache.has(id));
		const found = unknown.length === 0 ? [] : await raceTimeout(LOOKUP_TIMEOUT_MS, lookUp(guild, unknown), []);
		return new Map([...known, ...found].map((member) => [member.id, member.displayName]));
	};
}

async function lookUp(guild: Guild, ids: readonly string[]): Promise<readonly GuildMember[]> {
	if (ids.length > MAX_SINGLE_LOOKUPS) {
		const found = await guild.members.fetch({ user: ids.slice(0, CONCURRENCY), time: LOOKUP_TIMEOUT_MS }).catch(() => null);
		return [...(found?.values() ?? [])];
	}
	const found = await Promise.all(ids.map((user) => guild.members.fetch(user).catch(() => null)));
	return found.filter((member) => member !== null);
}
