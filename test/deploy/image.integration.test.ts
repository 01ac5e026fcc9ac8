import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startServices } from '../../sandbox/services/services.js';
import { FIGURES } from '../charts/figures.js';
import { buildImage } from './build-image.js';
import { parseDockerfile } from './dockerfile.js';

const REPOSITORY = join(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as Record<
	'dependencies' | 'peerDependencies',
	Record<string, string>
>;
/** The package may look for itself. */
const installed: Record<string, string | undefined> = { reeve: '', ...manifest.dependencies, ...manifest.peerDependencies };
const stages = parseDockerfile(readFileSync(join(REPOSITORY, 'Dockerfile'), 'utf8'));
const image = stages.at(-1);
const stepsOf = (instruction: string) => (image?.steps ?? []).filter((step) => step.instruction === instruction).map(({ rest }) => rest);

/** A user without privileges: root could write to a read-only folder. */
const UNPRIVILEGED = process.getuid?.() === 0 ? 65_534 : undefined;

const folder = mkdtempSync(join(tmpdir(), 'reeve-image-'));
/** `/app` of the image. */
let app = '';

beforeAll(() => {
	app = join(buildImage({ stages, repository: REPOSITORY, folder }), 'app');
	// Temporary folders are closed to other users.
	chmodSync(folder, 0o755);
	for (const path of filesIn(app)) chmodSync(path, 0o444);
	for (const path of [app, ...foldersIn(app)]) chmodSync(path, 0o555);
});

afterAll(() => {
	for (const path of [app, ...foldersIn(app)]) chmodSync(path, 0o755);
	rmSync(folder, { recursive: true, force: true });
});

const entriesIn = (path: string) => readdirSync(path, { recursive: true, withFileTypes: true });
const foldersIn = (path: string) => entriesIn(path).flatMap((entry) => (entry.isDirectory() ? [join(entry.parentPath, entry.name)] : []));
const filesIn = (path: string) => entriesIn(path).flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));

/** Starts the image's command as its user, who can write to nothing but DATA_DIR. */
function start(env: Record<string, string>) {
	const dataDir = mkdtempSync(join(tmpdir(), 'reeve-image-data-'));
	onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
	if (UNPRIVILEGED !== undefined) chownSync(dataDir, UNPRIVILEGED, UNPRIVILEGED);
	const [, ...args] = JSON.parse(stepsOf('CMD')[0] ?? '[]') as string[];
	const user = UNPRIVILEGED === undefined ? {} : { uid: UNPRIVILEGED, gid: UNPRIVILEGED };
	const child = spawn(process.execPath, args, { ...user, cwd: app, env: { NODE_ENV: 'production', DATA_DIR: dataDir, ...env } });
	onTestFinished(() => {
		child.kill('SIGKILL');
	});
	let output = '';
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
	const exit = new Promise<number | null>((resolve) => child.on('close', resolve));
	return { child, dataDir, exit, output: () => output };
}

/** Runs the image's health check. @returns its exit code */
async function checkHealth(port: string): Promise<number | null> {
	const [, command = '[]'] = /CMD (\[.*\])$/.exec(stepsOf('HEALTHCHECK')[0] ?? '') ?? [];
	const [, ...args] = JSON.parse(command) as string[];
	const child = spawn(process.execPath, args, { env: { HTTP_PORT: port } });
	return new Promise((resolve) => child.on('close', resolve));
}

describe('the Dockerfile', () => {
	test('builds every stage on the same version of Node.js 22, pinned', () => {
		const images = stages.map(({ from }) => from).filter((from) => !stages.some(({ name }) => name === from));
		expect([...new Set(images)]).toEqual([expect.stringMatching(/^node:22\.\d+\.\d+-bookworm-slim$/)]);
	});

	test('installs exactly the locked packages, for production without those of development', () => {
		const commands = stages.flatMap(({ name, steps }) =>
			steps.filter(({ instruction }) => instruction === 'RUN').map(({ rest }) => [name, rest])
		);
		expect(commands).toEqual([
			['build', 'npm ci'],
			['build', 'npm run build'],
			['production', 'npm ci --omit=dev --omit=optional'],
			[null, 'mkdir -m 700 /data && chown node:node /data']
		]);
	});

	test('runs as a user without privileges, with one volume for DATA_DIR', () => {
		expect(stepsOf('USER')).toEqual(['node']);
		expect(stepsOf('VOLUME')).toEqual(['/data']);
		expect(stepsOf('ENV')).toEqual(['NODE_ENV=production DATA_DIR=/data HTTP_PORT=8080']);
	});
});

