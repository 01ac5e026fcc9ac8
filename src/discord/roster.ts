import { setTimeout as sleep } from 'node:timers/promises';
import type { APIGuildMember, Guild, GuildMember } from 'discord.js';
import type { Roster, RosterMember } from '../reconciliation/domain/guild.js';
import { type OnProgress, SourceError } from '../reconciliation/domain/ports.js';
import { CompactRoster } from '../reconciliation/snapshot/roster.js';
import type { ManagedRoles } from './managed-roles.js';
import { listMembers } from './member-list.js';

/** Discord allows one request for all members in so many seconds; its answer says how long to wait, never longer than this. */
const MAX_WAIT_SECONDS = 60;

/** A connection may be lost, and the next request come too soon. */
const MAX_REQUESTS = 3;

/** Two clocks: whoever comes a moment too early is refused again. */
const CLOCK_SLACK_SECONDS = 0.1;

/** Chunks come within moments of each other: where none has come for so long, none will. */
const LISTING_TIMEOUT_MS = 120_000;

/** What the roster keeps of somebody: the managed roles, by name. */
export function toRosterMember(member: GuildMember, roles: ManagedRoles): RosterMember {
	const held = namesOf([...member.roles.cache.keys()], roles);
	return { id: member.id, name: member.displayName, bot: member.user.bot, roles: held };
}

/** The same of a member as the gateway tells of them. */
function fromGateway({ user, nick, roles: held }: Pick<APIGuildMember, 'user' | 'nick' | 'roles'>, roles: ManagedRoles): RosterMember {
	const { id, username, global_name: globalName, bot = false } = user;
	return { id, name: nick ?? globalName ?? username, bot, roles: namesOf(held, roles) };
}

function namesOf(roleIds: readonly string[], { nameOf }: ManagedRoles): string[] {
	return roleIds.flatMap((id) => nameOf.get(id) ?? []).sort();
}

/**
 * Reads everyone in the guild with one member request (another where it was refused, or the connection lost), into a roster that
 * costs what it must: a million members of discord.js would not fit into the memory that Reeve is given.
 * @throws {SourceError} if fewer came than the guild counts, or a part of the list did not: somebody not read would look like
 * somebody who left
 */
export async function readRoster(
	guild: Guild,
	roles: ManagedRoles,
	onProgress: OnProgress,
	timeoutMs = LISTING_TIMEOUT_MS
): Promise<Roster> {
	const countedBefore = guild.memberCount;
	let members = new CompactRoster();
	const tell = (how: { readonly finished: boolean; readonly waitingSeconds?: number }) =>
		onProgress({ source: 'discord', done: members.size, total: how.finished ? members.size : guild.memberCount, ...how });
	const read = () => {
		members = new CompactRoster(countedBefore);
		return listMembers(guild, timeoutMs, {
			onChunk: (part) => {
				for (const member of part) members.set(fromGateway(member, roles));
				tell({ finished: false });
			},
			// Whoever has been read and changes before the others are is in the roster as they are by then.
			onChange: (member) => {
				if (members.has(member.user.id)) members.set(fromGateway(member, roles));
			}
		});
	};

	let end = await read();
	for (let requests = 1; requests < MAX_REQUESTS && (end.kind === 'refused' || end.kind === 'lost'); requests += 1) {
		if (end.kind === 'refused') await wait(end.retryAfterSeconds, (waitingSeconds) => tell({ finished: false, waitingSeconds }));
		end = await read();
	}
	if (end.kind === 'lost')
		throw new SourceError('discord', 'The connection to Discord was lost while the members were listed. Run it again in a few minutes.');
	if (end.kind === 'refused')
		throw new SourceError('discord', 'Discord allows one listing of all members in 30 seconds. Run it again in a minute.');
	const counted = Math.min(countedBefore, guild.memberCount);
	if (members.size < counted)
		throw new SourceError(
			'discord',
			`Discord listed ${members.size} of the ${counted} members of the server. Run it again in a few minutes.`
		);
	if (end.kind === 'partial')
		throw new SourceError(
			'discord',
			`Discord sent ${end.parts} of the ${end.of} parts of its list of members. Run it again in a few minutes.`
		);
	tell({ finished: true });
	return { members };
}

/** Waits as long as Discord says, and says so every second. */
async function wait(seconds: number, tell: (seconds: number) => void): Promise<void> {
	const until = performance.now() + (Math.min(seconds, MAX_WAIT_SECONDS) + CLOCK_SLACK_SECONDS) * 1000;
	for (let left = until - performance.now(); left > 0; left = until - performance.now()) {
		tell(Math.ceil(left / 1000));
		await sleep(Math.min(left, 1000));
	}
}
