import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { REPOSITORY } from '../../sandbox/bot/repository.js';
import { startSandbox, type TestSandbox } from '../../sandbox/testing.js';

/** `npm run setup` without a terminal. What it asks in one: test/cli/setup.integration.test.ts. */

let sandbox: TestSandbox;
let folder: string;
beforeAll(async () => {
	sandbox = await startSandbox();
});
afterAll(() => sandbox?.stop());
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'reeve-setup-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function setup(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<{ code: number | null; output: string }> {
	return new Promise((resolve) => {
		let output = '';
		const child = spawn(process.execPath, [join(REPOSITORY, 'dist/src/cli/setup/main.js'), '--', ...args], {
			cwd: folder,
			stdio: ['ignore', 'pipe', 'pipe'],
			env: {
				PATH: process.env.PATH ?? '',
				DISCORD_API_URL: sandbox.discordApiUrl,
				STRIPE_API_URL: sandbox.stripeApiUrl,
				...env
			}
		});
		for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
		child.once('close', (code) => resolve({ code, output }));
	});
}

const required = () => ({
	DISCORD_TOKEN: sandbox.token,
	DISCORD_GUILD_ID: sandbox.ids.guildId,
	DISCORD_ADMIN_CHANNEL_ID: sandbox.ids.adminChannelId,
	STRIPE_SECRET_KEY: sandbox.stripeKey
});
const path = () => join(folder, '.env');
const modeOf = async (file: string) => (await stat(file)).mode & 0o777;

test('names everything that is missing or invalid at once, and writes nothing', async () => {
	const { code, output } = await setup(['--set', 'RECONCILIATION_HOUR=25']);
	expect(code).toBe(1);
	expect(output).toContain('Nothing was written: 4 settings need fixing.');
	for (const name of ['DISCORD_TOKEN', 'DISCORD_GUILD_ID', 'STRIPE_SECRET_KEY', 'RECONCILIATION_HOUR'])
		expect(output).toContain(`• ${name} `);
	expect(await readdir(folder)).toEqual([]);
});

test.each([
	[['--set', 'DISCORD_TOKN=x'], 'DISCORD_TOKN is not a setting'],
	[['--set', 'DISCORD_TOKEN'], '--set needs NAME=value'],
	[['--frobnicate'], '--frobnicate is not an option'],
	[['--env-file', '.'], 'cannot be read']
])('refuses %j', async (args, sentence) => {
	const { code, output } = await setup(args);
	expect(output).toContain(sentence);
	expect(code).toBe(1);
	expect(await readdir(folder)).toEqual([]);
});

test('writes the settings of the environment and the command line, explained, and checks them', async () => {
	const { code, output } = await setup(['--set', 'STRIPE_LORD_PRICE_IDS=price_lord', '--set=RECONCILIATION_HOUR=5'], required());
	expect(output).toContain('All checks passed.');
	expect(output).toContain('Next: npm start');
	expect(code).toBe(0);
	const text = await readFile(path(), 'utf8');
	expect(parseEnv(text)).toEqual({ ...required(), STRIPE_LORD_PRICE_IDS: 'price_lord', RECONCILIATION_HOUR: '5' });
	// The comments of .env.example, and each setting below its explanation.
	expect(text).toContain('# RECONCILIATION_HOUR=3\nRECONCILIATION_HOUR=5\n');
	expect(await modeOf(path())).toBe(0o600);
	for (const secret of [sandbox.token, sandbox.stripeKey]) expect(output).not.toContain(secret);
});

test('changes a file that exists only with --yes, and keeps a copy', async () => {
	const before = '# mine\nDISCORD_TOKEN=refused.by.discord\nOTHER=1\n';
	await writeFile(path(), before);
	await chmod(path(), 0o644);
	const refused = await setup([], required());
	expect(refused.output).toContain('~ DISCORD_TOKEN (another secret)');
	expect(refused.output).toContain('.env exists: add --yes');
	expect(refused.code).toBe(1);
	expect(await readdir(folder)).toEqual(['.env']);
	expect(await readFile(path(), 'utf8')).toBe(before);

	// What the command line says, a start takes from the file: the environment does not have it.
	const { DISCORD_ADMIN_CHANNEL_ID: _, ...rest } = required();
	const { code, output } = await setup(['--yes', '--set', `DISCORD_ADMIN_CHANNEL_ID=${sandbox.ids.guildId}`], rest);
	expect(code).toBe(1);
	expect(output).toContain('Reeve cannot see a text channel');
	expect(output).toContain('Fix that, check again with npm run doctor');
	expect(parseEnv(await readFile(path(), 'utf8'))).toMatchObject({ DISCORD_TOKEN: sandbox.token, OTHER: '1' });
	expect(await readFile(join(folder, '.env.bak'), 'utf8')).toBe(before);
	expect([await modeOf(path()), await modeOf(join(folder, '.env.bak'))]).toEqual([0o600, 0o600]);
});
