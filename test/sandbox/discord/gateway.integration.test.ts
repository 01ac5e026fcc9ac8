import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { Stage, TOKEN } from './fixtures.js';

interface Payload {
	op: number;
	t: string | null;
	s: number | null;
	d: Record<string, unknown> & { members?: unknown[] };
}

/** A raw gateway client. */
class Wire {
	public readonly got: Payload[] = [];
	private readonly socket: WebSocket;

	public constructor(private readonly stage: Stage) {
		this.socket = new WebSocket(`${stage.url.replace('http', 'ws')}/gateway?v=10&encoding=json`);
		this.socket.on('message', (data) => this.got.push(JSON.parse(data.toString())));
	}

	public async say(op: number, d: unknown): Promise<void> {
		if (this.socket.readyState === WebSocket.CONNECTING) await once(this.socket, 'open');
		this.socket.send(JSON.stringify({ op, d }));
	}

	public async identify(intents: number): Promise<Payload> {
		await this.say(2, { token: TOKEN, intents, properties: {} });
		return this.hear((payload) => payload.t === 'READY');
	}

	public hear(wanted: (payload: Payload) => boolean): Promise<Payload> {
		return this.stage.until(() => this.got.find(wanted));
	}

	public async closed(): Promise<number> {
		const [code] = await once(this.socket, 'close');
		return code;
	}

	public end(): void {
		this.socket.terminate();
	}
}

const GUILDS = 1;
const MEMBERS = 2;
const MESSAGES = 512;

let stage: Stage;
afterEach(() => stage.close());

/** Receives a payload, disconnects, and waits until the gateway has noticed. */
async function leave(wire: Wire, hear: (wire: Wire) => Promise<Payload>): Promise<Payload> {
	const heard = await hear(wire);
	const gone = new Promise<void>((resolve) => {
		const stop = stage.discord.onChange(() => {
			stop();
			resolve();
		});
	});
	wire.end();
	await gone;
	return heard;
}

const ask = (d: object) => ({ guild_id: stage.discord.ids.guildId, nonce: 'n', ...d });
const chunksOf = (wire: Wire) => wire.got.filter(({ t }) => t === 'GUILD_MEMBERS_CHUNK');

