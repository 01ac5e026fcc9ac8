import { setTimeout as sleep } from 'node:timers/promises';
import { Events, GatewayRateLimitError, type Guild, type GuildMember, type ReadonlyCollection } from 'discord.js';
import { type OnProgress, SourceError } from '../reconciliation/ports.js';
import type { Roster, RosterMember } from '../reconciliation/types.js';
import { readFailure } from './errors.js';
import type { ManagedRoles } from './managed-roles.js';

/** Discord allows one request for all members in so many seconds; its answer says how long to wait, never longer than this. */
const LONGEST_WAIT_SECONDS = 60;

/** Chunks come within moments of each other: where none has come for so long, none will. */
const LISTING_TIMEOUT_MS = 120_000;

/** What the roster keeps of somebody: the managed roles, by name. */
export function toRosterMember(member: GuildMember, { nameOf }: ManagedRoles): RosterMember {
	const roles = [...member.roles.cache.keys()].flatMap((id) => nameOf.get(id) ?? []);
	return { id: member.id, name: member.displayName, bot: member.user.bot, roles: roles.sort() };
}

/**
 * Reads everyone in the guild with one member request.
 * @throws {SourceError} if fewer came than the guild counts: somebody not read would look like somebody who left
 */
export async function readRoster(
	guild: Guild,
	roles: ManagedRoles,
	onProgress: OnProgress,
	timeoutMs = LISTING_TIMEOUT_MS
): Promise<Roster> {
	const countedBefore = guild.memberCount;
	const members = await fetchAll(guild, onProgress, timeoutMs);
	const counted = Math.min(countedBefore, guild.memberCount);
	if (members.size < counted) {
		throw new SourceError(
			'discord',
			`Discord listed ${members.size} of the ${counted} members of the server. Run it again in a few minutes.`
		);
	}
	onProgress({ source: 'discord', done: members.size, total: members.size, finished: true });
	return { members: new Map(members.map((member) => [member.id, toRosterMember(member, roles)])) };
}

async function fetchAll(guild: Guild, onProgress: OnProgress, time: number): Promise<ReadonlyCollection<string, GuildMember>> {
	let done = 0;
	const count = (chunk: ReadonlyCollection<string, GuildMember>, from: Guild) => {
		if (from.id !== guild.id) return;
		done += chunk.size;
		onProgress({ source: 'discord', done, total: guild.memberCount, finished: false });
	};
	guild.client.on(Events.GuildMembersChunk, count);
	try {
		return await guild.members.fetch({ time });
	} catch (error) {
		if (!(error instanceof GatewayRateLimitError)) throw new SourceError('discord', readFailure(error), { cause: error });
		await sleep(Math.min(error.data.retry_after, LONGEST_WAIT_SECONDS) * 1000);
		done = 0;
		return await guild.members.fetch({ time }).catch((again: unknown) => {
			throw new SourceError('discord', 'Discord allows one listing of all members in 30 seconds. Run it again in a minute.', {
				cause: again
			});
		});
	} finally {
		guild.client.off(Events.GuildMembersChunk, count);
	}
}
