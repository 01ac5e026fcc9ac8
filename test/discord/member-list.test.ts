import { EventEmitter } from 'node:events';
import { GatewayDispatchEvents as Event, type Guild } from 'discord.js';
import { describe, expect, test } from 'vitest';
import { readRoster } from '../../src/discord/roster.js';
import type { CountMismatch } from '../../src/reconciliation/domain/guild.js';
import type { Progress } from '../../src/reconciliation/domain/run.js';

/** Reads rosters from a scripted gateway. */

const GUILD = '200000000000000001';
const KNIGHT = '500000000000000001';
const ROLES = { idOf: new Map([['Knight', KNIGHT]]), nameOf: new Map([[KNIGHT, 'Knight']]) };
const FULL = 1000;
const TIMEOUT_MS = 30;

const id = (index: number) => String(400000000000000000n + BigInt(index));
const member = (index: number, roles: string[] = []) => ({
	user: { id: id(index), username: `p${index}`, global_name: null, discriminator: '0', avatar: null },
	nick: null,
	roles
});
const people = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => member(from + index));

interface Request {
	readonly op: number;
	readonly d: { readonly guild_id: string; readonly query: string; readonly limit: number; readonly nonce: string };
}

/** A guild whose gateway responds to member requests with `respond`. */
function scriptedGuild(
	memberCount: number,
	respond: (request: Request['d'], emit: (event: Event, data: object) => void, requestCount: number) => void
) {
	const ws = new EventEmitter();
	const requests: Request[] = [];
	const send = (request: Request) => {
		requests.push(request);
		queueMicrotask(() => respond(request.d, (event, data) => ws.emit(event, data, 0), requests.length));
	};
	return { guild: { id: GUILD, memberCount, client: { ws }, shard: { send } } as unknown as Guild, ws, requests };
}

const chunk = (nonce: string, index: number, of: number, members: object[]) => ({
	guild_id: GUILD,
	nonce,
	chunk_index: index,
	chunk_count: of,
	not_found: [],
	members
});

async function read(guild: Guild) {
	const progress: Progress[] = [];
	const { members, countMismatch } = await readRoster(guild, ROLES, (state) => progress.push(state), { timeoutMs: TIMEOUT_MS });
	return { members, progress, countMismatch: countMismatch as CountMismatch | undefined };
}

