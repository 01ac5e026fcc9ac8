import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { REPOSITORY } from '../../sandbox/bot/repository.js';

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('removes its files and exits with code 0 on %s', async (signal) => {
	const folder = await mkdtemp(join(tmpdir(), 'reeve-sandbox-main-'));
	onTestFinished(() => rm(folder, { recursive: true }));
	const sandbox = spawn(process.execPath, [join(REPOSITORY, 'dist', 'sandbox', 'main.js')], {
		env: { ...process.env, SANDBOX_PORT: '0', TMPDIR: folder },
		stdio: ['ignore', 'pipe', 'inherit']
	});
	onTestFinished(() => void sandbox.kill('SIGKILL'));
	for await (const line of createInterface(sandbox.stdout)) {
		if (line.startsWith('sandbox ready')) break;
	}
	expect(await readdir(folder)).not.toEqual([]);
	sandbox.kill(signal);
	expect(await once(sandbox, 'exit')).toEqual([0, null]);
	expect(await readdir(folder)).toEqual([]);
});
