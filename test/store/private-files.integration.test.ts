import { chmod, lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runChecks } from '../../src/reconciliation/health/doctor.js';
import { openDatabase } from '../../src/store/connection/database.js';
import { databaseChecks } from '../../src/store/doctor.js';
import { migratedFolder, testFolder } from './folders.js';

/** The entries of a folder, and the folder itself, that other users of the machine could use. */
async function openToOthers(folder: string): Promise<readonly string[]> {
	const names = ['.', ...(await readdir(folder, { recursive: true }))];
	const modes = await Promise.all(names.map(async (name) => [name, (await lstat(join(folder, name))).mode] as const));
	return modes.filter(([name, mode]) => (mode & 0o077) !== 0 && !name.includes('reeve-lock-')).map(([name]) => name);
}

async function openedIn(folder: string) {
	const database = await openDatabase({ dataDir: folder });
	onTestFinished(() => database.close());
	return database;
}

describe.skipIf(process.platform === 'win32')('files of the embedded database', () => {
	it('are closed to other users from the first start, also those created later', async () => {
		const folder = join(await testFolder(), 'data');
		const { prisma } = await openedIn(folder);
		expect(await openToOthers(folder)).toEqual([]);
		await prisma.$executeRaw`CREATE TABLE later AS SELECT g, repeat('x', 1000) FROM generate_series(1, 1000) AS g`;
		await prisma.$executeRaw`CREATE DATABASE another`;
		await prisma.$executeRaw`VACUUM FULL later`;
		await prisma.$executeRaw`CHECKPOINT`;
		expect(await openToOthers(folder)).toEqual([]);
	});

	it('are closed to other users by the next start of a folder that was open to them', async () => {
		const folder = await migratedFolder();
		for (const name of ['.', ...(await readdir(folder, { recursive: true }))]) await chmod(join(folder, name), 0o777);
		await openedIn(folder);
		expect(await openToOthers(folder)).toEqual([]);
	});

	it('leave a folder alone that also holds files of others', async () => {
		const folder = await migratedFolder();
		await mkdir(join(folder, 'website'));
		await writeFile(join(folder, 'website', 'index.html'), '');
		await chmod(folder, 0o755);
		await openedIn(folder);
		expect((await lstat(folder)).mode & 0o777).toBe(0o755);
		expect(await openToOthers(join(folder, 'postgres'))).toEqual([]);
		expect(await openToOthers(folder)).toContain('website');
	});

	it('are reported by the doctor where other users could replace them', async () => {
		const folder = await migratedFolder();
		await writeFile(join(folder, 'index.html'), '');
		const database = await openedIn(folder);
		const verdicts = async () => (await runChecks(databaseChecks(database))).map(({ verdict }) => verdict);
		expect(await verdicts()).toEqual(['ok']);
		await chmod(folder, 0o777);
		expect(await verdicts()).toEqual(['ok', 'warning']);
	});
});
