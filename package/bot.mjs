/**
 * Writes `dist/bot/main.js`: the standalone bot and its packages in a few files. Node.js takes longer to find and read their 2,000 files than
 * to run them: this halves the time of a start. Other bots that Reeve is mounted in, and the command line, use the files as they are.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const FOLDER = join(DIST, 'bot');

/** Packages that find files of their own by their path; what comes with them is loaded with a REDIS_URL alone. And native ones, all optional. */
const EXTERNAL = [
	...['@electric-sql/pglite', '@prisma/schema-engine-wasm', 'bullmq', 'ioredis', '@napi-rs/canvas'],
	...['bufferutil', 'erlpack', 'pg-native', 'utf-8-validate', 'zlib-sync']
];

/** Prisma's query compiler as a file, which Node.js compiles on another thread, instead of as text in Base64. */
const queryCompiler = {
	name: 'query-compiler',
	setup({ onLoad }) {
		onLoad({ filter: /store\/client\/internal\/class\.js$/ }, async ({ path }) => {
			const code = await readFile(path, 'utf8');
			const [loading, specifier] =
				/const \{ wasm \} = await import\("([^"]+)"\);?\s*return await decodeBase64AsWasm\(wasm\);?/.exec(code) ?? [];
			if (specifier === undefined) throw new Error(`${path} does not load Prisma's query compiler as this script expects.`);
			const { wasm } = createRequire(path)(specifier);
			await writeFile(join(FOLDER, 'query-compiler.wasm'), Buffer.from(wasm, 'base64'));
			const file = `new URL('./query-compiler.wasm', import.meta.url)`;
			return { contents: code.replace(loading, `return WebAssembly.compile(await (await import('node:fs/promises')).readFile(${file}));`) };
		});
	}
};

/**
 * Node.js reads the source map of a file as it loads it, and those of the packages take 30 MB of memory. A stack then names the file in the
 * package with line 1, and Reeve's own with its line.
 */
const shortPackageMaps = {
	name: 'short-package-maps',
	setup({ onLoad }) {
		onLoad({ filter: /node_modules\/.*\.[cm]?js$/ }, async ({ path }) => {
			const map = JSON.stringify({ version: 3, sources: [basename(path)], mappings: 'AAAA' });
			const code = (await readFile(path, 'utf8')).replaceAll('//# sourceMappingURL=', '// ');
			return { contents: `${code}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}` };
		});
	}
};

await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER);
await build({
	absWorkingDir: ROOT,
	entryPoints: {
		'bot/main': 'dist/src/main.js',
		// Draws in a process of its own.
		'bot/draw': 'dist/src/charts/draw.js',
		// The sandbox reads the bot's memory and database by it. As an entry of its own, it has the same copy of every module.
		'sandbox/bot/bundled-inspector': 'dist/sandbox/bot/inspector.js'
	},
	outdir: DIST,
	chunkNames: 'bot/[name]-[hash]',
	bundle: true,
	splitting: true,
	format: 'esm',
	platform: 'node',
	target: 'node20.19',
	external: EXTERNAL,
	plugins: [queryCompiler, shortPackageMaps],
	// CommonJS packages call `require` for modules of Node.js.
	banner: { js: `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);` },
	sourcemap: true,
	sourcesContent: false,
	// Of modules with types alone.
	logOverride: { 'ignored-bare-import': 'silent' },
	// A third less to read. Names stay, for stacks.
	minifyWhitespace: true,
	legalComments: 'none',
	logLevel: 'warning'
});
