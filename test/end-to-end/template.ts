import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/store/connection/database.js';

/** Creates one migrated database that every test file copies: migrating takes seconds. */
export default async function makeTemplate(): Promise<() => Promise<void>> {
	const home = await mkdtemp(join(tmpdir(), 'reeve-template-'));
	const dataDir = join(home, 'data');
	await (await openDatabase({ dataDir })).close();
	process.env.SANDBOX_DATABASE_TEMPLATE = dataDir;
	return () => rm(home, { recursive: true, force: true });
}
