import type { RESTPostAPIChannelMessageJSONBody } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMessenger } from '../../../src/messages/delivery/messenger.js';
import type { Email } from '../../../src/messages/report/email.js';
import type { MailWhen } from '../../../src/reconciliation/domain/notification.js';
import { channelsFor, deliverRunReport } from '../../../src/reconciliation/outbox/outbox.js';
import { runDailyIfDue } from '../../../src/reconciliation/schedule/daily.js';
import { type Database, openDatabase } from '../../../src/store/connection/database.js';
import { CHANNEL, GUILD, inGuild, message } from '../../messages/client.js';
import { ledgerOf } from '../../store/builders.js';
import { makeFolder, removeFolder } from '../../store/folders.js';
import { customer, subscription, userId } from '../builders.js';
import { FakePorts, SETTINGS } from '../fakes.js';

const DAILY = { hour: 3, timeZone: 'Europe/Berlin', paused: false };
const ISSUES = 50;

/** Daily runs over a real database and a real messenger; the clock, Stripe, Discord and the mail server are not. */
describe('thirty days with the same fifty issues', () => {
	let database: Database;
	let folder: string;
	beforeAll(async () => {
		folder = await makeFolder();
		database = await openDatabase({ dataDir: folder });
	});
	afterAll(async () => {
		await database?.close();
		await removeFolder(folder);
	});

	/** @returns what was posted and mailed on each day */
	async function simulate(mailWhen: MailWhen) {
		const fakes = new FakePorts();
		fakes.time = new Date('2026-10-10T03:00:00Z');
		for (let n = 1; n <= ISSUES; n++) {
			fakes.billing.customers.push(customer({ id: `cus_${n}`, metadataDiscordId: userId(n) }));
			fakes.billing.put(subscription({ id: `sub_${n}`, customerId: `cus_${n}` }));
			fakes.guild.join(userId(n));
		}
		const { ledger, guildId } = ledgerOf(database);
		const posts: string[] = [];
		const mails: Email[] = [];
		const { client } = inGuild(({ method, path, body }) => {
			if (method === 'POST' && path.endsWith(`/channels/${CHANNEL}/messages`)) posts.push(JSON.stringify(body));
			return { status: 200, body: message(`60000000000000${String(posts.length).padStart(4, '0')}`, '') };
		});
		const messenger = createMessenger({
			client,
			guildId: GUILD,
			channelId: CHANNEL,
			sendEmail: async (email) => void mails.push(email),
			mailWhen,
			callWebhook: null,
			timeZone: DAILY.timeZone,
			readStates: (ids) => ledger.issueStates(ids),
			saveReportMessage: async (...posted) => void (await ledger.setReportMessage(...posted, fakes.now())),
			reportMessage: (runId) => ledger.reportMessage(runId),
			newerReportUrl: async () => null,
			saveHoldMessage: async () => null,
			saveAlertMessage: async () => null,
			reportUrl: async () => `https://discord.com/channels/${GUILD}/${CHANNEL}`,
			namesOf: async () => new Map(),
			logger: { error: (...values) => expect.unreachable(values.join(' ')) }
		});
		const outbox = { outbox: ledger, messenger, now: fakes.now, onAttempt: () => {}, logger: { error: () => {} } };
		const ports = Object.assign(fakes, {
			ledger,
			notifier: Object.assign(fakes.notifier, {
				channels: (result: Parameters<typeof channelsFor>[0]) => channelsFor(result, messenger),
				report: (result: Parameters<typeof deliverRunReport>[1]) => deliverRunReport(outbox, result)
			})
		});
		await ledger.installedAt(fakes.now());
		const days: { posted: string[]; mailed: Email[] }[] = [];
		for (let day = 1; day <= 30; day++) {
			// The clocks go back in this time, and runs do not start to the second.
			fakes.pass({ hours: 24, seconds: day % 2 === 0 ? 40 : -40 });
			const result = await runDailyIfDue(ports as never, SETTINGS, DAILY, ledger);
			expect(result, `day ${day} of ${guildId}`).toMatchObject({ status: 'COMPLETED', issuesFound: ISSUES });
			days.push({ posted: posts.splice(0), mailed: mails.splice(0) });
		}
		return days;
	}

	it('give one report and one mail in full, 29 reports of a line, and 29 mails of two lines', async () => {
		const days = await simulate('issues');
		expect(days.map(({ posted, mailed }) => [posted.length, mailed.length])).toEqual(Array.from({ length: 30 }, () => [1, 1]));
		const [full, ...lines] = days.map(({ posted: [post] }) => JSON.parse(post as string) as RESTPostAPIChannelMessageJSONBody);
		expect(full?.embeds?.[0]?.title).toBe('50 people have the wrong roles');
		expect(JSON.stringify(full?.components)).toContain('Apply fix 5');
		for (const { embeds, components } of lines) {
			expect(embeds).toMatchObject([
				{ title: 'Nothing new: 50 people still have the wrong roles', description: expect.stringMatching(/^-# [^\n]{1,150}$/) }
			]);
			expect(components).toMatchObject([{ components: [{ label: 'Show these 50 people' }] }]);
		}
		expect(lines.flatMap(({ embeds }, index) => (/50 open for (7|30) days/.test(embeds?.[0]?.description ?? '') ? index + 2 : []))).toEqual(
			[7, 30]
		);
		const [first, ...others] = days.map(({ mailed: [mail] }) => mail as Email);
		expect(first?.subject).toBe('Reeve · Council: 50 people have the wrong roles');
		expect(first?.text.match(/^Plan: /gm)).toHaveLength(ISSUES);
		for (const { subject, text } of others) {
			expect(subject).toBe('Reeve · Council: Nothing new: 50 people still have the wrong roles');
			expect(text.split('\n')).toHaveLength(2);
		}
	});

	it('give mails on days 1, 7 and 30 with MAIL_WHEN=news', async () => {
		const days = await simulate('news');
		expect(days.every(({ posted }) => posted.length === 1)).toBe(true);
		expect(days.flatMap(({ mailed }, index) => mailed.map(({ text }) => [index + 1, text.split('\n').length]))).toEqual([
			[1, expect.any(Number)],
			[7, 2],
			[30, 2]
		]);
		expect(days[6]?.mailed[0]?.text).toContain('Reminder: 50 open for 7 days.');
	});
});
