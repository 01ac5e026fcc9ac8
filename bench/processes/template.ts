import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInChild } from './child.js';

/** Does the work with an empty database at hand, which every process that begins meanwhile copies instead of migrating its own. */
export async function withTemplate<T>(work: () => Promise<T>): Promise<T> {
	const { SANDBOX_DATABASE_TEMPLATE: before } = process.env;
	if (before !== undefined) return work();
	const home = await mkdtemp(join(tmpdir(), 'reeve-bench-'));
	try {
		const { dataDir } = await runInChild('makeTemplate', { dataDir: join(home, 'template') });
		process.env.SANDBOX_DATABASE_TEMPLATE = dataDir;
		return await work();
	} finally {
		delete process.env.SANDBOX_DATABASE_TEMPLATE;
		await rm(home, { recursive: true, force: true });
	}
}
