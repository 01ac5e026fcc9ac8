import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BuildOptions, build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, type Unpacked, unpack } from './unpack.js';

const run = promisify(execFile);
const { exports: entries } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { exports: Record<string, object> };
const ENTRIES = Object.keys(entries)
	.filter((entry) => entry !== './package.json')
	.map((entry) => entry.replace(/^\./, 'reeve'));

/** The TypeScript in the documentation. */
const BLOCKS = ['README.md', 'docs/plugin.md', 'docs/people.md'].flatMap((file) =>
	[...readFileSync(join(ROOT, file), 'utf8').matchAll(/```ts\n(.*?)```/gs)].map(([, block = '']) => block)
);
/** What it takes for granted. */
const GIVEN = `
	import 'reeve/register';
	declare const prisma: object;
	declare const pool: { query(sql: string, values: unknown[]): Promise<{ rows: Record<string, unknown>[] }> };
`;

let unpacked: Unpacked;
beforeAll(() => {
	unpacked = unpack();
});
afterAll(() => unpacked.remove());

/** Writes a file beside the unpacked package and runs it. @returns its output */
async function node(name: string, code: string): Promise<string> {
	const file = join(unpacked.folder, name);
	writeFileSync(file, code);
	return (await run(process.execPath, [file])).stdout.trim();
}

/** A bot with Reeve that logs in, runs a reconciliation, and stops. Prints the title of the report. */
const BOT = `
	const sandbox = await startSandbox({
		world: {
			guild: { members: [{ id: '100000000000001001', username: 'ada', roles: [] }] },
			stripe: {
				customers: [{ id: 'cus_1', metadata: { discord_id: '100000000000001001' } }],
				subscriptions: [{ id: 'sub_1', customer: 'cus_1', status: 'active', price: 'price_knight' }]
			}
		}
	});
	const client = new SapphireClient({
		intents: ['Guilds', 'GuildMembers'],
		rest: { api: sandbox.discordApiUrl },
		baseUserDirectory: null,
		logger: { level: LogLevel.None },
		reeve: {
			guilds: [{ id: sandbox.ids.guildId, adminChannelId: sandbox.ids.adminChannelId, tiers: [{ name: 'Knight', prices: ['price_knight'] }] }],
			stripe: { key: sandbox.stripeKey, apiUrl: sandbox.stripeApiUrl },
			storage: { dataDir: process.argv[2] ?? path.join(path.dirname(process.argv[1]), 'data-' + path.basename(process.argv[1])) }
		}
	});
	await client.login(sandbox.token);
	await container.reeve.ready;
	await sandbox.whenReady();
	sandbox.command('operator', 'reconcile run');
	const report = await sandbox.until(() => sandbox.messages().find(({ embeds }) => embeds.length > 0));
	console.log(report.embeds[0].title);
	await container.reeve.stop();
	await client.destroy();
	await sandbox.stop();
`;
const IMPORTS = `
	import 'reeve/register';
	import path from 'node:path';
	import { container, LogLevel, SapphireClient } from '@sapphire/framework';
	import { startSandbox } from 'reeve/testing';
`;
const REQUIRES = `
	require('reeve/register');
	const path = require('node:path');
	const { container, LogLevel, SapphireClient } = require('@sapphire/framework');
	const { startSandbox } = require('reeve/testing');
`;
const REPORT = '1 person has the wrong roles';

