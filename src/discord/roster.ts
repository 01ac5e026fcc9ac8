import { setTimeout as sleep } from 'node:timers/promises';
import type { APIGuildMember, Guild, GuildMember } from 'discord.js';
import { forEachYielding, runCooperatively } from '../async/cooperative.js';
import { SNOWFLAKE } from '../reconciliation/domain/discord-id.js';
import type { Roster, RosterMember } from '../reconciliation/domain/guild.js';
import { type OnProgress, SourceError } from '../reconciliation/domain/ports.js';
import { CompactRoster } from '../reconciliation/snapshot/roster.js';
import type { ManagedRoles } from './managed-roles.js';
import { watchMembers } from './member-changes.js';
import { listMembers } from './member-list.js';
import type { RoleIndex } from './role-index.js';

/** Upper bound on the wait that Discord's rate limit for member lists asks for. */
const MAX_WAIT_SECONDS = 60;

/** Covers one dropped connection and one rate limit after it. */
const MAX_REQUESTS = 3;

/** Clock difference to Discord: a request that comes slightly too early is refused again. */
const CLOCK_SLACK_SECONDS = 0.1;

/** Chunks arrive moments apart; after this long without one, none will come. */
const LISTING_TIMEOUT_MS = 120_000;

/** Discord's count can be a little off for good. A list that lacks more is not believed, however often Discord repeats it. */
const MAX_MISSING = { members: 3, share: 0.1 };

/** Maps a member to a roster entry with the managed roles only, by name. */
export function toRosterMember(member: GuildMember, roles: ManagedRoles): RosterMember {
	const held = managedRoleNames([...member.roles.cache.keys()], roles);
	const { username, globalName, bot } = member.user;
	return { id: member.id, name: member.displayName, username, globalName, bot, joinedAt: member.joinedAt, roles: held };
}

/** The same for a member as the gateway sends it. */
function fromGateway(
	{
		user,
		nick,
		roles: held,
		joined_at: joined = null
	}: Pick<APIGuildMember, 'user' | 'nick' | 'roles'> & Partial<Pick<APIGuildMember, 'joined_at'>>,
	roles: ManagedRoles
): RosterMember {
	const { id, username, global_name: globalName = null, bot = false } = user;
	const joinedAt = joined === null ? null : new Date(joined);
	return { id, name: nick ?? globalName ?? username, username, globalName, bot, joinedAt, roles: managedRoleNames(held, roles) };
}

function managedRoleNames(roleIds: readonly string[], { nameOf }: ManagedRoles): string[] {
	return roleIds.flatMap((id) => nameOf.get(id) ?? []).sort();
}

/**
 * Reads all members of the guild with one gateway request, repeated after a rate limit or a dropped connection. A list that arrived whole
 * and has fewer members than Discord counts is read a second time, 30 seconds later as Discord demands, and accepted if both agree. The
 * roster is compact: a million discord.js members would not fit into memory.
 * @param options.timeoutMs - maximum wait for the next chunk
 * @param options.index - filled with the holders of managed roles
 * @throws {SourceError} if the list is incomplete: a member who was not read would look like one who left
 */
