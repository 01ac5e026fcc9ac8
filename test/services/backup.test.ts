import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { backupContract, dump, seeded } from '../store/contract/backup.js';
import { testFolder } from '../store/folders.js';
import { createDatabase } from './databases.js';

async function onServer() {
	const database = await createDatabase();
	onTestFinished(() => database.drop());
	return { url: database.url, dataDir: await testFolder() };
}

describe('backups of a PostgreSQL server', () => {
	backupContract(onServer);
});

describe("backups of a schema of Reeve's own", () => {
	backupContract(async () => ({ ...(await onServer()), schema: 'reeve' }));
});

const MOVE = join(import.meta.dirname, '../../dist/src/cli/move.js');

describe('npm run move', () => {
	function move(dataDir: string, ...options: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
		const env = {
			PATH: process.env.PATH ?? '',
			DATA_DIR: dataDir,
			DISCORD_TOKEN: `MTIz${'x'.repeat(20)}.abcdef.${'y'.repeat(38)}`,
			DISCORD_GUILD_ID: '900000000000000001',
			DISCORD_ADMIN_CHANNEL_ID: '900000000000000003',
			STRIPE_SECRET_KEY: 'rk_test_abcdefghijklmnop'
		};
		return new Promise((resolve) => {
			execFile(process.execPath, [MOVE, '--', ...options], { cwd: dataDir, env }, (error, stdout, stderr) =>
				resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
			);
		});
	}

	it('moves the embedded database to a server, and shows that both have the same rows', async () => {
		const source = await seeded({ dataDir: await testFolder() });
		const target = await onServer();
		const { code, stdout, stderr } = await move(source.dataDir, '--to', target.url);
		expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
		expect(stdout).toMatch(/^Member +2,501 ([\da-f]{12}) +2,501 \1$/m);
		expect(stdout).toContain('Moved. Write DATABASE_URL');
		expect(await dump(target)).toEqual(await dump(source));
		expect((await move(source.dataDir, '--to', target.url)).stderr).toContain('The database has data already');
		expect((await move(source.dataDir, '--to', 'mysql://x')).stderr).toMatch(/^--to must be a URL like postgresql:/);
	});
});
