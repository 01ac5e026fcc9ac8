import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { type ApplicationCommandDataResolvable, Client, type ClientOptions, GatewayIntentBits, type Interaction } from 'discord.js';
import { expect } from 'vitest';
import { Faults } from '../../../sandbox/services/core/faults.js';
import { RequestLog } from '../../../sandbox/services/core/request-log.js';
import { type Limits, SandboxDiscord } from '../../../sandbox/services/discord/discord.js';
import { type World, worldSchema } from '../../../sandbox/world/world.js';
import { differencesOf, type Exchange, recording } from './description/exchanges.js';

export const TOKEN = 'sandbox-token';

/** High enough to never apply. */
const UNLIMITED = { limit: 10_000, seconds: 1 };

type Members = World['guild']['members'];

/** The emulated Discord on its own port, with discord.js clients. */
export class DiscordFixture {
	public readonly log = new RequestLog();
	public readonly faults = new Faults();
	public readonly discord: SandboxDiscord;
	public now = new Date('2026-11-20T12:00:00Z');
	/** Every request and response without faults. */
	public readonly exchanges: Exchange[] = [];
	private readonly clients: Client[] = [];

	private constructor(
		private readonly server: Server,
		public readonly url: string,
		limits: Partial<Limits>
	) {
		this.discord = new SandboxDiscord({
			log: this.log,
			faults: this.faults,
			token: TOKEN,
			now: () => this.now,
			gatewayUrl: () => `${url.replace('http', 'ws')}/gateway`,
			limits: { memberRoles: UNLIMITED, messages: UNLIMITED, others: UNLIMITED, global: UNLIMITED, ...limits }
		});
	}

	public static async open(members: readonly Partial<Members[number]>[] = [], limits: Partial<Limits> = {}): Promise<DiscordFixture> {
		const server = createServer();
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		const fixture = new DiscordFixture(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, limits);
		const answer = getRequestListener(
			recording(
				(request, env) => fixture.discord.app.fetch(request, env as object),
				// What a fault makes of an answer is not Discord's.
				(exchange) => fixture.faults.list().length === 0 && fixture.exchanges.push(exchange)
			)
		);
		server.on('request', (request, response) => void answer(request, response));
		fixture.discord.attachGateway(server);
		fixture.discord.load(worldSchema.parse({ guild: { members } }).guild.members);
		return fixture;
	}

	/** @param more - further intents */
	public client(more: readonly GatewayIntentBits[] = []): Client {
		const options: Omit<ClientOptions, 'tasks'> = {
			intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMembers, ...more],
			allowedMentions: { parse: [] },
			rest: { api: `${this.url}/api`, retries: 0 }
		};
		// A Sapphire plugin requires `tasks` in the options of every client in this repository.
		const client = new Client(options as ClientOptions);
		this.clients.push(client);
		return client;
	}

	/** Logs a bot in, registers its commands and answers interactions. */
	public async bot(
		commands: readonly ApplicationCommandDataResolvable[] = [],
		answer?: (interaction: Interaction) => unknown,
		intents: readonly GatewayIntentBits[] = []
	): Promise<Client<true>> {
		const client = this.client(intents);
		const ready = new Promise<Client<true>>((resolve) => client.once('clientReady', resolve));
		if (answer) client.on('interactionCreate', (interaction) => void answer(interaction));
		await client.login(TOKEN);
		const bot = await ready;
		if (commands.length > 0) {
			await bot.application.commands.set(commands, this.discord.ids.guildId);
			await this.discord.whenReady();
		}
		return bot;
	}

	public rest(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
		return fetch(`${this.url}/api/v10${path}`, {
			method,
			headers: { authorization: `Bot ${TOKEN}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
			...(body === undefined ? {} : { body: JSON.stringify(body) })
		});
	}

	/** Resolves with the first truthy result. Checks after every change. */
	public until<T>(find: () => T | undefined | false | null): Promise<T> {
		return new Promise((resolve) => {
			const check = () => {
				const found = find();
				if (found === undefined || found === null || found === false) return;
				stop();
				clearInterval(again);
				resolve(found);
			};
			const stop = this.discord.onChange(check);
			const again = setInterval(check, 5);
			check();
		});
	}

	/** Checks besides that every request and response was as Discord describes it. */
	public async close(): Promise<void> {
		await Promise.all(this.clients.map((client) => client.destroy()));
		await this.discord.close();
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
		expect([...new Set(this.exchanges.flatMap(differencesOf))], "differences from Discord's description").toEqual([]);
	}
}
