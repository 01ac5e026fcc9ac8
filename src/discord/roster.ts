import { setTimeout as sleep } from 'node:timers/promises';
import type { APIGuildMember, Guild, GuildMember } from 'discord.js';
import type { Roster, RosterMember } from '../reconciliation/domain/guild.js';
import { type OnProgress, SourceError } from '../reconciliation/domain/ports.js';
import { CompactRoster } from '../reconciliation/snapshot/roster.js';
import type { ManagedRoles } from './managed-roles.js';
import { listMembers } from './member-list.js';

/** Upper bound on the wait that Discord's rate limit for member lists asks for. */
const MAX_WAIT_SECONDS = 60;

/** Covers one dropped connection and one rate limit after it. */
const MAX_REQUESTS = 3;

/** Clock difference to Discord: a request that comes slightly too early is refused again. */
const CLOCK_SLACK_SECONDS = 0.1;

/** Chunks arrive moments apart; after this long without one, none will come. */
const LISTING_TIMEOUT_MS = 120_000;

/** Maps a member to a roster entry with the managed roles only, by name. */
export function toRosterMember(member: GuildMember, roles: ManagedRoles): RosterMember {
	const held = managedRoleNames([...member.roles.cache.keys()], roles);
	return { id: member.id, name: member.displayName, bot: member.user.bot, roles: held };
}

/** The same for a member as the gateway sends it. */
function fromGateway({ user, nick, roles: held }: Pick<APIGuildMember, 'user' | 'nick' | 'roles'>, roles: ManagedRoles): RosterMember {
	const { id, username, global_name: globalName, bot = false } = user;
	return { id, name: nick ?? globalName ?? username, bot, roles: managedRoleNames(held, roles) };
}

function managedRoleNames(roleIds: readonly string[], { nameOf }: ManagedRoles): string[] {
	return roleIds.flatMap((id) => nameOf.get(id) ?? []).sort();
}

/**
 * Reads all members of the guild with one gateway request, repeated after a rate limit or a dropped connection. The roster is
 * compact: a million discord.js members would not fit into memory.
 * @param timeoutMs - maximum wait for the next chunk
 * @throws {SourceError} if a chunk is missing or there are fewer members than the guild counts: a member who was not read would look
 * like one who left
 */
export async function readRoster(
	guild: Guild,
	roles: ManagedRoles,
	onProgress: OnProgress,
	timeoutMs = LISTING_TIMEOUT_MS
): Promise<Roster> {
	const countBefore = guild.memberCount;
	let members = new CompactRoster();
	const reportProgress = (state: { readonly finished: boolean; readonly waitingSeconds?: number }) =>
		onProgress({ source: 'discord', done: members.size, total: state.finished ? members.size : guild.memberCount, ...state });
	const read = () => {
		members = new CompactRoster(countBefore);
		return listMembers(guild, timeoutMs, {
			onChunk: (chunk) => {
				for (const member of chunk) members.set(fromGateway(member, roles));
				reportProgress({ finished: false });
			},
			// Update members that were read before they changed; the others arrive with their new state.
			onChange: (member) => {
				if (members.has(member.user.id)) members.set(fromGateway(member, roles));
			}
		});
	};

	let end = await read();
	for (let requests = 1; requests < MAX_REQUESTS && (end.kind === 'rate-limited' || end.kind === 'disconnected'); requests += 1) {
		if (end.kind === 'rate-limited')
			await countDown(end.retryAfterSeconds, (waitingSeconds) => reportProgress({ finished: false, waitingSeconds }));
		end = await read();
	}
	if (end.kind === 'disconnected')
		throw new SourceError('discord', 'The connection to Discord was lost while listing the members. Run it again in a few minutes.');
	if (end.kind === 'rate-limited')
		throw new SourceError('discord', 'Discord allows one listing of all members in 30 seconds. Run it again in a minute.');
	const counted = Math.min(countBefore, guild.memberCount);
	if (members.size < counted)
		throw new SourceError('discord', `Discord listed ${members.size} of the ${counted} members. Run it again in a few minutes.`);
	if (end.kind === 'partial')
		throw new SourceError('discord', `Discord sent ${end.received} of ${end.of} member chunks. Run it again in a few minutes.`);
	reportProgress({ finished: true });
	return { members };
}

/** Waits out a rate limit. @param onSecond - called every second with the seconds left */
async function countDown(seconds: number, onSecond: (secondsLeft: number) => void): Promise<void> {
	const until = performance.now() + (Math.min(seconds, MAX_WAIT_SECONDS) + CLOCK_SLACK_SECONDS) * 1000;
	for (let leftMs = until - performance.now(); leftMs > 0; leftMs = until - performance.now()) {
		onSecond(Math.ceil(leftMs / 1000));
		await sleep(Math.min(leftMs, 1000));
	}
}
