import { EventEmitter } from 'node:events';
import { GatewayDispatchEvents as Event, type Guild } from 'discord.js';
import { describe, expect, test } from 'vitest';
import { readRoster } from '../../src/discord/roster.js';
import type { Progress } from '../../src/reconciliation/domain/run.js';

/** Discord's side of a list of members, played by hand. */

const GUILD = '200000000000000001';
const KNIGHT = '500000000000000001';
const ROLES = { idOf: new Map([['Knight', KNIGHT]]), nameOf: new Map([[KNIGHT, 'Knight']]) };
const FULL = 1000;
const HURRY_MS = 30;

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

/** A guild whose gateway answers a request as told. */
function guildWhere(
	memberCount: number,
	answer: (request: Request['d'], tell: (event: Event, data: object) => void, asked: number) => void
) {
	const ws = new EventEmitter();
	const requests: Request[] = [];
	const send = (request: Request) => {
		requests.push(request);
		queueMicrotask(() => answer(request.d, (event, data) => ws.emit(event, data, 0), requests.length));
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
	const heard: Progress[] = [];
	const roster = readRoster(guild, ROLES, (progress) => heard.push(progress), HURRY_MS);
	return { members: (await roster).members, heard };
}

describe('the list of members', () => {
	test('is asked for once, and whole when every part has come, in whatever order and however often', async () => {
		const { guild, ws, requests } = guildWhere(2500, ({ nonce }, tell) => {
			for (const index of [1, 0, 0, 2])
				tell(Event.GuildMembersChunk, chunk(nonce, index, 3, people(index * FULL, Math.min(2500, (index + 1) * FULL))));
		});
		const { members, heard } = await read(guild);
		expect(members.size).toBe(2500);
		expect(heard.map(({ done }) => done)).toEqual([1000, 2000, 2500, 2500]);
		expect(requests).toEqual([{ op: 8, d: { guild_id: GUILD, query: '', limit: 0, nonce: expect.stringMatching(/^.{1,32}$/) } }]);
		expect(ws.eventNames()).toEqual([]);
	});

	test('is not the answer to somebody else’s question', async () => {
		const { guild } = guildWhere(1, ({ nonce }, tell) => {
			tell(Event.GuildMembersChunk, chunk('another', 0, 1, people(5, 9)));
			tell(Event.GuildMembersChunk, chunk(nonce, 0, 1, people(0, 1)));
		});
		expect([...(await read(guild)).members.values()].map(({ id: found }) => found)).toEqual([id(0)]);
	});

	test('leaves discord.js nothing to keep', async () => {
		const sent: { members: object[] }[] = [];
		const { guild } = guildWhere(3, ({ nonce }, tell) => {
			const part = chunk(nonce, 0, 1, people(0, 3));
			tell(Event.GuildMembersChunk, part);
			sent.push(part);
		});
		expect((await read(guild)).members.size).toBe(3);
		expect(sent[0]?.members).toEqual([]);
	});

	test('shows somebody as they are by the end of it; whoever was not listed is not in it', async () => {
		const { guild } = guildWhere(1001, ({ nonce }, tell) => {
			tell(Event.GuildMembersChunk, chunk(nonce, 0, 2, people(0, FULL)));
			tell(Event.GuildMemberUpdate, { guild_id: GUILD, ...member(7, [KNIGHT]), nick: 'Sir Seven' });
			tell(Event.GuildMemberUpdate, { guild_id: GUILD, ...member(2000, [KNIGHT]) });
			tell(Event.GuildMemberUpdate, { guild_id: '1', ...member(8, [KNIGHT]) });
			tell(Event.GuildMembersChunk, chunk(nonce, 1, 2, people(FULL, FULL + 1)));
		});
		const { members } = await read(guild);
		expect(members.size).toBe(1001);
		expect(members.get(id(7))).toEqual({ id: id(7), name: 'Sir Seven', bot: false, roles: ['Knight'] });
		expect(members.get(id(8))?.roles).toEqual([]);
	});

	test.each([
		['in the middle', [0, 2], 'listed 2000 of the 3000 members'],
		['at the end', [0, 1], 'in time'],
		['at the beginning', [1, 2], 'listed 2000 of the 3000 members']
	])('of which a part is missing %s is none', async (_, parts, why) => {
		const { guild, ws } = guildWhere(3000, ({ nonce }, tell) => {
			for (const index of parts) tell(Event.GuildMembersChunk, chunk(nonce, index, 3, people(index * FULL, (index + 1) * FULL)));
		});
		await expect(read(guild)).rejects.toThrow(why);
		expect(ws.eventNames()).toEqual([]);
	});

	test('of which a part is missing is none also where as many came as the guild counts', async () => {
		const { guild } = guildWhere(1200, ({ nonce }, tell) => {
			tell(Event.GuildMembersChunk, chunk(nonce, 0, 3, people(0, FULL)));
			tell(Event.GuildMembersChunk, chunk(nonce, 2, 3, people(FULL, FULL + 300)));
		});
		await expect(read(guild)).rejects.toThrow('sent 2 of the 3 parts');
	});

	test('that is whole and names fewer than the guild counts, or nobody by an ID, is none', async () => {
		const short = guildWhere(5, ({ nonce }, tell) => tell(Event.GuildMembersChunk, chunk(nonce, 0, 1, people(0, 4))));
		await expect(read(short.guild)).rejects.toThrow('listed 4 of the 5 members');
		const odd = guildWhere(1, ({ nonce }, tell) => {
			tell(Event.GuildMembersChunk, chunk(nonce, 0, 1, [{ ...member(0), user: { id: 'ada', username: 'ada' } }]));
		});
		await expect(read(odd.guild)).rejects.toThrow('is no Discord ID');
	});

	test('is asked for again where the connection was lost in the middle of it: whoever left meanwhile is not in it', async () => {
		const { guild, requests, ws } = guildWhere(1999, ({ nonce }, tell, asked) => {
			if (asked === 1) {
				tell(Event.GuildMembersChunk, chunk(nonce, 0, 2, people(0, FULL)));
				tell(Event.Ready, {});
			} else
				for (const index of [0, 1])
					tell(Event.GuildMembersChunk, chunk(nonce, index, 2, people(1 + index * FULL, Math.min(2000, 1 + (index + 1) * FULL))));
		});
		const { members } = await read(guild);
		expect([members.size, members.has(id(0)), requests.length]).toEqual([1999, false, 2]);
		expect(ws.eventNames()).toEqual([]);
	});

	test('goes on where the connection comes back, and is asked for again where nothing follows', async () => {
		const goingOn = guildWhere(1001, ({ nonce }, tell) => {
			tell(Event.GuildMembersChunk, chunk(nonce, 0, 2, people(0, FULL)));
			tell(Event.Resumed, {});
			tell(Event.GuildMembersChunk, chunk(nonce, 1, 2, people(FULL, FULL + 1)));
		});
		expect((await read(goingOn.guild)).members.size).toBe(1001);
		expect(goingOn.requests).toHaveLength(1);
		const unanswered = guildWhere(1, ({ nonce }, tell, asked) => {
			if (asked === 1) tell(Event.Resumed, {});
			else tell(Event.GuildMembersChunk, chunk(nonce, 0, 1, people(0, 1)));
		});
		expect((await read(unanswered.guild)).members.size).toBe(1);
		expect(unanswered.requests).toHaveLength(2);
	});

	test('of which the connection is lost again and again is none', async () => {
		const { guild, requests } = guildWhere(1, (_, tell) => tell(Event.Ready, {}));
		await expect(read(guild)).rejects.toThrow('connection to Discord was lost');
		expect(requests).toHaveLength(3);
	});

	test('that Discord refuses for a while is asked for again after it, and the wait is told', async () => {
		const { guild, requests } = guildWhere(1, ({ nonce }, tell, asked) => {
			if (asked === 1) tell(Event.RateLimited, { opcode: 8, retry_after: 1.05, meta: { guild_id: GUILD, nonce } });
			else tell(Event.GuildMembersChunk, chunk(nonce, 0, 1, people(0, 1)));
		});
		const { members, heard } = await read(guild);
		expect(members.size).toBe(1);
		const waits = heard.map(({ waitingSeconds }) => waitingSeconds);
		expect(waits[0]).toBe(2);
		expect(new Set(waits)).toEqual(new Set([2, 1, undefined]));
		expect(heard.at(-1)).toEqual({ source: 'discord', done: 1, total: 1, finished: true });
		expect(requests).toHaveLength(2);
		expect(requests[0]?.d.nonce).not.toBe(requests[1]?.d.nonce);
	});
});
