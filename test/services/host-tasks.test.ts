import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type RunningServices, startServices } from '../../sandbox/services/services.js';
import { Host, type HostFacts, TOKEN } from '../end-to-end/host/host.js';
import { TestRedis } from './redis.js';

/** Mounts Reeve in a bot that uses @sapphire/plugin-scheduled-tasks. */

const STRIPE_KEY = 'rk_test_0123456789';
const REEVE_TASKS = ['reeve.daily-reconciliation */15 * * * *', 'reeve.housekeeping * * * * *', 'reeve.verification * * * * *'];

let services: RunningServices;
let redis: TestRedis;
let folder: string;
let host: Host | null = null;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'reeve-host-tasks-'));
	redis = await TestRedis.started();
	services = await startServices({ token: TOKEN, stripeKey: STRIPE_KEY, guild: { members: [] } });
});
afterEach(async () => {
	await host?.stop();
	host = null;
});
afterAll(async () => {
	await services?.close();
	await redis?.kill();
	await rm(folder, { recursive: true, force: true });
});

async function start(change: object = {}): Promise<Host> {
	const { guildId, adminChannelId } = services.discord.ids;
	const options = {
		guilds: [{ id: guildId, adminChannelId, hour: (new Date().getUTCHours() + 12) % 24, timeZone: 'UTC' }],
		stripe: { key: STRIPE_KEY, apiUrl: services.url },
		storage: { dataDir: join(folder, 'data') },
		...change
	};
	host = await Host.start(services, options, { TASKS: redis.url });
	return host;
}

/** Runs a task through the bot's queue. */
async function run(bot: Host, name: string): Promise<void> {
	const before = (await bot.ask<string[]>('ran')).length;
	await bot.ask('runTask', name);
	await vi.waitFor(async () => expect((await bot.ask<string[]>('ran')).slice(before)).toContain(name), { timeout: 10_000 });
}

test("in-process, Reeve's tasks stay out of the bot's queue and store", async () => {
	const bot = await start({ schedule: 'in-process' });
	await bot.ask('ready');
	await vi.waitFor(async () => expect(await bot.ask('repeatedTasks')).toEqual(['bell 0 * * * *']));
	const { pieces, keys } = await bot.ask<HostFacts>('facts');
	expect(pieces.filter((name) => /^reeve\.(daily|house|verif)/.test(name))).toEqual([]);
	expect(keys).toContain('tasks');
});

test("by default, Reeve's tasks run in the bot's queue beside its own, and a stop ends them without an error", async () => {
	const bot = await start();
	await bot.ask('ready');
	await vi.waitFor(async () => expect(await bot.ask('repeatedTasks')).toEqual(['bell 0 * * * *', ...REEVE_TASKS]), { timeout: 10_000 });
	for (const name of ['reeve.daily-reconciliation', 'reeve.housekeeping', 'reeve.verification', 'bell']) await run(bot, name);
	await bot.ask('reeve', 'stop');
	for (const name of ['reeve.daily-reconciliation', 'reeve.housekeeping', 'bell']) await run(bot, name);
	expect(bot.output).not.toMatch(/ERROR|failed/i);
});

test("if Reeve is disabled, its jobs in the bot's queue end without an error", async () => {
	const bot = await start({ storage: { dataDir: '/dev/null/reeve' } });
	await expect(bot.ask('ready')).rejects.toThrow('/dev/null/reeve');
	for (const name of ['reeve.housekeeping', 'bell']) await run(bot, name);
	expect(bot.output.match(/ERROR/g)).toHaveLength(1);
});
