import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { reconcile } from './operator.js';

const TOOLS = join(import.meta.dirname, '../../dist/src/cli');

describe('backup and restore on the command line', () => {
	let sandbox: Sandbox;
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'reeve-backup-test-'));
		sandbox = await Sandbox.start({
			world: {
				guild: { members: [{ id: '300000000000000001', username: 'ada', roles: [] }] },
				stripe: {
					customers: [{ id: 'cus_1', metadata: { discord_id: '300000000000000001' } }],
					subscriptions: [{ id: 'sub_1', customer: 'cus_1', status: 'active', price: 'price_knight' }]
				}
			}
		});
		await reconcile(sandbox);
	});
	afterAll(async () => {
		await sandbox?.stop();
		await rm(folder, { recursive: true, force: true });
	});

	function tool(name: string, ...options: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
		return new Promise((resolve) => {
			execFile(
				process.execPath,
				[join(TOOLS, `${name}.js`), '--', ...options],
				{ cwd: folder, env: sandbox.settings },
				(error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
			);
		});
	}

	test('backs up beside the running bot, which the restore refuses to disturb', async () => {
		const { code, stdout, stderr } = await tool('backup', 'one.reeve.gz');
		expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
		expect(stdout).toMatch(/^ReconciliationRun +1$/m);
		const refused = await tool('restore', 'one.reeve.gz', '--yes');
		expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('Reeve is running and uses this database. Stop it') });
		expect((await tool('backup', 'one.reeve.gz')).stderr).toContain('one.reeve.gz exists already');
	});

	test('restores what the backup has, and the bot goes on from there', async () => {
		await reconcile(sandbox);
		expect(await sandbox.runs()).toHaveLength(2);
		await sandbox.kill();
		expect((await tool('restore', 'one.reeve.gz')).stderr).toContain('The database has data already');
		const { code, stdout } = await tool('restore', 'one.reeve.gz', '--yes');
		expect(code).toBe(0);
		expect(stdout).toMatch(/What was there before is in .*before-restore-.*\.reeve\.gz\./);
		await sandbox.restart();
		expect(await sandbox.runs()).toHaveLength(1);
		const { answer } = await reconcile(sandbox);
		expect(answer).toContain('1 issue');
	});
});
