import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { startServices } from '../../sandbox/services/services.js';
import { Host, TOKEN } from './host/host.js';

/** Discord ends the connection of a running bot for good. */

const REFUSED = 'Discord refused DISCORD_TOKEN. Reset it';

describe('a bot token that is reset while Reeve runs', () => {
	test.each([
		[4004, REFUSED],
		[4014, 'Discord does not let Reeve list the members. Switch on "Server Members Intent"'],
		[4012, 'Discord ended the connection with code 4012']
	])('ends the standalone bot with the reason in the log and by mail: code %i', async (code, reason) => {
		const sandbox = await Sandbox.start({ env: { ADMIN_EMAIL: 'ada@sandbox.test', LOG_FORMAT: 'json' } });
		try {
			sandbox.faults.add({ target: 'gateway', kind: 'close', status: code });
			await sandbox.until(() => !sandbox.alive);
			expect(sandbox.state()).toMatchObject({ bot: { lastExit: { exitCode: 1, signal: null } } });
			const fatal = sandbox.log().filter((line) => line.includes('"fatal"'));
			expect(fatal.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([expect.stringContaining(reason)]);
			expect(sandbox.mail.inbox()).toMatchObject([
				{
					to: ['ada@sandbox.test'],
					subject: expect.stringContaining('Discord has disconnected Reeve'),
					text: expect.stringContaining(reason)
				}
			]);
		} finally {
			await sandbox.stop();
		}
	});

	test('ends the standalone bot also if the mail is refused, and the log says that too', async () => {
		const sandbox = await Sandbox.start({ env: { ADMIN_EMAIL: 'ada@sandbox.test' } });
		try {
			sandbox.faults.add({ target: 'smtp', kind: 'reject' });
			sandbox.faults.add({ target: 'gateway', kind: 'close', status: 4004 });
			await sandbox.until(() => !sandbox.alive);
			const log = sandbox.log().join('\n');
			expect(log).toMatch(
				/Notification not delivered\. event=delivery channel=mail subject=disconnected:\S+ tries=1 outcome=GIVEN_UP error="/
			);
			expect(log).toContain(REFUSED);
			expect(sandbox.mail.inbox()).toEqual([]);
		} finally {
			await sandbox.stop();
		}
	});

	test('disables Reeve in another bot, which goes on', async () => {
		const stripeKey = 'rk_test_0123456789';
		const folder = await mkdtemp(join(tmpdir(), 'reeve-disconnect-'));
		const services = await startServices({ token: TOKEN, stripeKey, guild: { members: [] } });
		const { guildId, adminChannelId } = services.discord.ids;
		const guild = { id: guildId, adminChannelId, timeZone: 'UTC', hour: (new Date().getUTCHours() + 12) % 24 };
		const options = { guilds: [guild], stripe: { key: stripeKey, apiUrl: services.url }, storage: { dataDir: join(folder, 'data') } };
		const host = await Host.start(services, options);
		try {
			await host.ask('ready');
			services.faults.add({ target: 'gateway', kind: 'close', status: 4004 });
			await vi.waitFor(() => expect(host.output).toMatch(/Reeve is disabled, .*: Discord refused the bot's token\. Reset it/), {
				timeout: 60_000
			});
			// It is logged before the database is closed.
			await vi.waitFor(() => expect(host.ask('reeve', 'status')).rejects.toThrow("Reeve does not run: Discord refused the bot's token."), {
				timeout: 60_000
			});
		} finally {
			await host.stop();
			await services.close();
			await rm(folder, { recursive: true, force: true });
		}
	});
});
