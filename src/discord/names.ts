import type { Client, Guild, GuildMember } from 'discord.js';
import { raceTimeout } from '../async/timeout.js';

/** Up to this many members are fetched one by one over REST; more take one gateway request. */
const MAX_SINGLE_LOOKUPS = 6;

/** Discord's limit of user IDs in one gateway request. */
const MAX_GATEWAY_IDS = 100;

/** Names are optional, and an operator is waiting for the reply that shows them. */
const LOOKUP_TIMEOUT_MS = 1_500;

/**
 * Looks up display names, from the cache first and with a few requests at most.
 * @returns a function from Discord IDs to ID → display name, without members who left or were not found in time; never rejects
 */
export function createNames(client: Client, guildId: string): (discordIds: Iterable<string>) => Promise<ReadonlyMap<string, string>> {
	return async (discordIds) => {
		const guild = client.guilds.cache.get(guildId);
		if (guild === undefined) return new Map();
		const wanted = [...new Set(discordIds)];
		const cached = wanted.flatMap((id) => guild.members.cache.get(id) ?? []);
		const missing = wanted.filter((id) => !guild.members.cache.has(id));
		const found = missing.length === 0 ? [] : await raceTimeout(LOOKUP_TIMEOUT_MS, lookUp(guild, missing), []);
		return new Map([...cached, ...found].map((member) => [member.id, member.displayName]));
	};
}

async function lookUp(guild: Guild, ids: readonly string[]): Promise<readonly GuildMember[]> {
	if (ids.length > MAX_SINGLE_LOOKUPS) {
		const found = await guild.members.fetch({ user: ids.slice(0, MAX_GATEWAY_IDS), time: LOOKUP_TIMEOUT_MS }).catch(() => null);
		return [...(found?.values() ?? [])];
	}
	const found = await Promise.all(ids.map((user) => guild.members.fetch(user).catch(() => null)));
	return found.filter((member) => member !== null);
}
