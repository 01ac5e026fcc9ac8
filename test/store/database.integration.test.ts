import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../src/store/connection/database.js';
import { lockFolder } from '../../src/store/connection/folder-lock.js';
import { drift, ledgerOf, oneIssue, snowflake } from './builders.js';
import { testFolder } from './folders.js';

/** What a start of Reeve runs, compiled: `npm test` builds first. */
const COMPILED = join(import.meta.dirname, '../../dist/src/store');

/** Another process that runs a script and says `ready`; it dies with the test. */
async function another(script: string) {
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

const opens = (folder: string, then: string) => `
	const { openDatabase } = await import(${JSON.stringify(join(COMPILED, 'connection/database.js'))});
	const database = await openDatabase({ dataDir: ${JSON.stringify(folder)} });
	${then}
	console.log('ready');
	setInterval(() => {}, 1000);`;

describe('the folder of the embedded database', () => {
	it('is made where it is absent, and has everything when it is opened again', async () => {
		const folder = join(await testFolder(), 'not', 'there');
		const first = await openDatabase({ dataDir: folder });
		const { guildId, ledger } = ledgerOf(first);
		const { runId, issue } = await oneIssue(ledger);
		await first.close();
		const second = await openDatabase({ dataDir: folder });
		onTestFinished(() => second.close());
		expect((await ledgerOf(second, guildId).ledger.readReport(runId))?.result.issues).toEqual([issue]);
	});

	it('is refused to whoever opens it twice, in one process too, with who has it and what to do', async () => {
		const folder = await testFolder();
		const database = await openDatabase({ dataDir: folder });
		const refused = openDatabase({ dataDir: `${folder}/.` });
		await expect(refused).rejects.toMatchObject({ name: 'DatabaseError' });
		await expect(refused).rejects.toThrow(new RegExp(`${folder} \\(process ${process.pid} on .*DATA_DIR`));
		await database.close();
		await (await openDatabase({ dataDir: folder })).close();
	});

	it('outlives its holder’s SIGKILL: every acknowledged row is there, and no right of the dead stands in the way', async () => {
		const folder = await testFolder();
		const guildId = snowflake();
		const who = snowflake();
		const child = await another(
			opens(
				folder,
				`const { createLedger } = await import(${JSON.stringify(join(COMPILED, 'ledger.js'))});
				const ledger = createLedger(database, '${guildId}');
				await ledger.acquireLease('the dead', 3600);
				const runId = await ledger.startRun({ startedAt: new Date(), triggeredBy: 'manual', requestedBy: null, isVerificationRun: false, autoFixEnabled: false, scheduledDay: null });
				const detection = { issues: [${JSON.stringify(drift(who))}], notices: {}, skipped: new Set(), membersChecked: 1, teamsChecked: 0, payingCustomers: 1, roleHolders: 1, newlyUnpaid: [], clearedDebts: [] };
				const [issue] = await ledger.recordFindings(runId, { detection, livemode: true, subscriptionsRead: 1, at: new Date() });
				const { claim } = await ledger.claimIssue(issue.id, issue.planHash, '42', runId, 3600);
				await ledger.renewClaim(claim.attemptId, 3600, ['Lord']);`
			)
		);
		await child.ready;
		await expect(openDatabase({ dataDir: folder })).rejects.toThrow(`process ${child.pid} on`);
		await child.kill();
		const database = await openDatabase({ dataDir: folder });
		onTestFinished(() => database.close());
		const { ledger } = ledgerOf(database, guildId);
		expect(await ledger.acquireLease('the living', 60)).toBe(true);
		expect(await ledger.interruptedAttempts()).toMatchObject([{ actor: '42', rolesBefore: ['Lord'], issue: { discordId: who } }]);
	});

	it('is not spoilt by a first start that is killed at any moment', async () => {
		for (const delay of [200, 700, 1_500]) {
			const folder = await testFolder();
			const child = await another(opens(folder, ''));
			await Promise.race([child.ready, new Promise((resolve) => setTimeout(resolve, delay))]);
			await child.kill();
			await (await openDatabase({ dataDir: folder })).close();
			expect(await readdir(folder)).toEqual(['postgres']);
		}
	});

	it('whose files are damaged is named with what to do, and is free again', async () => {
		const folder = await testFolder();
		await (await openDatabase({ dataDir: folder })).close();
		await rename(join(folder, 'postgres', 'global'), join(folder, 'global'));
		await expect(openDatabase({ dataDir: folder })).rejects.toThrow(/^The database in .* cannot be used: .*backup/);
		await rm(join(folder, 'postgres'), { recursive: true });
		await (await openDatabase({ dataDir: folder })).close();
	});
});

describe('the lock on a folder', () => {
	const take = async (folder: string) => {
		const lock = await lockFolder(folder);
		if (typeof lock !== 'string') onTestFinished(() => lock.release());
		return lock;
	};

	it('goes to one of ten who ask at once, after a holder that died too', async () => {
		const folder = await testFolder();
		const holds = `
			const { lockFolder } = await import(${JSON.stringify(join(COMPILED, 'connection/folder-lock.js'))});
			console.log(typeof (await lockFolder(${JSON.stringify(folder)})) === 'string' ? 'refused' : 'held');
			setInterval(() => {}, 1000);`;
		for (let round = 0; round < 3; round++) {
			const children = await Promise.all(Array.from({ length: 4 }, () => another(holds)));
			const answers = (await Promise.all(children.map(({ ready }) => ready))).map(([data]) => String(data).trim());
			expect(answers.sort()).toEqual(['held', 'refused', 'refused', 'refused']);
			await Promise.all(children.map((child) => child.kill()));
		}
		const answers = await Promise.all(Array.from({ length: 10 }, () => take(folder)));
		expect(answers.filter((answer) => typeof answer !== 'string')).toHaveLength(1);
	});

	it('holds in a folder with a path longer than a socket’s may be', async () => {
		const folder = join(await testFolder(), 'x'.repeat(200));
		await promisify(execFile)('mkdir', [folder]);
		expect(typeof (await take(folder))).toBe('object');
		expect(await take(folder)).toMatch(`process ${process.pid} on`);
	});

	it('leaves nothing behind when it is released', async () => {
		const folder = await testFolder();
		const lock = await lockFolder(folder);
		expect(await readdir(folder)).toHaveLength(1);
		if (typeof lock !== 'string') await lock.release();
		expect(await readdir(folder)).toEqual([]);
	});
});
