import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { DiscordFixture, TOKEN } from './fixtures.js';

interface Payload {
	op: number;
	t: string | null;
	s: number | null;
	d: Record<string, unknown> & { members?: unknown[] };
}

/** A raw gateway client. */
class RawGateway {
	public readonly received: Payload[] = [];
	private readonly socket: WebSocket;

	public constructor(private readonly fixture: DiscordFixture) {
		this.socket = new WebSocket(`${fixture.url.replace('http', 'ws')}/gateway?v=10&encoding=json`);
		this.socket.on('message', (data) => this.received.push(JSON.parse(data.toString())));
	}

	public async send(op: number, d: unknown): Promise<void> {
		if (this.socket.readyState === WebSocket.CONNECTING) await once(this.socket, 'open');
		this.socket.send(JSON.stringify({ op, d }));
	}

	public async identify(intents: number): Promise<Payload> {
		await this.send(2, { token: TOKEN, intents, properties: {} });
		return this.waitFor((payload) => payload.t === 'READY');
	}

	public waitFor(wanted: (payload: Payload) => boolean): Promise<Payload> {
		return this.fixture.until(() => this.received.find(wanted));
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

let fixture: DiscordFixture;
afterEach(() => fixture.close());

/** Receives a payload, disconnects, and waits until the gateway has noticed. */
async function receiveAndDisconnect(gateway: RawGateway, waitFor: (gateway: RawGateway) => Promise<Payload>): Promise<Payload> {
	const payload = await waitFor(gateway);
	const gone = new Promise<void>((resolve) => {
		const stop = fixture.discord.onChange(() => {
			stop();
			resolve();
		});
	});
	gateway.end();
	await gone;
	return payload;
}

const ask = (d: object) => ({ guild_id: fixture.discord.ids.guildId, nonce: 'n', ...d });
const chunksOf = (gateway: RawGateway) => gateway.received.filter(({ t }) => t === 'GUILD_MEMBERS_CHUNK');

describe('gateway protocol', () => {
	it('sends full, numbered member chunks', async () => {
		fixture = await DiscordFixture.open(Array.from({ length: 2000 }, (_, index) => ({ id: `${10000 + index}`, username: `p${index}` })));
		const gateway = new RawGateway(fixture);
		await gateway.identify(GUILDS | MEMBERS);
		await gateway.send(8, ask({ query: '', limit: 0 }));
		await gateway.waitFor(({ d }) => d?.chunk_index === 2);
		expect(chunksOf(gateway).map(({ d }) => [d.chunk_index, d.chunk_count, d.members?.length, d.nonce])).toEqual([
			[0, 3, 1000, 'n'],
			[1, 3, 1000, 'n'],
			[2, 3, 3, 'n']
		]);
		const numbers = gateway.received.flatMap(({ s }) => s ?? []);
		expect(numbers).toEqual(numbers.map((_, index) => index + 1));
	});

	it('finds members by ID and name prefix and reports unknown IDs', async () => {
		fixture = await DiscordFixture.open([{ id: '1001', username: 'ada' }]);
		const gateway = new RawGateway(fixture);
		await gateway.identify(GUILDS);
		await gateway.send(8, ask({ user_ids: ['1001', '9'], limit: 0 }));
		await gateway.send(8, ask({ query: 'op', limit: 5 }));
		await fixture.until(() => chunksOf(gateway).length === 2);
		expect(chunksOf(gateway)).toMatchObject([
			{ d: { members: [{ user: { id: '1001' } }], not_found: ['9'] } },
			{ d: { members: [{ user: { username: 'operator' } }] } }
		]);
		const code = gateway.closed();
		await gateway.send(8, ask({ query: '', limit: 0 }));
		expect(await code).toBe(4014);
	});

	it("dispatches only the events of the session's intents", async () => {
		fixture = await DiscordFixture.open([{ id: '1001', username: 'ada' }]);
		const [withoutIntents, all] = [new RawGateway(fixture), new RawGateway(fixture)];
		await withoutIntents.identify(0);
		await all.identify(GUILDS | MEMBERS | MESSAGES);
		fixture.discord.changeRoles({ user: 'ada', add: ['Lord'] });
		await fixture.rest('POST', `/channels/${fixture.discord.ids.adminChannelId}/messages`, { content: 'hello' });
		fixture.discord.setMemberIntent(true);
		await all.waitFor(({ t }) => t === 'MESSAGE_CREATE');
		expect(all.received.map(({ t }) => t)).toEqual([null, 'READY', 'GUILD_CREATE', 'GUILD_MEMBER_UPDATE', 'MESSAGE_CREATE']);
		expect(withoutIntents.received.map(({ t }) => t)).toEqual([null, 'READY']);
		expect(all.received[2]?.d).toMatchObject({
			large: true,
			unavailable: false,
			member_count: 4,
			members: [{ user: { username: 'Reeve' } }]
		});
	});

	it('replays buffered events on resume and rejects unknown sessions', async () => {
		fixture = await DiscordFixture.open([{ id: '1001', username: 'ada' }]);
		const first = new RawGateway(fixture);
		const { d } = await first.identify(GUILDS | MEMBERS);
		first.end();
		fixture.discord.changeRoles({ user: 'ada', add: ['Lord'] });
		const second = new RawGateway(fixture);
		await second.send(6, { token: TOKEN, session_id: d.session_id, seq: 2 });
		await second.waitFor(({ t }) => t === 'RESUMED');
		expect(second.received.map(({ t, s }) => [t, s])).toEqual([
			[null, null],
			['GUILD_MEMBER_UPDATE', 3],
			['RESUMED', 4]
		]);
		const unknown = new RawGateway(fixture);
		await unknown.send(6, { token: TOKEN, session_id: 'nobody', seq: 1 });
		expect((await unknown.waitFor(({ op }) => op === 9)).d).toBe(false);
	});

	it('expires a session one minute after its last disconnect, not after an earlier one', async () => {
		fixture = await DiscordFixture.open();
		vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
		try {
			const { session_id } = (await receiveAndDisconnect(new RawGateway(fixture), (gateway) => gateway.identify(GUILDS))).d;
			const resume = async (gateway: RawGateway) => {
				await gateway.send(6, { token: TOKEN, session_id, seq: 2 });
				return gateway.waitFor(({ t, op }) => t === 'RESUMED' || op === 9);
			};
			vi.advanceTimersByTime(40_000);
			expect(await receiveAndDisconnect(new RawGateway(fixture), resume)).toMatchObject({ t: 'RESUMED' });
			vi.advanceTimersByTime(40_000);
			expect(await receiveAndDisconnect(new RawGateway(fixture), resume)).toMatchObject({ t: 'RESUMED' });
			vi.advanceTimersByTime(61_000);
			expect(await receiveAndDisconnect(new RawGateway(fixture), resume)).toMatchObject({ op: 9 });
		} finally {
			vi.useRealTimers();
		}
	});

	it('sends reconnect, invalid-session and close faults', async () => {
		fixture = await DiscordFixture.open();
		const gateway = new RawGateway(fixture);
		await gateway.identify(GUILDS);
		fixture.faults.add({ target: 'gateway', kind: 'reconnect' });
		await gateway.waitFor(({ op }) => op === 7);
		fixture.faults.add({ target: 'gateway', kind: 'invalid-session' });
		await gateway.waitFor(({ op }) => op === 9);
		fixture.faults.add({ target: 'gateway', kind: 'drop', match: 'REQUEST_GUILD_MEMBERS' });
		const other = new RawGateway(fixture);
		await other.identify(GUILDS | MEMBERS);
		const code = other.closed();
		await other.send(8, ask({ query: '', limit: 0 }));
		expect(await code).toBe(1006);
		const last = new RawGateway(fixture);
		await last.identify(GUILDS);
		const closed = last.closed();
		fixture.faults.add({ target: 'gateway', kind: 'close', status: 4004 });
		expect(await closed).toBe(4004);
	});

	it('acknowledges heartbeats without logging them and limits the send rate', async () => {
		fixture = await DiscordFixture.open();
		const gateway = new RawGateway(fixture);
		await gateway.identify(GUILDS);
		await gateway.send(1, 2);
		await gateway.waitFor(({ op }) => op === 11);
		await gateway.send(3, { since: null, activities: [], status: 'online', afk: false });
		await fixture.until(() => fixture.log.list().length === 2);
		expect(fixture.log.list()).toMatchObject([
			{ target: 'gateway', method: 'IDENTIFY', path: '/gateway', body: { op: 2, d: { token: '***', intents: 1 } } },
			{ method: 'PRESENCE_UPDATE' }
		]);
		const code = gateway.closed();
		for (let sent = 0; sent < 120; sent += 1) await gateway.send(1, 2);
		expect(await code).toBe(4008);
	});
});
