import { randomUUID } from 'node:crypto';
import {
	type APIGuildMember,
	GatewayDispatchEvents,
	type GatewayGuildMembersChunkDispatchData,
	GatewayOpcodes,
	type GatewayRateLimitedDispatchData,
	type Guild
} from 'discord.js';
import { SourceError } from '../reconciliation/domain/ports.js';
import { readFailure } from './errors.js';

/** Discord fills every chunk but the last. */
const FULL_CHUNK = 1_000;

/**
 * Wait for missing chunks after the last one, or after a resumed connection. Discord sends chunks in order, so none should be
 * missing then.
 */
const GRACE_MS = 5_000;

/** Of a whole listing, however fast its chunks come: a million members are a thousand chunks. */
const DEADLINE_MS = 1_200_000;

/** How a listing ended. */
export type ListEnd =
	/** Every chunk arrived. */
	| { readonly kind: 'complete' }
	/** The last chunk arrived, others did not. */
	| { readonly kind: 'partial'; readonly received: number; readonly of: number }
	/** The gateway connection dropped, and with it the rest of the response. */
	| { readonly kind: 'disconnected' }
	/** Discord's rate limit for member lists. */
	| { readonly kind: 'rate-limited'; readonly retryAfterSeconds: number };

/**
 * Requests all members from the gateway and passes each chunk on as it arrives. Bypasses discord.js, which would create
 * two objects per member and keep all of them until the last chunk.
 * @param timeoutMs - maximum wait for the next chunk
 * @param onMembers - called once per chunk
 * @throws {SourceError} when a chunk does not arrive in time, the listing exceeds {@link DEADLINE_MS}, or `onMembers` throws
 */
export async function listMembers(
	guild: Guild,
	timeoutMs: number,
	onMembers: (members: readonly APIGuildMember[]) => void
): Promise<ListEnd> {
	// Discord's limit is 32 characters.
	const nonce = randomUUID().replaceAll('-', '');
	const { ws } = guild.client;
	const received = new Set<number>();
	let timer: NodeJS.Timeout | undefined;
	let deadline: NodeJS.Timeout | undefined;
	let unsubscribe = () => {};
	try {
		return await new Promise<ListEnd>((resolve, reject) => {
			const setTimer = (ms: number, onExpiry: () => void) => {
				clearTimeout(timer);
				timer = setTimeout(onExpiry, ms);
			};
			const onChunk = (chunk: GatewayGuildMembersChunkDispatchData) => {
				if (chunk.nonce !== nonce) return;
				const { members, chunk_index: index, chunk_count: of } = chunk;
				// discord.js handles this event after all other listeners: an emptied chunk creates no member objects.
				chunk.members = [];
				if (received.has(index)) return;
				received.add(index);
				try {
					onMembers(members);
				} catch (error) {
					reject(error);
				}
				if (received.size >= of) resolve({ kind: 'complete' });
				else if (members.length < FULL_CHUNK || index === of - 1)
					setTimer(Math.min(GRACE_MS, timeoutMs), () => resolve({ kind: 'partial', received: received.size, of }));
				else setTimer(timeoutMs, onTimeout);
			};
			const onRateLimit = ({ retry_after, meta }: GatewayRateLimitedDispatchData) => {
				if (meta.nonce === nonce) resolve({ kind: 'rate-limited', retryAfterSeconds: retry_after });
			};
			const onDisconnect = () => resolve({ kind: 'disconnected' });
			// Discord replays missed events on resume, but does not answer a request that was lost with the connection.
			const onResumed = () => setTimer(Math.min(GRACE_MS, timeoutMs), onDisconnect);
			const onTimeout = () =>
				reject(
					new SourceError(
						'discord',
						'Discord did not send the whole member list in time. Try again in a few minutes; discordstatus.com reports outages.'
					)
				);
			unsubscribe = () => {
				ws.off(GatewayDispatchEvents.GuildMembersChunk, onChunk);
				ws.off(GatewayDispatchEvents.RateLimited, onRateLimit);
				ws.off(GatewayDispatchEvents.Ready, onDisconnect);
				ws.off(GatewayDispatchEvents.Resumed, onResumed);
			};
			ws.on(GatewayDispatchEvents.GuildMembersChunk, onChunk);
			ws.on(GatewayDispatchEvents.RateLimited, onRateLimit);
			// A new session does not answer the requests of the previous one.
			ws.on(GatewayDispatchEvents.Ready, onDisconnect);
			ws.on(GatewayDispatchEvents.Resumed, onResumed);
			setTimer(timeoutMs, onTimeout);
			deadline = setTimeout(onTimeout, DEADLINE_MS);
			guild.shard.send({ op: GatewayOpcodes.RequestGuildMembers, d: { guild_id: guild.id, query: '', limit: 0, nonce } });
		});
	} catch (error) {
		throw error instanceof SourceError ? error : new SourceError('discord', readFailure(error), { cause: error });
	} finally {
		clearTimeout(timer);
		clearTimeout(deadline);
		unsubscribe();
	}
}