describe('the package', () => {
	it('has what it needs at run time, and no tests, sources or maps', () => {
		const { files } = unpacked;
		const migrations = readdirSync(join(ROOT, 'prisma', 'migrations')).filter((name) => /^\d/.test(name));
		expect(files).toEqual(
			expect.arrayContaining([
				...migrations.map((name) => `prisma/migrations/${name}/migration.sql`),
				'dist/src/store/client/client.js',
				'dist/commonjs/src/store/client/client.js',
				'README.md',
				'LICENSE',
				'CHANGELOG.md'
			])
		);
		expect(files.filter((file) => /^(src|test|bench|sandbox|examples)\//.test(file))).toEqual([]);
		expect(files.filter((file) => /^dist\/(bench|sandbox\/(bot|control|environment|main|sandbox))/.test(file))).toEqual([]);
		expect(files.filter((file) => /\.map$|(?<!\.d)\.ts$/.test(file))).toEqual([]);
	});

	it.each(ENTRIES)('can be imported and required: %s', async (entry) => {
		const names = 'console.log(JSON.stringify(Object.keys(entry).filter((name) => name !== "__esModule" && name !== "default").sort()))';
		const imported = await node('import.mjs', `import * as entry from '${entry}'; ${names}`);
		expect(await node('require.cjs', `const entry = require('${entry}'); ${names}`)).toBe(imported);
	});

	it('mounts Reeve in a bot of ES modules', async () => {
		expect(await node('bot.mjs', `${IMPORTS}${BOT}`)).toBe(REPORT);
	});

	it('mounts Reeve in a CommonJS bot, which has the other build of Sapphire', async () => {
		expect(await node('bot.cjs', `${REQUIRES}(async () => {${BOT}})();`)).toBe(REPORT);
	});

	it('runs the test of the example bot', async () => {
		const file = join(unpacked.folder, 'reeve.test.cjs');
		copyFileSync(join(ROOT, 'examples/existing-bot/test/reeve.test.js'), file);
		expect((await run(process.execPath, ['--test', '--test-reporter=tap', file])).stdout).toMatch(/^# pass 1$/m);
	});

	it("runs the example of the sandbox's README, which has ten lines and prints the bot's answer", async () => {
		const [, example = ''] = /```js\n(.*?)```/s.exec(readFileSync(join(ROOT, 'sandbox/services/README.md'), 'utf8')) ?? [];
		expect(example.split('\n').filter((line) => line !== '')).toHaveLength(10);
		expect(await node('hello.mjs', example)).toBe('Hello, operator!');
	});

	it('has an API reference of every entry, made without a warning', async () => {
		const out = join(unpacked.folder, 'api');
		await run(process.execPath, [join(ROOT, 'package', 'api-reference.mjs'), out], { cwd: ROOT });
		expect(readdirSync(out)).toEqual(expect.arrayContaining(['index.html', 'interfaces', 'modules']));
		expect(readdirSync(join(out, 'modules')).length).toBe(ENTRIES.length);
	});

	it.each([
		['ES modules', 'module', 'typescript', { module: 'Node16' }],
		['CommonJS', 'commonjs', 'typescript', { module: 'Node16' }],
		// Before TypeScript 7, a bot may resolve packages without `exports`.
		['CommonJS by the old rules', 'commonjs', 'typescript-6', { module: 'CommonJS', moduleResolution: 'Node10', ignoreDeprecations: '6.0' }]
	])('has types that a bot of %s, and the code of the documentation, compile with', async (kind, type, compiler, options) => {
		const folder = join(unpacked.folder, `types ${kind}`);
		mkdirSync(folder);
		const write = (name: string, content: object | string) =>
			writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
		write('package.json', { type });
		write('tsconfig.json', {
			compilerOptions: { ...options, target: 'ES2022', strict: true, skipLibCheck: true, noEmit: true, types: ['node'] },
			files: ['bot.ts', ...BLOCKS.map((_, index) => `block-${index}.ts`)]
		});
		for (const [index, block] of BLOCKS.entries()) write(`block-${index}.ts`, `${GIVEN}${block}`);
		write(
			'bot.ts',
			`import 'reeve/register';
			import { container, SapphireClient } from '@sapphire/framework';
			import type { ReconciliationResult, ReeveOptions } from 'reeve';
			import { startSandbox } from 'reeve/testing';

			const reeve: ReeveOptions = {
				guilds: [{ id: '1', adminChannelId: '2' }],
				stripe: { key: 'rk_test_1' },
				storage: { dataDir: 'data' }
			};
			export const client = new SapphireClient({ intents: ['Guilds', 'GuildMembers'], reeve });
			export const result: Promise<ReconciliationResult> = container.reeve.run();
			export const url: Promise<string> = startSandbox({ scenario: 'council' }).then(({ discordApiUrl }) => discordApiUrl);
			// @ts-expect-error: there is no such option.
			new SapphireClient({ intents: [], reeve: { ...reeve, autofix: true } });
			`
		);
		const tsc = join(ROOT, 'node_modules', compiler, 'bin', 'tsc');
		const { stdout } = await run(process.execPath, [tsc, '-p', folder]).catch((error: { stdout: string }) => error);
		expect(stdout).toBe('');
	});

	it.each<[string, BuildOptions]>([
		['with its packages installed', { packages: 'external', format: 'esm', outExtension: { '.js': '.mjs' } }],
		['as CommonJS, with its packages installed', { packages: 'external', format: 'cjs', outExtension: { '.js': '.cjs' } }],
		[
			'as one file, with what contains WebAssembly installed',
			{
				external: ['@electric-sql/pglite', '@prisma/schema-engine-wasm'],
				format: 'esm',
				outExtension: { '.js': '.mjs' },
				banner: {
					js: `import { createRequire as createRequireOfBundle } from 'node:module'; import { fileURLToPath as pathOfBundle } from 'node:url';
						const require = createRequireOfBundle(import.meta.url), __filename = pathOfBundle(import.meta.url);
						const __dirname = pathOfBundle(new URL('.', import.meta.url));`
				}
			}
		]
	])('works in a bundle: %s', async (name, options) => {
		const outdir = join(unpacked.folder, 'bundles', name.replaceAll(/\W+/g, '-'));
		const source = join(unpacked.folder, 'bundled.ts');
		writeFileSync(source, `${IMPORTS}(async () => {${BOT}})();`);
		// The bundle is deployed beside the Prisma schema of the bot, which is not Reeve's.
		mkdirSync(join(outdir, 'prisma', 'migrations', '20200101000000_of_the_bot'), { recursive: true });
		writeFileSync(join(outdir, 'prisma', 'schema.prisma'), '// of the bot');
		await build({ entryPoints: [source], outdir, bundle: true, platform: 'node', target: 'node20', logLevel: 'silent', ...options });
		const [bundle] = readdirSync(outdir).filter((file) => file.startsWith('bundled.'));
		const { stdout } = await run(process.execPath, [join(outdir, bundle ?? ''), join(outdir, 'data')]);
		expect(stdout.trim()).toBe(REPORT);
	});
});