describe('the image', () => {
	test('has nothing but the built program, its packages and the migrations', () => {
		expect(readdirSync(app).sort()).toEqual(['dist', 'node_modules', 'package.json', 'prisma']);
		expect(
			readdirSync(join(app, 'dist'))
				.filter((name) => !name.includes('.'))
				.sort()
		).toEqual(['bot', 'commands', 'interaction-handlers', 'listeners', 'preconditions', 'src', 'tasks']);
	});

	test('has every migration, the generated client and the WebAssembly of the database and of the schema engine', () => {
		const migrations = join('prisma', 'migrations');
		expect(readdirSync(join(app, migrations))).toEqual(readdirSync(join(REPOSITORY, migrations)));
		for (const file of [
			'dist/bot/query-compiler.wasm',
			'dist/src/store/client/client.js',
			'node_modules/@electric-sql/pglite/dist/pglite.wasm',
			'node_modules/@prisma/schema-engine-wasm/schema_engine_bg.wasm'
		])
			expect(existsSync(join(app, file)), file).toBe(true);
	});

	test('imports only packages that are dependencies, and has none of those of development', () => {
		const packages = new Set<string>();
		// In `dist/bot` are the same files, together with those of the packages.
		const own = readdirSync(join(app, 'dist')).filter((name) => name !== 'bot' && !name.includes('.'));
		for (const file of own.flatMap((name) => filesIn(join(app, 'dist', name))).filter((path) => path.endsWith('.js'))) {
			const imports = readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport|\bimport\(|\.resolve\()\s*['"]([^'".\s][^'"\s]*)['"]/g);
			for (const [, specifier = ''] of imports)
				if (!isBuiltin(specifier))
					packages.add(
						specifier
							.split('/')
							.slice(0, specifier.startsWith('@') ? 2 : 1)
							.join('/')
					);
		}
		expect(packages.size).toBeGreaterThan(10);
		expect([...packages].filter((name) => installed[name] === undefined)).toEqual([]);
		for (const name of ['prisma', 'typescript', 'vitest', 'esbuild']) expect(existsSync(join(app, 'node_modules', name)), name).toBe(false);
	});

	test('has the packages that the bundled bot leaves out', () => {
		const code = readFileSync(join(REPOSITORY, 'package/bot.mjs'), 'utf8');
		const [, list = ''] = /^const EXTERNAL = \[\n\t\.\.\.\[(.*)\],$/m.exec(code) ?? [];
		const names = [...list.matchAll(/'([^']+)'/g)].map(([, name = '']) => name);
		expect(names).toContain('@electric-sql/pglite');
		for (const name of names) expect(existsSync(join(app, 'node_modules', name)), name).toBe(true);
	});

	test('draws charts, with a canvas and a font of its own', () => {
		const [, ...args] = JSON.parse(stepsOf('CMD')[0] ?? '[]') as string[];
		const program = join(dirname(args.at(-1) ?? ''), 'draw.js');
		const picture = execFileSync(process.execPath, [program], { cwd: app, env: {}, input: JSON.stringify(FIGURES) });
		expect(picture.subarray(1, 4).toString()).toBe('PNG');
	});

	test('lists the missing settings and exits, as a user who can write nowhere in it', async () => {
		const { exit, output } = start({});
		expect(await exit).toBe(1);
		expect(output()).toMatch(/^Reeve cannot start: 3 settings need fixing/);
		expect(output()).toContain('DISCORD_TOKEN is missing');
	});

	test('logs in, writes to DATA_DIR alone and exits with code 0 on SIGTERM', async () => {
		const token = 'MTEwMDAwMDAwMDAwMDAwMDIwMA.image.opens-nothing';
		const stripeKey = 'rk_test_opens_nothing_at_all';
		const services = await startServices({ token, stripeKey, guild: { members: [] }, stripe: {} });
		onTestFinished(() => services.close());
		const { guildId, adminChannelId } = services.discord.ids;
		const { child, dataDir, exit, output } = start({
			DISCORD_TOKEN: token,
			DISCORD_API_URL: `${services.url}/api`,
			DISCORD_GUILD_ID: guildId,
			DISCORD_ADMIN_CHANNEL_ID: adminChannelId,
			STRIPE_SECRET_KEY: stripeKey,
			STRIPE_API_URL: services.url,
			HTTP_PORT: '0'
		});
		const ended = exit.then((code) => `Exited with ${code}: ${output()}`);
		expect(await Promise.race([services.discord.whenReady(), ended])).toBeUndefined();
		const [, port = ''] = /HTTP endpoint listens on http:\/\/127\.0\.0\.1:(\d+)\./.exec(output()) ?? [];
		expect(await checkHealth(port)).toBe(0);
		child.kill('SIGTERM');
		expect(await exit).toBe(0);
		expect(await checkHealth(port)).toBe(1);
		expect(output()).toContain('Logged in as');
		expect(readdirSync(dataDir)).toContain('postgres');
	});
});
