import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type RunningServices, startServices } from '../../sandbox/services/services.js';
import { Host, TOKEN } from './host/host.js';
import { buttonOf, buttons, fixButtons } from './operator.js';

/** Daily runs one after the other, over real sockets. */

const STRIPE_KEY = 'rk_test_0123456789';
const id = (number: number) => `3000000000000000${String(number).padStart(2, '0')}`;
const LOCKED_OUT = [1, 2, 3, 4, 5, 6, 7].map(id);
const PAID = Array.from({ length: 12 }, (_, index) => id(index + 20));

describe('what a daily run found', () => {
	let services: RunningServices;
	let folder: string;
	let bot: Host;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'reeve-news-'));
		const payers = [...LOCKED_OUT, ...PAID];
		services = await startServices({
			token: TOKEN,
			stripeKey: STRIPE_KEY,
			guild: {
				members: payers.map((each) => ({ id: each, username: `payer${each.slice(-2)}`, roles: PAID.includes(each) ? ['Knight'] : [] }))
			},
			stripe: {
				customers: payers.map((each) => ({ id: `cus_${each}`, metadata: { discord_id: each } })),
				subscriptions: payers.map((each) => ({ id: `sub_${each}`, customer: `cus_${each}`, status: 'active', price: 'price_knight' }))
			}
		});
		const { guildId, adminChannelId } = services.discord.ids;
		bot = await Host.start(services, {
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
			mail: { url: services.smtpUrl, to: ['operator@example.com'], from: 'reeve@example.com' },
			eventsSeconds: 0
		});
		await bot.ask('ready');
	});
	afterAll(async () => {
		await bot?.stop();
		await services?.close();
		await rm(folder, { recursive: true, force: true });
	});

	const newest = () => services.discord.messages().at(-1) as APIMessage;
	/** Opens the private copy that a button of a report opens. */
	function openCopy(report: APIMessage, label: RegExp) {
		const { interactionId } = services.discord.forge({ user: 'operator', messageId: report.id, customId: buttonOf(report, label) });
		return vi.waitFor(() => {
			const [copy] = services.discord.interaction(interactionId)?.responses ?? [];
			if (copy === undefined || copy.embeds.length === 0) throw new Error(`No copy: ${bot.output}`);
			return copy;
		});
	}
	/** @returns the report and the mails of a day */
	async function daily(day: number) {
		const before = services.mail.inbox().length;
		await bot.ask('daily', `2030-01-0${day}`);
		return { report: newest(), mails: services.mail.inbox().slice(before) };
	}

	test('is a report and a mail in full on the first day', async () => {
		const { report, mails } = await daily(1);
		expect(report.embeds[0]?.title).toBe('7 people have the wrong roles');
		expect(fixButtons(report)).toHaveLength(5);
		expect(mails).toHaveLength(1);
		expect(mails[0]?.text.match(/Pays for Knight \(subscribed on [^)]*\) but has no role/g)).toHaveLength(7);
	});

	test('is a line and a mail of two lines if nothing is new; the line opens a private copy to act in', async () => {
		const { report, mails } = await daily(2);
		expect(report.embeds).toMatchObject([{ title: 'Nothing new: 7 people still have the wrong roles' }]);
		expect(mails.map(({ subject, text }) => [subject, text.trimEnd().split('\n').length])).toEqual([
			[expect.stringContaining('Nothing new: 7 people still have the wrong roles'), 2]
		]);
		const copy = await openCopy(report, /^Show these 7 people$/);
		expect(copy.ephemeral).toBe(true);
		expect(copy.embeds[0]?.title).toBe('7 people have the wrong roles');
		const [fix] = fixButtons(copy);
		await bot.click(copy.id, fix?.custom_id ?? '');
		await vi.waitFor(() => {
			const [line] = services.discord.messages().filter(({ id: each }) => each === report.id);
			expect(line?.embeds[0]?.title).toContain('Nothing new');
			expect(line?.embeds[0]?.description).toContain('1 of 7 settled since this report');
		});
	});

	test('names who is new in full, and leaves the others to a private copy', async () => {
		services.discord.changeRoles({ user: PAID[0] as string, remove: ['Knight'] });
		const { report, mails } = await daily(3);
		expect(fixButtons(report)).toHaveLength(1);
		expect(report.embeds[0]?.description).toMatch(/1 new, 6 known/);
		expect(mails[0]?.text).toMatch(/1 new, 6 known; 1 fixed/);
		expect(mails[0]?.text.match(/^Plan: /gm)).toHaveLength(1);
		const copy = await openCopy(report, /^All 7…$/);
		expect(buttons(copy).filter(({ label }) => label?.startsWith('Apply fix'))).toHaveLength(5);
	});
});
