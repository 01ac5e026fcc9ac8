import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type RunningServices, startServices } from '../../sandbox/services/services.js';
import { Host, TOKEN } from './host/host.js';
import { buttonOf, optionOf } from './operator.js';

/** Targeted runs and their reports, over real sockets. */

const STRIPE_KEY = 'rk_test_0123456789';
const id = (number: number) => `3000000000000000${String(number).padStart(2, '0')}`;
const [ADA, BOB, CLEO, DAVE, EVE] = [1, 2, 3, 4, 5].map(id) as [string, string, string, string, string];
const PAYERS = Array.from({ length: 12 }, (_, index) => id(index + 20));

let services: RunningServices;
let folder: string;
let bot: Host;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'reeve-targeted-'));
	const members = [
		...[ADA, BOB, CLEO, DAVE, EVE].map((each, index) => ({
			id: each,
			username: ['ada', 'bob', 'cleo', 'dave', 'eve'][index] as string,
			roles: []
		})),
		...PAYERS.map((each) => ({ id: each, username: `payer${each.slice(-2)}`, roles: ['Knight'] }))
	];
	const payers = [ADA, BOB, ...PAYERS];
	services = await startServices({
		token: TOKEN,
		stripeKey: STRIPE_KEY,
		guild: { members },
		stripe: {
			customers: payers.map((each) => ({ id: `cus_${each}`, metadata: { discord_id: each } })),
			subscriptions: payers.map((each) => ({
				id: `sub_${each}`,
				customer: `cus_${each}`,
				status: each === ADA || each === BOB ? 'canceled' : 'active',
				price: 'price_knight'
			}))
		}
	});
	bot = await start(false);
	await bot.ask('reeve', 'run');
});
afterAll(async () => {
	await bot?.stop();
	await services?.close();
	await rm(folder, { recursive: true, force: true });
});

async function start(autoFix: boolean): Promise<Host> {
	const { guildId, adminChannelId } = services.discord.ids;
	const host = await Host.start(services, {
		guilds: [
			{
				id: guildId,
				adminChannelId,
				tiers: [{ name: 'Knight', prices: ['price_knight'] }, { name: 'Lord' }],
				timeZone: 'UTC',
				hour: (new Date().getUTCHours() + 12) % 24
			}
		],
		stripe: { key: STRIPE_KEY, apiUrl: services.url },
		storage: { dataDir: join(folder, 'data') },
		autoFix
	});
	await host.ask('ready');
	return host;
}

interface Touched {
	readonly discordIds?: readonly string[];
	readonly customerIds?: readonly string[];
}
const targeted = (touched: Touched) =>
	bot.ask<{ status: string; issuesFound: number; issuesFixed: number; onlyMembers: string[] }>('targeted', {
		discordIds: [],
		customerIds: [],
		...touched
	});

const reports = () => services.discord.messages().filter(({ embeds }) => embeds.length > 0);
const newest = () => reports().at(-1) as APIMessage;
const rolesOf = (who: string) => services.discord.guild().members.find((member) => member.id === who)?.roles ?? [];
/** Presses the button of an issue that takes access, and confirms that. */
const fix = async (label: RegExp) => {
	const asked = services.discord.forge({ user: 'operator', messageId: newest().id, customId: buttonOf(newest(), label) }).interactionId;
	const question = await vi.waitFor(
		() => {
			const [first] = services.discord.interaction(asked)?.responses ?? [];
			if (first === undefined) throw new Error('no question');
			return first;
		},
		{ timeout: 30_000 }
	);
	expect((await bot.click(question.id, buttonOf(question, /^Remove /))).failure).toBeNull();
};