describe('the gateway, word for word', () => {
	it('chunks are full but for the last, and numbered', async () => {
		stage = await Stage.open(Array.from({ length: 2000 }, (_, index) => ({ id: `${10000 + index}`, username: `p${index}` })));
		const wire = new Wire(stage);
		await wire.identify(GUILDS | MEMBERS);
		await wire.say(8, ask({ query: '', limit: 0 }));
		await wire.hear(({ d }) => d?.chunk_index === 2);
		expect(chunksOf(wire).map(({ d }) => [d.chunk_index, d.chunk_count, d.members?.length, d.nonce])).toEqual([
			[0, 3, 1000, 'n'],
			[1, 3, 1000, 'n'],
			[2, 3, 3, 'n']
		]);
		const numbers = wire.got.flatMap(({ s }) => s ?? []);
		expect(numbers).toEqual(numbers.map((_, index) => index + 1));
	});

	it('people are found by ID and by the beginning of their name, and the missing are named', async () => {
		stage = await Stage.open([{ id: '1001', username: 'ada' }]);
		const wire = new Wire(stage);
		await wire.identify(GUILDS);
		await wire.say(8, ask({ user_ids: ['1001', '9'], limit: 0 }));
		await wire.say(8, ask({ query: 'op', limit: 5 }));
		await stage.until(() => chunksOf(wire).length === 2);
		expect(chunksOf(wire)).toMatchObject([
			{ d: { members: [{ user: { id: '1001' } }], not_found: ['9'] } },
			{ d: { members: [{ user: { username: 'operator' } }] } }
		]);
		const code = wire.closed();
		await wire.say(8, ask({ query: '', limit: 0 }));
		expect(await code).toBe(4014);
	});

	it('a session hears what its intents let it hear', async () => {
		stage = await Stage.open([{ id: '1001', username: 'ada' }]);
		const [deaf, all] = [new Wire(stage), new Wire(stage)];
		await deaf.identify(0);
		await all.identify(GUILDS | MEMBERS | MESSAGES);
		stage.discord.changeRoles({ user: 'ada', add: ['Lord'] });
		await stage.rest('POST', `/channels/${stage.discord.ids.adminChannelId}/messages`, { content: 'hello' });
		stage.discord.setMemberIntent(true);
		await all.hear(({ t }) => t === 'MESSAGE_CREATE');
		expect(all.got.map(({ t }) => t)).toEqual([null, 'READY', 'GUILD_CREATE', 'GUILD_MEMBER_UPDATE', 'MESSAGE_CREATE']);
		expect(deaf.got.map(({ t }) => t)).toEqual([null, 'READY']);
		expect(all.got[2]?.d).toMatchObject({ large: true, unavailable: false, member_count: 4, members: [{ user: { username: 'Reeve' } }] });
	});

	it('a session can be resumed from any event that is kept, and one that nobody knows cannot', async () => {
		stage = await Stage.open([{ id: '1001', username: 'ada' }]);
		const first = new Wire(stage);
		const { d } = await first.identify(GUILDS | MEMBERS);
		first.end();
		stage.discord.changeRoles({ user: 'ada', add: ['Lord'] });
		const second = new Wire(stage);
		await second.say(6, { token: TOKEN, session_id: d.session_id, seq: 2 });
		await second.hear(({ t }) => t === 'RESUMED');
		expect(second.got.map(({ t, s }) => [t, s])).toEqual([
			[null, null],
			['GUILD_MEMBER_UPDATE', 3],
			['RESUMED', 4]
		]);
		const stranger = new Wire(stage);
		await stranger.say(6, { token: TOKEN, session_id: 'nobody', seq: 1 });
		expect((await stranger.hear(({ op }) => op === 9)).d).toBe(false);
	});

	it('a session is forgotten a minute after its last socket went, and not after an earlier one did', async () => {
		stage = await Stage.open();
		vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
		try {
			const { session_id } = (await leave(new Wire(stage), (wire) => wire.identify(GUILDS))).d;
			const resume = async (wire: Wire) => {
				await wire.say(6, { token: TOKEN, session_id, seq: 2 });
				return wire.hear(({ t, op }) => t === 'RESUMED' || op === 9);
			};
			vi.advanceTimersByTime(40_000);
			expect(await leave(new Wire(stage), resume)).toMatchObject({ t: 'RESUMED' });
			vi.advanceTimersByTime(40_000);
			expect(await leave(new Wire(stage), resume)).toMatchObject({ t: 'RESUMED' });
			vi.advanceTimersByTime(61_000);
			expect(await leave(new Wire(stage), resume)).toMatchObject({ op: 9 });
		} finally {
			vi.useRealTimers();
		}
	});

	it('it can ask for a reconnect and call a session invalid', async () => {
		stage = await Stage.open();
		const wire = new Wire(stage);
		await wire.identify(GUILDS);
		stage.faults.add({ target: 'gateway', kind: 'reconnect' });
		await wire.hear(({ op }) => op === 7);
		stage.faults.add({ target: 'gateway', kind: 'invalid-session' });
		await wire.hear(({ op }) => op === 9);
		stage.faults.add({ target: 'gateway', kind: 'drop', match: 'REQUEST_GUILD_MEMBERS' });
		const other = new Wire(stage);
		await other.identify(GUILDS | MEMBERS);
		const code = other.closed();
		await other.say(8, ask({ query: '', limit: 0 }));
		expect(await code).toBe(1006);
	});

	it('heartbeats are answered and not logged; too many sends end the connection', async () => {
		stage = await Stage.open();
		const wire = new Wire(stage);
		await wire.identify(GUILDS);
		await wire.say(1, 2);
		await wire.hear(({ op }) => op === 11);
		await wire.say(3, { since: null, activities: [], status: 'online', afk: false });
		await stage.until(() => stage.log.list().length === 2);
		expect(stage.log.list()).toMatchObject([
			{ target: 'gateway', method: 'IDENTIFY', path: '/gateway', body: { op: 2, d: { token: '***', intents: 1 } } },
			{ method: 'PRESENCE_UPDATE' }
		]);
		const code = wire.closed();
		for (let sent = 0; sent < 120; sent += 1) await wire.say(1, 2);
		expect(await code).toBe(4008);
	});
});
