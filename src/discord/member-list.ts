import { randomUUID } from 'node:crypto';
import {
	type APIGuildMember,
	GatewayDispatchEvents,
	type GatewayGuildMembersChunkDispatchData,
	type GatewayGuildMemberUpdateDispatchData,
	GatewayOpcodes,
	type GatewayRateLimitedDispatchData,
	type Guild
} from 'discord.js';
import { SourceError } from '../reconciliation/domain/ports.js';
import { readFailure } from './errors.js';

/** Discord fills every part of a list but the last. */
const FULL_CHUNK = 1_000;

/** Parts come in their order, as far as anybody has seen: once the last is here, or the connection back, nobody waits long. */
const GRACE_MS = 5_000;

/** What the list of members is told to. */
export interface MemberListHandlers {
	/** A part of the list, once each. */
	onChunk(members: readonly APIGuildMember[]): void;
	/** Somebody who changes while the list is read. */
	onChange(member: Pick<APIGuildMember, 'user' | 'nick' | 'roles'>): void;
}

/** How a list of members ended. */
export type ListEnd =
	| { readonly kind: 'whole' }
	/** What followed, did not come. */
	| { readonly kind: 'partial'; readonly parts: number; readonly of: number }
	/** The connection was, and with it the rest of the answer. */
	| { readonly kind: 'lost' }
	/** Discord allows one list in a while. */
	| { readonly kind: 'refused'; readonly retryAfterSeconds: number };

/**
 * Asks the gateway for all members, and hands over the parts of its answer as they come. Past discord.js, which would make two
 * objects of every member and keep them all until the last has come.
 * @param timeoutMs - how long the next part is waited for
 * @throws {SourceError}
 */
export async function listMembers(guild: Guild, timeoutMs: number, listener: MemberListHandlers): Promise<ListEnd> {
	// Discord takes 32 characters.
	const nonce = randomUUID().replaceAll('-', '');
	const { ws } = guild.client;
	const seen = new Set<number>();
	let clock: NodeJS.Timeout | undefined;
	let stop = () => {};
	try {
		return await new Promise<ListEnd>((resolve, reject) => {
			const waitFor = (ms: number, then: () => void) => {
				clearTimeout(clock);
				clock = setTimeout(then, ms);
			};
			const onPart = (chunk: GatewayGuildMembersChunkDispatchData) => {
				if (chunk.nonce !== nonce) return;
				const { members, chunk_index: index, chunk_count: of } = chunk;
				// What is taken out here, discord.js makes no objects of: it sees the list after everybody who listens.
				chunk.members = [];
				if (seen.has(index)) return;
				seen.add(index);
				try {
					listener.onChunk(members);
				} catch (error) {
					reject(error);
				}
				if (seen.size >= of) resolve({ kind: 'whole' });
				else if (members.length < FULL_CHUNK || index === of - 1)
					waitFor(Math.min(GRACE_MS, timeoutMs), () => resolve({ kind: 'partial', parts: seen.size, of }));
				else waitFor(timeoutMs, late);
			};
			const onChange = (member: GatewayGuildMemberUpdateDispatchData) => {
				if (member.guild_id === guild.id) listener.onChange(member);
			};
			const onRefusal = ({ retry_after, meta }: GatewayRateLimitedDispatchData) => {
				if (meta.nonce === nonce) resolve({ kind: 'refused', retryAfterSeconds: retry_after });
			};
			const lost = () => resolve({ kind: 'lost' });
			// What was sent meanwhile has come by then; a request that got lost is not answered any more.
			const onResumed = () => waitFor(Math.min(GRACE_MS, timeoutMs), lost);
			const late = () =>
				reject(
					new SourceError(
						'discord',
						'Discord did not send the whole list of members in time. Try again in a few minutes; discordstatus.com tells of outages.'
					)
				);
			stop = () => {
				ws.off(GatewayDispatchEvents.GuildMembersChunk, onPart);
				ws.off(GatewayDispatchEvents.GuildMemberUpdate, onChange);
				ws.off(GatewayDispatchEvents.RateLimited, onRefusal);
				ws.off(GatewayDispatchEvents.Ready, lost);
				ws.off(GatewayDispatchEvents.Resumed, onResumed);
			};
			ws.on(GatewayDispatchEvents.GuildMembersChunk, onPart);
			ws.on(GatewayDispatchEvents.GuildMemberUpdate, onChange);
			ws.on(GatewayDispatchEvents.RateLimited, onRefusal);
			// A new session knows nothing of what the one before was asked.
			ws.on(GatewayDispatchEvents.Ready, lost);
			ws.on(GatewayDispatchEvents.Resumed, onResumed);
			waitFor(timeoutMs, late);
			guild.shard.send({ op: GatewayOpcodes.RequestGuildMembers, d: { guild_id: guild.id, query: '', limit: 0, nonce } });
		});
	} catch (error) {
		throw error instanceof SourceError ? error : new SourceError('discord', readFailure(error), { cause: error });
	} finally {
		clearTimeout(clock);
		stop();
	}
}
