import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new folder of this test file. */
export function makeFolder(): Promise<string> {
	return mkdtemp(join(tmpdir(), 'reeve-store-'));
}

export function removeFolder(folder: string): Promise<void> {
	return rm(folder, { recursive: true, force: true });
}

/** A new folder that goes with the test. */
export async function testFolder(): Promise<string> {
	const folder = await makeFolder();
	onTestFinished(() => removeFolder(folder));
	return folder;
}
