import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../src/store/connection/database.js';
import { unpackEmptyDatabase } from '../../src/store/connection/empty-database.js';
import { lockFolder } from '../../src/store/connection/folder-lock.js';
import { readMigrations } from '../../src/store/connection/migrations.js';
import { drift, ledgerOf, oneIssue, snowflake } from './builders.js';
import { ownerContract } from './contract/owner.js';
import { migratedFolder, testFolder } from './folders.js';

/** Compiled: the test script builds first. */
const COMPILED = join(import.meta.dirname, '../../dist/src/store');

/** Starts a process that runs a script and prints when ready. Killed after the test. */
async function startProcess(script: string) {
	const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
	onTestFinished(() => {
		child.kill('SIGKILL');
	});
	return {
		pid: child.pid,
		ready: once(child.stdout, 'data'),
		async kill() {
			child.kill('SIGKILL');
			await once(child, 'exit');
		}
	};
}

const openScript = (folder: string, then: string) => `
	const { openDatabase } = await import(${JSON.stringify(join(COMPILED, 'connection/database.js'))});
	const database = await openDatabase({ dataDir: ${JSON.stringify(folder)} });
	${then}
	console.log('ready');
	setInterval(() => {}, 1000);`;

describe('openDatabase with a folder', () => {
	it('creates the folder, and finds all data when it is opened again', async () => {
		const folder = join(await testFolder(), 'not', 'there');
		const first = await openDatabase({ dataDir: folder });
		const { guildId, ledger } = ledgerOf(first);
		const { runId, issue } = await oneIssue(ledger);
		await first.close();
		const second = await openDatabase({ dataDir: folder });
		onTestFinished(() => second.close());
		expect((await ledgerOf(second, guildId).ledger.readReport(runId))?.result.issues).toEqual([issue]);
	});

	it('begins a first start with the database that the build made', async () => {
		const folder = await testFolder();
		const files = join(folder, 'postgres');
		await mkdir(files);
		expect(await unpackEmptyDatabase(files)).toBe(true);
		const { size } = await stat(join(files, 'base', '1', 'pg_filenode.map'));
		expect(size).toBeGreaterThan(0);
		const database = await openDatabase({ dataDir: folder });
		onTestFinished(() => database.close());
		const { migrationDirectories } = await readMigrations();
		expect(await database.prisma.$queryRaw`SELECT migration_name AS path FROM _prisma_migrations ORDER BY 1`).toEqual(
			migrationDirectories.map(({ path }) => ({ path }))
		);
	});

	it('keeps its tables in the schema that the options name', async () => {
		const folder = await testFolder();
		const first = await openDatabase({ dataDir: folder, schema: 'reeve' });
		const { guildId, ledger } = ledgerOf(first);
		const { runId, issue } = await oneIssue(ledger);
		const rows = await first.prisma.$queryRaw<{ schema: string }[]>`
			SELECT DISTINCT schemaname AS schema FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`;
		expect(rows).toEqual([{ schema: 'reeve' }]);
		await first.close();
		const second = await openDatabase({ dataDir: folder, schema: 'reeve' });
		onTestFinished(() => second.close());
		expect((await ledgerOf(second, guildId).ledger.readReport(runId))?.result.issues).toEqual([issue]);
	});

	it('refuses a folder in use, by the same process too, with the owner and advice', async () => {
		const folder = await migratedFolder();
		const database = await openDatabase({ dataDir: folder });
		const refused = openDatabase({ dataDir: `${folder}/.` });
		await expect(refused).rejects.toMatchObject({ name: 'DatabaseError' });
		await expect(refused).rejects.toThrow(new RegExp(`${folder} \\(process ${process.pid} on .*DATA_DIR`));
		await database.close();
		await (await openDatabase({ dataDir: folder })).close();
	});

	it('keeps all acknowledged rows after its owner was killed, and expires that one’s lease and claims', async () => {
		const folder = await migratedFolder();
		const guildId = snowflake();
		const discordId = snowflake();
		const child = await startProcess(
			openScript(
				folder,
				`const { createLedger } = await import(${JSON.stringify(join(COMPILED, 'ledger.js'))});
				const ledger = createLedger(database, '${guildId}');
				await ledger.acquireLease('killed process', 3600);
				const runId = await ledger.startRun({ startedAt: new Date(), triggeredBy: 'manual', requestedBy: null, isVerificationRun: false, autoFixEnabled: false, scheduledDay: null, onlyMember: null, onlyMembers: null });
				const detection = { issues: [${JSON.stringify(drift(discordId))}], notices: {}, skipped: new Set(), unknown: new Set(), membersChecked: 1, teamsChecked: 0, payingCustomers: 1, roleHolders: 1, newlyUnpaid: [], clearedDebts: [] };
				const [issue] = await ledger.recordFindings(runId, { detection, livemode: true, subscriptionsRead: 1, at: new Date() });
				const { claim } = await ledger.claimIssue(issue.id, issue.planHash, '42', runId, 3600);
				await ledger.beginChange(claim.attemptId, { seconds: 3600, callSeconds: 20, rolesBefore: ['Lord'], at: new Date() });`
			)
		);
		await child.ready;
		await expect(openDatabase({ dataDir: folder })).rejects.toThrow(`process ${child.pid} on`);
		await child.kill();
		const database = await openDatabase({ dataDir: folder });
		onTestFinished(() => database.close());
		const { ledger } = ledgerOf(database, guildId);
		expect(await ledger.acquireLease('next process', 60)).toBe(true);
		expect(await ledger.interruptedAttempts(60)).toMatchObject([{ actor: '42', rolesBefore: ['Lord'], issue: { discordId } }]);
	});

	it('survives a first start that is killed at any time', async () => {
		for (const delay of [200, 700, 1_500]) {
			const folder = await testFolder();
			const child = await startProcess(openScript(folder, ''));
			await Promise.race([child.ready, new Promise((resolve) => setTimeout(resolve, delay))]);
			await child.kill();
			await (await openDatabase({ dataDir: folder })).close();
			expect(await readdir(folder)).toEqual(['postgres']);
		}
	});

	it('names a damaged folder with advice, and releases its lock', async () => {
		const folder = await migratedFolder();
		await rename(join(folder, 'postgres', 'global'), join(folder, 'global'));
		await expect(openDatabase({ dataDir: folder })).rejects.toThrow(/^The database in .* cannot be used: .*backup/);
		await rm(join(folder, 'postgres'), { recursive: true });
		await (await openDatabase({ dataDir: folder })).close();
	});
});