describe('readRoster', () => {
	test('accepts chunks in any order and ignores duplicates, with one request', async () => {
		const { guild, ws, requests } = scriptedGuild(2500, ({ nonce }, emit) => {
			for (const index of [1, 0, 0, 2])
				emit(Event.GuildMembersChunk, chunk(nonce, index, 3, people(index * FULL, Math.min(2500, (index + 1) * FULL))));
		});
		const { members, progress } = await read(guild);
		expect(members.size).toBe(2500);
		expect(progress.map(({ done }) => done)).toEqual([1000, 2000, 2500, 2500]);
		expect(requests).toEqual([{ op: 8, d: { guild_id: GUILD, query: '', limit: 0, nonce: expect.stringMatching(/^.{1,32}$/) } }]);
		expect(ws.eventNames()).toEqual([]);
	});

	test('ignores chunks of another request', async () => {
		const { guild } = scriptedGuild(1, ({ nonce }, emit) => {
			emit(Event.GuildMembersChunk, chunk('another', 0, 1, people(5, 9)));
			emit(Event.GuildMembersChunk, chunk(nonce, 0, 1, people(0, 1)));
		});
		expect([...(await read(guild)).members.values()].map(({ id: found }) => found)).toEqual([id(0)]);
	});

	test('empties the chunks so that discord.js caches nothing', async () => {
		const sent: { members: object[] }[] = [];
		const { guild } = scriptedGuild(3, ({ nonce }, emit) => {
			const sentChunk = chunk(nonce, 0, 1, people(0, 3));
			emit(Event.GuildMembersChunk, sentChunk);
			sent.push(sentChunk);
		});
		expect((await read(guild)).members.size).toBe(3);
		expect(sent[0]?.members).toEqual([]);
	});

	test('applies member updates that arrive during the listing, of listed members of this guild only', async () => {
		const { guild } = scriptedGuild(1001, ({ nonce }, emit) => {
			emit(Event.GuildMembersChunk, chunk(nonce, 0, 2, people(0, FULL)));
			emit(Event.GuildMemberUpdate, { guild_id: GUILD, ...member(7, [KNIGHT]), nick: 'Sir Seven' });
			emit(Event.GuildMemberUpdate, { guild_id: GUILD, ...member(2000, [KNIGHT]) });
			emit(Event.GuildMemberUpdate, { guild_id: '1', ...member(8, [KNIGHT]) });
			emit(Event.GuildMembersChunk, chunk(nonce, 1, 2, people(FULL, FULL + 1)));
		});
		const { members } = await read(guild);
		expect(members.size).toBe(1001);
		expect(members.get(id(7))).toEqual({
			id: id(7),
			name: 'Sir Seven',
			username: 'p7',
			globalName: null,
			bot: false,
			joinedAt: null,
			roles: ['Knight']
		});
		expect(members.get(id(8))?.roles).toEqual([]);
	});

	test.each([
		['in the middle', [0, 2], 'sent 2 of 3 member chunks'],
		['at the end', [0, 1], 'in time'],
		['at the beginning', [1, 2], 'sent 2 of 3 member chunks']
	])('rejects a list with a chunk missing %s', async (_, chunks, reason) => {
		const { guild, ws } = scriptedGuild(3000, ({ nonce }, emit) => {
			for (const index of chunks) emit(Event.GuildMembersChunk, chunk(nonce, index, 3, people(index * FULL, (index + 1) * FULL)));
		});
		await expect(read(guild)).rejects.toThrow(reason);
		expect(ws.eventNames()).toEqual([]);
	});

	test('rejects a list with a missing chunk even when the member count matches', async () => {
		const { guild } = scriptedGuild(1200, ({ nonce }, emit) => {
			emit(Event.GuildMembersChunk, chunk(nonce, 0, 3, people(0, FULL)));
			emit(Event.GuildMembersChunk, chunk(nonce, 2, 3, people(FULL, FULL + 300)));
		});
		await expect(read(guild)).rejects.toThrow('sent 2 of 3 member chunks');
	});

	test('rejects a complete list with an invalid ID', async () => {
		const odd = scriptedGuild(1, ({ nonce }, emit) => {
			emit(Event.GuildMembersChunk, chunk(nonce, 0, 1, [{ ...member(0), user: { id: 'ada', username: 'ada' } }]));
		});
		await expect(read(odd.guild)).rejects.toThrow('is not a Discord ID');
	});

	test('starts over after a disconnect and drops members who left meanwhile', async () => {
		const { guild, requests, ws } = scriptedGuild(1999, ({ nonce }, emit, requestCount) => {
			if (requestCount === 1) {
				emit(Event.GuildMembersChunk, chunk(nonce, 0, 2, people(0, FULL)));
				emit(Event.Ready, {});
			} else
				for (const index of [0, 1])
					emit(Event.GuildMembersChunk, chunk(nonce, index, 2, people(1 + index * FULL, Math.min(2000, 1 + (index + 1) * FULL))));
		});
		const { members } = await read(guild);
		expect([members.size, members.has(id(0)), requests.length]).toEqual([1999, false, 2]);
		expect(ws.eventNames()).toEqual([]);
	});

	test('continues after a resumed connection, and starts over when no chunk follows', async () => {
		const resumed = scriptedGuild(1001, ({ nonce }, emit) => {
			emit(Event.GuildMembersChunk, chunk(nonce, 0, 2, people(0, FULL)));
			emit(Event.Resumed, {});
			emit(Event.GuildMembersChunk, chunk(nonce, 1, 2, people(FULL, FULL + 1)));
		});
		expect((await read(resumed.guild)).members.size).toBe(1001);
		expect(resumed.requests).toHaveLength(1);
		const unanswered = scriptedGuild(1, ({ nonce }, emit, requestCount) => {
			if (requestCount === 1) emit(Event.Resumed, {});
			else emit(Event.GuildMembersChunk, chunk(nonce, 0, 1, people(0, 1)));
		});
		expect((await read(unanswered.guild)).members.size).toBe(1);
		expect(unanswered.requests).toHaveLength(2);
	});

	test('gives up after three disconnects', async () => {
		const { guild, requests } = scriptedGuild(1, (_, emit) => emit(Event.Ready, {}));
		await expect(read(guild)).rejects.toThrow('connection to Discord was lost');
		expect(requests).toHaveLength(3);
	});

	test('waits out a rate limit, reports the wait, and requests again', async () => {
		const { guild, requests } = scriptedGuild(1, ({ nonce }, emit, requestCount) => {
			if (requestCount === 1) emit(Event.RateLimited, { opcode: 8, retry_after: 1.05, meta: { guild_id: GUILD, nonce } });
			else emit(Event.GuildMembersChunk, chunk(nonce, 0, 1, people(0, 1)));
		});
		const { members, progress } = await read(guild);
		expect(members.size).toBe(1);
		const waits = progress.map(({ waitingSeconds }) => waitingSeconds);
		expect(waits[0]).toBe(2);
		expect(new Set(waits)).toEqual(new Set([2, 1, undefined]));
		expect(progress.at(-1)).toEqual({ source: 'discord', done: 1, total: 1, finished: true });
		expect(requests).toHaveLength(2);
		expect(requests[0]?.d.nonce).not.toBe(requests[1]?.d.nonce);
	});
});

