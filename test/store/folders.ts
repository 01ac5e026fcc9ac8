import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import { openDatabase } from '../../src/store/connection/database.js';

/** A new temporary folder. */
export function makeFolder(): Promise<string> {
	return mkdtemp(join(tmpdir(), 'reeve-store-'));
}

export function removeFolder(folder: string): Promise<void> {
	return rm(folder, { recursive: true, force: true });
}

/** A temporary folder that is deleted after the test. */
export async function testFolder(): Promise<string> {
	const folder = await makeFolder();
	onTestFinished(() => removeFolder(folder));
	return folder;
}

let template: Promise<string> | undefined;

async function makeTemplate(): Promise<string> {
	const folder = await makeFolder();
	await (await openDatabase({ dataDir: folder })).close();
	return folder;
}

/** A temporary folder with a migrated database. Copying one is quicker than creating it. */
export async function migratedFolder(): Promise<string> {
	template ??= makeTemplate();
	const folder = await testFolder();
	await cp(await template, folder, { recursive: true });
	return folder;
}

afterAll(async () => {
	if (template !== undefined) await removeFolder(await template);
});
