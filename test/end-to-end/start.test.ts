import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { openDatabase } from '../../src/store/connection/database.js';
import { claimDatabase } from '../../src/store/connection/owner.js';
import { reconcile, waitForMessage } from './operator.js';

const MAIN = join(import.meta.dirname, '../../dist/bot/main.js');
const folder = mkdtempSync(join(tmpdir(), 'reeve-start-'));

/** Starts Reeve with only these settings, in a folder without `.env`, and waits for its exit. */
function start(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
	return new Promise((resolve) => {
		const child = spawn(process.execPath, [MAIN], { cwd: folder, env: { PATH: process.env.PATH ?? '', ...env } });
		let output = '';
		for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
		child.on('close', (code) => resolve({ code, output }));
	});
}

describe('main', () => {
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	test('exits with one message that lists every missing and invalid setting and where to find it', async () => {
		const { code, output } = await start({ DISCORD_GUILD_ID: 'my server', RECONCILIATION_HOUR: '24' });
		expect(code).toBe(1);
		for (const name of ['DISCORD_TOKEN', 'DISCORD_GUILD_ID', 'STRIPE_SECRET_KEY', 'RECONCILIATION_HOUR']) expect(output).toContain(name);
		expect(output).toContain('Developer Portal');
		expect(output).not.toMatch(/\n\s+at /);
	});

	test('exits with the reason when the database belongs to another server', async () => {
		const dataDir = join(folder, 'another');
		await cp(process.env.SANDBOX_DATABASE_TEMPLATE ?? '', dataDir, { recursive: true });
		const database = await openDatabase({ dataDir });
		await claimDatabase(database, { guildId: '900000000000000001' });
		await database.close();
		const { code, output } = await start({
			DISCORD_TOKEN: 'MTIzNDU2Nzg5MDEyMzQ1Njc4.not.used-at-all',
			DISCORD_GUILD_ID: '900000000000000002',
			DISCORD_ADMIN_CHANNEL_ID: '900000000000000003',
			STRIPE_SECRET_KEY: 'rk_test_not_used_000000',
			STRIPE_API_URL: 'http://127.0.0.1:9',
			DATA_DIR: dataDir
		});
		expect(code).toBe(1);
		expect(output).toMatch(
			/^This database belongs to the Discord server 900000000000000001, but DISCORD_GUILD_ID is 900000000000000002\./m
		);
		expect(output).not.toMatch(/\n\s+at /);
	});

	test('exits with the reason when Discord refuses the token, in JSON if the log is, and prints no secret', async () => {
		const sandbox = await Sandbox.start();
		try {
			const token = 'MTIzNDU2Nzg5MDEyMzQ1Njc4.wrong.token-planted-here';
			const url = `http://127.0.0.1:${sandbox.port}`;
			const { code, output } = await start({
				DISCORD_TOKEN: token,
				DISCORD_API_URL: `${url}/api`,
				DISCORD_GUILD_ID: sandbox.discord.ids.guildId,
				DISCORD_ADMIN_CHANNEL_ID: sandbox.discord.ids.adminChannelId,
				STRIPE_SECRET_KEY: 'rk_test_planted000000000000',
				STRIPE_API_URL: url,
				DATA_DIR: join(folder, 'data'),
				LOG_LEVEL: 'trace',
				LOG_FORMAT: 'json'
			});
			expect(code).toBe(1);
			const lines = output
				.trimEnd()
				.split('\n')
				.map((line) => JSON.parse(line) as Record<string, unknown>);
			expect(lines.at(-1)).toMatchObject({ level: 'fatal', message: expect.stringMatching(/^Discord refused DISCORD_TOKEN\. /) });
			expect(output).not.toContain(token);
			expect(output).not.toContain('rk_test_planted');
		} finally {
			await sandbox.stop();
		}
	});

	test('exits with code 0 on SIGTERM during a run, and runs again after a restart', async () => {
		const sandbox = await Sandbox.start({ world: { scenario: 'council', seed: 2 } });
		try {
			const { run } = await reconcile(sandbox);
			sandbox.stripe.setLatency(100);
			const asked = () => sandbox.requests().filter(({ path }) => path === '/v1/subscriptions').length;
			const before = asked();
			sandbox.command('operator', 'reconcile run');
			await sandbox.until(() => asked() > before);
			expect(await sandbox.restart('SIGTERM')).toMatchObject({ exitCode: 0 });
			sandbox.stripe.setLatency(0);
			expect((await reconcile(sandbox)).run.issuesFound).toBe(run.issuesFound);
			expect((await sandbox.runs()).map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED']);
		} finally {
			await sandbox.stop();
		}
	});

	test('refuses a second run while one is in progress', async () => {
		const sandbox = await Sandbox.start({ world: { scenario: 'council', seed: 2 } });
		try {
			sandbox.stripe.setLatency(100);
			const first = sandbox.command('operator', 'reconcile run');
			await sandbox.until(() => sandbox.requests().some(({ path }) => path === '/v1/subscriptions'));
			const second = sandbox.command('operator', 'reconcile run');
			expect(await waitForMessage(sandbox, second, /already|Done/)).toContain('A reconciliation is already running.');
			expect(await waitForMessage(sandbox, first, /^Done/)).toContain('The report is here');
			expect(await sandbox.runs()).toHaveLength(1);
		} finally {
			await sandbox.stop();
		}
	});

	test('marks a killed run as failed at the next start, and can run again', async () => {
		const sandbox = await Sandbox.start({ world: { scenario: 'council', seed: 2 } });
		try {
			sandbox.stripe.setLatency(200);
			sandbox.command('operator', 'reconcile run');
			await sandbox.until(() => sandbox.requests().some(({ path }) => path === '/v1/subscriptions'));
			await sandbox.restart('SIGKILL');
			sandbox.stripe.setLatency(0);
			// The killed process holds the lease until it expires.
			await sandbox.until(() => reconcile(sandbox));
			const runs = await sandbox.runs();
			expect(runs.map(({ status }) => status)).toEqual(['COMPLETED', 'FAILED']);
			expect(runs[1]?.failure).toContain('Reeve was stopped');
		} finally {
			await sandbox.stop();
		}
	});
});
