import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInChild } from './child.js';

/** Runs `work` with an empty, migrated database that child processes copy instead of migrating their own. */
export async function withTemplate<T>(work: () => Promise<T>): Promise<T> {
	const { SANDBOX_DATABASE_TEMPLATE: before } = process.env;
	if (before !== undefined) return work();
	const folder = await mkdtemp(join(tmpdir(), 'reeve-bench-'));
	try {
		const { dataDir } = await runInChild('makeTemplate', { dataDir: join(folder, 'template') });
		process.env.SANDBOX_DATABASE_TEMPLATE = dataDir;
		return await work();
	} finally {
		delete process.env.SANDBOX_DATABASE_TEMPLATE;
		await rm(folder, { recursive: true, force: true });
	}
}
