import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../src/store/connection/database.js';
import { testFolder } from './folders.js';

/** Compiled: the test script builds first. */
const DATABASE = join(import.meta.dirname, '../../dist/src/store/connection/database.js');

it('embedded database keeps every acknowledged row when its process is killed while writing', async () => {
	const folder = await testFolder();
	const script = `
		const { openDatabase } = await import(${JSON.stringify(DATABASE)});
		const { prisma } = await openDatabase({ dataDir: ${JSON.stringify(folder)} });
		for (let row = 0; ; row++) {
			await prisma.seenDebt.create({ data: { subscriptionId: 'sub_' + row, firstSeenAt: new Date() } });
			console.log(row);
		}`;
	const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
	onTestFinished(() => {
		child.kill('SIGKILL');
	});
	const exited = once(child, 'exit');
	const acknowledged: string[] = [];
	for await (const row of createInterface({ input: child.stdout })) {
		acknowledged.push(`sub_${row}`);
		if (acknowledged.length === 40) child.kill('SIGKILL');
	}
	expect(await exited).toEqual([null, 'SIGKILL']);
	expect(acknowledged.length).toBeGreaterThanOrEqual(40);
	const database = await openDatabase({ dataDir: folder });
	onTestFinished(() => database.close());
	const kept = new Set((await database.prisma.seenDebt.findMany()).map(({ subscriptionId }) => subscriptionId));
	expect(acknowledged.filter((row) => !kept.has(row))).toEqual([]);
});