describe('a targeted run', () => {
	test('reports a role given by hand in one embed, by a handful of requests, and fixes it at the press of its button', async () => {
		services.discord.changeRoles({ user: BOB, add: ['Knight'] });
		const before = reports().length;
		services.log.clear();
		expect(await targeted({ discordIds: [BOB] })).toMatchObject({ status: 'COMPLETED', onlyMembers: [BOB], issuesFound: 1 });
		const asked = services.log.list().filter(({ target }) => target === 'stripe');
		expect(asked.length).toBeLessThanOrEqual(4);
		expect(reports()).toHaveLength(before + 1);
		expect(newest().embeds).toHaveLength(1);
		expect(newest().embeds[0]?.title).toBe('1 person has the wrong roles');
		await fix(/^Apply fix 1/);
		await vi.waitFor(() => expect(newest().embeds[0]?.title).toBe('Removed Knight from bob'), { timeout: 30_000 });
		expect(rolesOf(BOB)).toEqual([]);
		expect(reports()).toHaveLength(before + 1);
	});

	test('is undone by the menu below it', async () => {
		const { customId, value } = optionOf(newest(), /^Undo 1/);
		expect((await bot.click(newest().id, customId, 'operator', [value])).failure).toBeNull();
		await vi.waitFor(() => expect(rolesOf(BOB)).toEqual(['Knight']), { timeout: 30_000 });
	});

	test('posts nothing without news, and updates its report when the drift goes away', async () => {
		services.discord.changeRoles({ user: CLEO, add: ['Knight'] });
		await targeted({ discordIds: [CLEO] });
		const report = newest();
		expect(report.embeds[0]?.title).toBe('1 person has the wrong roles');
		expect(await targeted({ discordIds: [CLEO] })).toMatchObject({ issuesFound: 1 });
		expect(newest().id).toBe(report.id);
		services.discord.changeRoles({ user: CLEO, remove: ['Knight'] });
		expect(await targeted({ discordIds: [CLEO] })).toMatchObject({ issuesFound: 0 });
		await vi.waitFor(
			() => {
				expect(newest().embeds[0]?.title).toBe('1 person had the wrong roles');
				expect(newest().embeds[0]?.description).toContain('Went away by itself');
			},
			{ timeout: 30_000 }
		);
		expect(newest().id).toBe(report.id);
	});

	test('updates its report when a command fixes it elsewhere', async () => {
		services.discord.changeRoles({ user: DAVE, add: ['Knight'] });
		const { issues } = await bot.ask<{ issues: { id: string }[] }>('targeted', { discordIds: [DAVE], customerIds: [] });
		await bot.ask('reeve', 'fix', issues[0]?.id);
		await vi.waitFor(() => expect(newest().embeds[0]?.title).toBe('Removed Knight from dave'), { timeout: 30_000 });
	});

	test('is not in the history unless it found something', async () => {
		const [quiet] = [await bot.ask<{ runId: string }>('targeted', { discordIds: [EVE], customerIds: [] })];
		const runs = await bot.ask<{ runId: string; triggeredBy: string }[]>('recent');
		expect(runs.map(({ runId }) => runId)).not.toContain(quiet.runId);
		expect(runs.map(({ triggeredBy }) => triggeredBy)).toContain('targeted');
	});

	test('fixes what an event touches if automatic fixes are on, and says so', async () => {
		await bot.stop();
		bot = await start(true);
		services.stripe.update('subscriptions', `sub_${ADA}`, { status: 'active' });
		expect(await targeted({ customerIds: [`cus_${ADA}`] })).toMatchObject({ onlyMembers: [ADA], issuesFound: 1, issuesFixed: 1 });
		expect(rolesOf(ADA)).toEqual(['Knight']);
		expect(newest().embeds[0]?.title).toBe('Granted Knight to ada');
		expect(optionOf(newest(), /^Undo 1 · ada$/)).toBeDefined();
	});

	test('holds what together is a bulk, and goes on granting', async () => {
		const [first, second, third, fourth] = PAYERS as [string, string, string, string];
		for (const payer of [first, second, third, fourth]) {
			services.stripe.update('subscriptions', `sub_${payer}`, { status: 'canceled' });
			await targeted({ customerIds: [`cus_${payer}`] });
		}
		expect([first, second, third, fourth].map(rolesOf)).toEqual([[], [], [], ['Knight']]);
		expect(newest().embeds[0]?.description).toContain('**Stopped for your approval: no one has lost access**');
		expect(newest().embeds[0]?.description).toContain('after automatic fixes took or lowered that of 3 within the last hour');
		await fix(/^Apply fix 1/);
		await vi.waitFor(() => expect(rolesOf(fourth)).toEqual([]), { timeout: 30_000 });
	});

	test('is neither posted nor mailed if it fails', async () => {
		const before = reports().length;
		services.faults.add({ target: 'stripe', kind: 'status', status: 401 });
		expect(await targeted({ discordIds: [EVE] })).toMatchObject({ status: 'FAILED' });
		services.faults.clear();
		expect(reports()).toHaveLength(before);
		expect(await targeted({ discordIds: [EVE] })).toMatchObject({ status: 'COMPLETED' });
	});
});
