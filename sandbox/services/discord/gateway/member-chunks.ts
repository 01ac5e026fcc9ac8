import { GatewayDispatchEvents as Event, GatewayOpcodes, type GatewayRequestGuildMembersData } from 'discord-api-types/v10';
import type { Guild } from '../guild/guild.js';
import { type Member, toMember } from '../guild/members.js';
import type { Session } from './session.js';

/** Every chunk but the last must be full: discord.js takes a shorter chunk for the last one. */
const CHUNK_SIZE = 1_000;
/** For members requested by ID or by name prefix. */
const DEFAULT_LIMIT = 100;

export function wantsEveryone(request: GatewayRequestGuildMembersData): boolean {
	return 'query' in request && request.query === '' && request.limit === 0;
}

/** Answers opcode 8 chunk by chunk, with backpressure. */
export async function sendMembers(
	guild: Guild,
	session: Session,
	request: GatewayRequestGuildMembersData,
	missingChunk: boolean,
	stop: () => boolean
): Promise<void> {
	const { found, missing } = select(guild, request);
	const size = missingChunk && found.length <= CHUNK_SIZE ? Math.ceil(found.length / 2) || 1 : CHUNK_SIZE;
	const count = Math.max(1, Math.ceil(found.length / size));
	// Dropping the only chunk would mean no response at all, so a single chunk is split in two. The first chunk is never dropped.
	const lost = missingChunk ? Math.max(1, Math.floor(count / 2)) : -1;
	for (let index = 0; index < count; index += 1) {
		if (index > 0) await session.drained();
		if (stop()) return;
		if (index === lost) continue;
		session.dispatch(Event.GuildMembersChunk, {
			guild_id: guild.id,
			members: found.slice(index * size, (index + 1) * size).map(toMember),
			chunk_index: index,
			chunk_count: count,
			not_found: missing,
			nonce: request.nonce
		});
	}
}

export function sendRateLimited(session: Session, request: GatewayRequestGuildMembersData, retryAfter: number): void {
	session.dispatch(Event.RateLimited, {
		opcode: GatewayOpcodes.RequestGuildMembers,
		retry_after: retryAfter,
		meta: { guild_id: request.guild_id, ...(request.nonce === undefined ? {} : { nonce: request.nonce }) }
	});
}

function select(guild: Guild, request: GatewayRequestGuildMembersData): { found: readonly Member[]; missing: string[] } {
	if ('user_ids' in request && request.user_ids !== undefined) {
		const ids = [request.user_ids].flat().slice(0, DEFAULT_LIMIT);
		return { found: ids.flatMap((id) => guild.members.get(id) ?? []), missing: ids.filter((id) => !guild.members.has(id)) };
	}
	const query = ('query' in request ? (request.query ?? '') : '').toLowerCase();
	const limit = 'limit' in request ? (request.limit ?? 0) : 0;
	if (query === '' && limit === 0) return { found: guild.everyone, missing: [] };
	const found = guild.everyone.filter((member) => member.username.toLowerCase().startsWith(query));
	return { found: found.slice(0, Math.min(limit || DEFAULT_LIMIT, DEFAULT_LIMIT)), missing: [] };
}
