import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type RunningServices, startServices } from '../../sandbox/services/services.js';
import type { ReeveOptions } from '../../src/index.js';
import { type Answer, Host, type HostFacts, TOKEN } from './host/host.js';

/** Mounts Reeve in an existing bot, and compares the bot with and without it. */

const STRIPE_KEY = 'rk_test_0123456789';
const ADA = '300000000000000001';

let services: RunningServices;
let folder: string;
let host: Host | null = null;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'reeve-host-'));
	services = await startServices({
		token: TOKEN,
		stripeKey: STRIPE_KEY,
		guild: { members: [{ id: ADA, username: 'ada', roles: ['Knight'] }] }
	});
});
afterEach(async () => {
	await host?.stop();
	host = null;
});
afterAll(async () => {
	await services?.close();
	await rm(folder, { recursive: true, force: true });
});

function options(change: object = {}): ReeveOptions {
	const { guildId, adminChannelId } = services.discord.ids;
	return {
		guilds: [
			{
				id: guildId,
				adminChannelId,
				tiers: [
					{ name: 'Knight', prices: ['price_knight'] },
					{ name: 'Lord', prices: ['price_lord'] }
				],
				timeZone: 'UTC',
				hour: (new Date().getUTCHours() + 12) % 24
			}
		],
		stripe: { key: STRIPE_KEY, apiUrl: services.url },
		storage: { dataDir: join(folder, 'data') },
		...change
	};
}

async function start(reeve: object | null, env: Record<string, string> = {}): Promise<Host> {
	host = await Host.start(services, reeve, env);
	return host;
}

/** Everything the bot itself answers. */
async function answers(bot: Host): Promise<Record<string, Answer>> {
	const status = await bot.command('status');
	const messageId = services.discord
		.messages()
		.filter(({ content }) => content === 'All is well.')
		.at(-1)?.id as string;
	return {
		status,
		open: await bot.click(messageId, 'ticket:open'),
		fail: await bot.click(messageId, 'ticket:fail'),
		unhandled: await bot.click(messageId, 'ticket:unhandled'),
		denied: await bot.command('denied'),
		failing: await bot.command('failing')
	};
}

describe('an existing bot', () => {
	test('answers the same with and without Reeve, which adds one key to the container and nothing to the process', async () => {
		const without = await start(null);
		const before = { facts: await without.ask<HostFacts>('facts'), answers: await answers(without) };
		const commands = services.discord.commands().map(({ name, guild_id }) => [name, guild_id ?? null]);
		expect(commands).toEqual([
			['status', null],
			['denied', null],
			['failing', null]
		]);
		await without.stop();

		const mounted = await start(options({ commandName: 'billing' }));
		await mounted.ask('ready');
		const after = await mounted.ask<HostFacts>('facts');
		expect(await answers(mounted)).toEqual(before.answers);
		expect(after.keys).toEqual([...before.facts.keys, 'reeve'].sort());
		expect(after.stores).toEqual(before.facts.stores);
		expect(after.signals).toEqual(before.facts.signals);
		expect(after.pieces.filter((name) => !name.startsWith('reeve.'))).toEqual(before.facts.pieces);
		await vi.waitFor(() =>
			expect(services.discord.commands().map(({ name, guild_id }) => [name, guild_id ?? null])).toEqual([
				['billing', services.discord.ids.guildId],
				...commands
			])
		);
	});

	test('has runs and fixes by the command under its name, and by container.reeve with events', async () => {
		const bot = await start(options({ commandName: 'billing' }));
		await bot.ask('ready');
		await vi.waitFor(() => expect(services.discord.commands().map(({ name }) => name)).toContain('billing'));
		expect((await bot.command('billing status')).failure).toBeNull();
		expect((await bot.command('billing status', {}, ADA)).responses[0]?.content).toMatch(/^Only operators may use Reeve/);

		const paused = await bot.command('billing pause');
		expect(paused.responses[0]?.content).toContain('`/billing resume`');
		expect(await bot.ask('reeve', 'resume')).not.toBeNull();

		const run = await bot.ask<{ status: string; issues: { id: string; discordId: string }[] }>('reeve', 'run');
		expect(run).toMatchObject({ status: 'COMPLETED', issues: [{ discordId: ADA }] });
		await vi.waitFor(() => expect(services.discord.messages().some(({ embeds }) => embeds.length > 0)).toBe(true));
		expect(await bot.ask('reeve', 'fix', run.issues[0]?.id)).toMatchObject({ kind: 'ended', outcome: 'FIXED' });
		expect(services.discord.guild().members.find(({ id }) => id === ADA)?.roles).toEqual([]);
		expect(await bot.ask('reeve', 'why', ADA)).toMatchObject({ discordId: ADA });
		expect(await bot.ask<object[]>('reeve', 'check', [ADA])).toMatchObject([{ status: 'COMPLETED', onlyMember: ADA, issues: [] }]);
		expect(await bot.ask('events')).toEqual(['run', 'issue', 'fixed', 'run']);
		services.discord.changeRoles({ user: ADA, add: ['Knight'] });
	});

	test('goes on after Reeve was stopped, and Reeve says so', async () => {
		const bot = await start(options());
		await bot.ask('ready');
		await vi.waitFor(() => expect(services.discord.commands().map(({ name }) => name)).toContain('reconcile'));
		await bot.ask('reeve', 'stop');
		expect((await bot.command('status')).responses[0]?.content).toBe('All is well.');
		expect((await bot.command('reconcile status')).responses[0]?.content).toMatch(/^Reeve has been stopped/);
		await expect(bot.ask('reeve', 'status')).rejects.toThrow('Reeve has been stopped');
	});

	test.each<[string, object, Record<string, string>, RegExp]>([
		[
			'wrong options',
			{ graceHours: -1 },
			{},
			/Reeve is disabled, and the bot goes on without it: 1 setting needs fixing, [^\n]*\n +• graceHours is -1/
		],
		['a missing intent', {}, { INTENTS: 'Guilds' }, /Reeve is disabled, and the bot goes on without it: .*GatewayIntentBits\.GuildMembers/],
		[
			'a database that cannot be opened',
			{ storage: { dataDir: '/dev/null/reeve' } },
			{},
			/Reeve is disabled, and the bot goes on without it: .*\/dev\/null\/reeve/
		]
	])('goes on with %s, and the log says why once', async (_, change, env, sentence) => {
		const bot = await start(options(change), env);
		await vi.waitFor(async () => expect(await bot.ask('isReady')).toBe(true));
		expect((await bot.command('status')).responses[0]?.content).toBe('All is well.');
		expect((await bot.command('denied')).responses[0]?.content).toBe('Denied: Never.');
		expect(bot.output).toMatch(sentence);
		expect(bot.output.match(/Reeve/g)?.length).toBeGreaterThan(0);
		expect(bot.output.match(/Reeve is disabled/g)).toHaveLength(1);
		const { pieces } = await bot.ask<HostFacts>('facts');
		expect(pieces.filter((name) => name.startsWith('reeve.'))).toEqual([]);
	});
});