export async function readRoster(
	guild: Guild,
	roles: ManagedRoles,
	onProgress: OnProgress,
	{ timeoutMs = LISTING_TIMEOUT_MS, index }: { readonly timeoutMs?: number | undefined; readonly index?: RoleIndex | undefined } = {}
): Promise<Roster> {
	const countBefore = guild.memberCount;
	/** Who joined or left since the beginning: the two lists may differ in them. */
	const changed = new Set<string>();
	/** Who left since the current listing was requested: a chunk may still contain them. */
	const left = new Set<string>();
	let members = new CompactRoster();
	const stopWatching = watchMembers(guild.client, guild.id, {
		onJoin: (member) => {
			changed.add(member.user.id);
			left.delete(member.user.id);
			if (SNOWFLAKE.test(member.user.id)) members.set(fromGateway(member, roles));
		},
		// Updates members that were read before they changed; the others arrive with their new state.
		onUpdate: (member) => {
			if (members.has(member.user.id)) members.set(fromGateway(member, roles));
		},
		onLeave: (id) => {
			changed.add(id);
			left.add(id);
			members.delete(id);
		}
	});
	const reportProgress = (state: { readonly finished: boolean; readonly waitingSeconds?: number }) =>
		onProgress({ source: 'discord', done: members.size, total: state.finished ? members.size : guild.memberCount, ...state });
	const request = () => {
		members = new CompactRoster(countBefore);
		left.clear();
		index?.startListing();
		return listMembers(guild, timeoutMs, (chunk) => {
			for (const member of chunk) {
				if (left.has(member.user.id)) continue;
				members.set(fromGateway(member, roles));
				index?.list(member.user.id, member.roles);
			}
			reportProgress({ finished: false });
		});
	};
	/** Lists until every chunk has arrived. */
	const list = async (): Promise<CompactRoster> => {
		for (let requests = 1; ; requests += 1) {
			const end = await request();
			if (end.kind === 'complete') return members;
			if (end.kind === 'partial')
				throw new SourceError('discord', `Discord sent ${end.received} of ${end.of} member chunks. Run it again in a few minutes.`);
			if (requests === MAX_REQUESTS) throw new SourceError('discord', GAVE_UP[end.kind]);
			if (end.kind === 'rate-limited')
				await countDown(end.retryAfterSeconds, (waitingSeconds) => reportProgress({ finished: false, waitingSeconds }));
		}
	};
	const counted = () => Math.min(countBefore, guild.memberCount);

	try {
		const first = await list();
		if (first.size >= counted()) {
			index?.completeListing();
			reportProgress({ finished: true });
			return { members: first };
		}
		if (isImplausible(first.size, counted())) throw shortList(first.size, counted());
		const second = await list();
		const mismatch = { listed: second.size, counted: counted() };
		if (second.size < counted() && !(await agree(first, second, changed))) throw contradiction(first.size, second.size, counted());
		index?.completeListing();
		reportProgress({ finished: true });
		return second.size < mismatch.counted ? { members: second, countMismatch: mismatch } : { members: second };
	} finally {
		stopWatching();
	}
}

const GAVE_UP = {
	disconnected: 'The connection to Discord was lost while listing the members. Run it again in a few minutes.',
	'rate-limited': 'Discord allows one listing of all members in 30 seconds. Run it again in a minute.'
} as const;

function isImplausible(listed: number, counted: number): boolean {
	return counted - listed > Math.max(MAX_MISSING.members, counted * MAX_MISSING.share);
}

function shortList(listed: number, counted: number): SourceError {
	return new SourceError(
		'discord',
		`Discord listed ${listed} of the ${counted} members. Run it again in a few minutes; discordstatus.com reports outages.`
	);
}

function contradiction(first: number, second: number, counted: number): SourceError {
	return new SourceError(
		'discord',
		`Discord listed ${first} of the ${counted} members, and other ones when asked again (${second}). Run it again in a few minutes.`
	);
}

/** Whether two lists have the same members, apart from these. */
async function agree(first: CompactRoster, second: CompactRoster, except: ReadonlySet<string>): Promise<boolean> {
	let differ = false;
	const compare = (one: CompactRoster, other: CompactRoster) =>
		runCooperatively(
			forEachYielding(one.values(), ({ id }) => {
				differ ||= !other.has(id) && !except.has(id);
			})
		);
	await compare(first, second);
	await compare(second, first);
	return !differ;
}

/** Waits out a rate limit. @param onSecond - called every second with the seconds left */
async function countDown(seconds: number, onSecond: (secondsLeft: number) => void): Promise<void> {
	const until = performance.now() + (Math.min(seconds, MAX_WAIT_SECONDS) + CLOCK_SLACK_SECONDS) * 1000;
	for (let leftMs = until - performance.now(); leftMs > 0; leftMs = until - performance.now()) {
		onSecond(Math.ceil(leftMs / 1000));
		await sleep(Math.min(leftMs, 1000));
	}
}