describe('readRoster, a list that differs from the member count', () => {
	const whole = (nonce: string, members: object[]) => chunk(nonce, 0, 1, members);
	const left = (index: number) => ({ guild_id: GUILD, user: member(index).user });
	const joined = (index: number, roles: string[] = []) => ({ guild_id: GUILD, ...member(index, roles) });

	test('accepts a shorter list that a second one confirms, and says so', async () => {
		const { guild, requests, ws } = scriptedGuild(5, ({ nonce }, emit) => emit(Event.GuildMembersChunk, whole(nonce, people(0, 4))));
		const { members, countMismatch } = await read(guild);
		expect([members.size, countMismatch]).toEqual([4, { listed: 4, counted: 5 }]);
		expect(requests).toHaveLength(2);
		expect(ws.eventNames()).toEqual([]);
	});

	test('waits out the rate limit before the second list', async () => {
		const { guild, requests } = scriptedGuild(5, ({ nonce }, emit, requestCount) => {
			if (requestCount === 2) emit(Event.RateLimited, { opcode: 8, retry_after: 0.01, meta: { guild_id: GUILD, nonce } });
			else emit(Event.GuildMembersChunk, whole(nonce, people(0, 4)));
		});
		expect((await read(guild)).members.size).toBe(4);
		expect(requests).toHaveLength(3);
	});

	test('accepts the second list alone when it has as many members as counted', async () => {
		const { guild } = scriptedGuild(5, ({ nonce }, emit, requestCount) =>
			emit(Event.GuildMembersChunk, whole(nonce, people(0, requestCount === 1 ? 4 : 5)))
		);
		const { members, countMismatch } = await read(guild);
		expect([members.size, countMismatch]).toEqual([5, undefined]);
	});

	test('accepts a longer list at once', async () => {
		const { guild, requests } = scriptedGuild(4, ({ nonce }, emit) => emit(Event.GuildMembersChunk, whole(nonce, people(0, 5))));
		const { members, countMismatch } = await read(guild);
		expect([members.size, countMismatch, requests.length]).toEqual([5, undefined, 1]);
	});

	test('rejects two lists that contradict each other', async () => {
		const { guild } = scriptedGuild(5, ({ nonce }, emit, requestCount) =>
			emit(Event.GuildMembersChunk, whole(nonce, people(requestCount - 1, requestCount + 3)))
		);
		await expect(read(guild)).rejects.toThrow('listed 4 of the 5 members, and other ones when asked again (4)');
	});

	test('rejects a second list with a missing chunk', async () => {
		const { guild } = scriptedGuild(5, ({ nonce }, emit, requestCount) =>
			emit(Event.GuildMembersChunk, chunk(nonce, 0, requestCount, people(0, 4)))
		);
		await expect(read(guild)).rejects.toThrow('sent 1 of 2 member chunks');
	});

	test('rejects a list that lacks a tenth of the members, without asking again', async () => {
		const { guild, requests } = scriptedGuild(200, ({ nonce }, emit) => emit(Event.GuildMembersChunk, whole(nonce, people(0, 179))));
		await expect(read(guild)).rejects.toThrow('listed 179 of the 200 members');
		expect(requests).toHaveLength(1);
	});

	test('accepts lists that differ in who joined and left between them', async () => {
		const { guild } = scriptedGuild(7, ({ nonce }, emit, requestCount) => {
			emit(Event.GuildMembersChunk, whole(nonce, requestCount === 1 ? people(0, 4) : people(1, 5)));
			if (requestCount === 1)
				for (const [event, data] of [
					[Event.GuildMemberRemove, left(0)],
					[Event.GuildMemberAdd, joined(4)]
				] as const)
					emit(event, data);
		});
		const { members, countMismatch } = await read(guild);
		expect([members.has(id(0)), members.has(id(4)), countMismatch]).toEqual([false, true, { listed: 4, counted: 7 }]);
	});

	test('contains who joined and not who left while one list was read', async () => {
		const { guild, requests } = scriptedGuild(4, ({ nonce }, emit) => {
			emit(Event.GuildMemberRemove, left(0));
			// Written before the member left, and sent after.
			emit(Event.GuildMembersChunk, chunk(nonce, 0, 2, [...people(0, 2), ...people(10, 10 + FULL)]));
			emit(Event.GuildMemberAdd, joined(5, [KNIGHT]));
			emit(Event.GuildMemberRemove, left(1));
			emit(Event.GuildMemberAdd, joined(1, [KNIGHT]));
			emit(Event.GuildMembersChunk, chunk(nonce, 1, 2, people(2, 4)));
		});
		const { members } = await read(guild);
		expect(members.has(id(0))).toBe(false);
		expect(members.get(id(5))?.roles).toEqual(['Knight']);
		expect(members.get(id(1))?.roles).toEqual(['Knight']);
		expect(requests).toHaveLength(1);
	});

	test('reads one list when one member leaves and another joins during it', async () => {
		const { guild, requests } = scriptedGuild(4, ({ nonce }, emit) => {
			emit(Event.GuildMemberRemove, left(0));
			emit(Event.GuildMembersChunk, whole(nonce, people(1, 4)));
			emit(Event.GuildMemberAdd, joined(4));
		});
		// The join arrives with the last chunk: before the list is compared with the count.
		expect((await read(guild)).members.size).toBe(4);
		expect(requests).toHaveLength(1);
	});
});
