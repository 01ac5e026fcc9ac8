import { forEachConcurrent } from '../../async/concurrency.js';
import { isRoundingOf, looksRounded } from '../domain/discord-id.js';
import type { Guild } from '../domain/ports.js';

/**
 * For a comparison of a few members, whose roster says nothing about others: linked users whose ID looks like a member's, rounded, and who
 * are in the guild. They are members of their own, and no mistake for the member.
 * @param linkedIds - Discord IDs of all linked users
 * @returns their Discord IDs
 * @throws {SourceError}
 */
export async function readRoundedNeighbours(
	guild: Guild,
	discordIds: readonly string[],
	linkedIds: Iterable<string>
): Promise<ReadonlySet<string>> {
	const present = new Set<string>();
	const alike = [...linkedIds].filter((id) => looksRounded(id) && discordIds.some((discordId) => isRoundingOf(id, discordId)));
	await forEachConcurrent(alike, async (id) => {
		if ((await guild.readMember(id)) !== null) present.add(id);
	});
	return present;
}
