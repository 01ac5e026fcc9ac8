import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { reconcile, waitForMessage } from './operator.js';

const MAIN = join(import.meta.dirname, '../../dist/src/main.js');
const folder = mkdtempSync(join(tmpdir(), 'reeve-start-'));

/** Starts Reeve with these settings alone, in a folder without `.env`. */
function start(env: Record<string, string>): Promise<{ code: number | null; said: string }> {
	return new Promise((resolve) => {
		const child = spawn(process.execPath, [MAIN], { cwd: folder, env: { PATH: process.env.PATH ?? '', ...env } });
		let said = '';
		for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
		child.on('close', (code) => resolve({ code, said }));
	});
}

describe('Reeve starts, and says why if it cannot', () => {
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	test('with one message that lists every missing and wrong setting and where to find it', async () => {
		const { code, said } = await start({ DISCORD_GUILD_ID: 'my server', RECONCILIATION_HOUR: '24' });
		expect(code).toBe(1);
		for (const name of ['DISCORD_TOKEN', 'DISCORD_GUILD_ID', 'DISCORD_ADMIN_CHANNEL_ID', 'STRIPE_SECRET_KEY', 'RECONCILIATION_HOUR'])
			expect(said).toContain(name);
		expect(said).toContain('Developer Portal');
		expect(said).not.toMatch(/\n\s+at /);
	});

	test('refuses a wrong token in words, and shows no secret', async () => {
		const sandbox = await Sandbox.start();
		try {
			const token = 'MTIzNDU2Nzg5MDEyMzQ1Njc4.wrong.token-planted-here';
			const url = `http://127.0.0.1:${sandbox.port}`;
			const { code, said } = await start({
				DISCORD_TOKEN: token,
				DISCORD_API_URL: `${url}/api`,
				DISCORD_GUILD_ID: sandbox.discord.ids.guildId,
				DISCORD_ADMIN_CHANNEL_ID: sandbox.discord.ids.adminChannelId,
				STRIPE_SECRET_KEY: 'rk_test_planted000000000000',
				STRIPE_API_URL: url,
				DATA_DIR: join(folder, 'data'),
				LOG_LEVEL: 'trace'
			});
			expect(code).toBe(1);
			expect(said).toContain('Discord refused DISCORD_TOKEN');
			expect(said).not.toContain(token);
			expect(said).not.toContain('rk_test_planted');
		} finally {
			await sandbox.stop();
		}
	});

	test('stops in order on SIGTERM, while a run is under way too, and goes on where it was', async () => {
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

	test('runs once at a time: whoever asks meanwhile hears that one is under way', async () => {
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

	test('finds a run that was killed, marks it as failed and is free to run again', async () => {
		const sandbox = await Sandbox.start({ world: { scenario: 'council', seed: 2 } });
		try {
			sandbox.stripe.setLatency(200);
			sandbox.command('operator', 'reconcile run');
			await sandbox.until(() => sandbox.requests().some(({ path }) => path === '/v1/subscriptions'));
			await sandbox.restart('SIGKILL');
			sandbox.stripe.setLatency(0);
			await reconcile(sandbox);
			const runs = await sandbox.runs();
			expect(runs.map(({ status }) => status)).toEqual(['COMPLETED', 'FAILED']);
			expect(runs[1]?.failure).toContain('Reeve was stopped');
		} finally {
			await sandbox.stop();
		}
	});
});