describe('openDatabase with a guild', () => {
	let folder: string;
	beforeEach(async () => {
		folder = await migratedFolder();
	});

	ownerContract(async (guild, work) => {
		const database = await openDatabase({ dataDir: folder, guild });
		await work(database).finally(() => database.close());
	});
});

describe('lockFolder', () => {
	const lock = async (folder: string) => {
		const result = await lockFolder(folder);
		if (typeof result !== 'string') onTestFinished(() => result.release());
		return result;
	};

	it('grants one of several concurrent processes the lock, also after its owner was killed', async () => {
		const folder = await testFolder();
		const lockScript = `
			const { lockFolder } = await import(${JSON.stringify(join(COMPILED, 'connection/folder-lock.js'))});
			console.log(typeof (await lockFolder(${JSON.stringify(folder)})) === 'string' ? 'refused' : 'held');
			setInterval(() => {}, 1000);`;
		for (let round = 0; round < 3; round++) {
			const children = await Promise.all(Array.from({ length: 4 }, () => startProcess(lockScript)));
			const answers = (await Promise.all(children.map(({ ready }) => ready))).map(([data]) => String(data).trim());
			expect(answers.sort()).toEqual(['held', 'refused', 'refused', 'refused']);
			await Promise.all(children.map((child) => child.kill()));
		}
		const answers = await Promise.all(Array.from({ length: 10 }, () => lock(folder)));
		expect(answers.filter((answer) => typeof answer !== 'string')).toHaveLength(1);
	});

	it('locks a folder whose path is too long for a socket', async () => {
		const folder = join(await testFolder(), 'x'.repeat(200));
		await promisify(execFile)('mkdir', [folder]);
		expect(typeof (await lock(folder))).toBe('object');
		expect(await lock(folder)).toMatch(`process ${process.pid} on`);
	});

	it('leaves no file behind when released', async () => {
		const folder = await testFolder();
		const lock = await lockFolder(folder);
		expect(await readdir(folder)).toHaveLength(1);
		if (typeof lock !== 'string') await lock.release();
		expect(await readdir(folder)).toEqual([]);
	});
});
