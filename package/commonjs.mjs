/**
 * Writes `dist/commonjs`: the package for bots that `require` it. Sapphire comes as two builds, each with a container and stores of its
 * own, and a CommonJS bot uses the one for CommonJS. Reeve's ES modules would mount Reeve in the other one, where no client logs in.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transform } from 'esbuild';

const DIST = join(import.meta.dirname, '..', 'dist');
const TARGET = join(DIST, 'commonjs');

/** What the entries of the package import. */
const PLACES = [
	'src',
	'commands',
	'interaction-handlers',
	'listeners',
	'preconditions',
	'tasks',
	'sandbox/services',
	'sandbox/world',
	'sandbox/testing.js',
	'sandbox/testing.d.ts'
];

/** CommonJS has no `import.meta`. */
const FILE_URL = '__fileUrl';
const BANNER = `const ${FILE_URL} = require('node:url').pathToFileURL(__filename).href;`;

rmSync(TARGET, { recursive: true, force: true });
for (const place of PLACES) await add(place);
writeFileSync(join(TARGET, 'package.json'), '{ "type": "commonjs" }\n');

/** @param path - of a file or folder in `dist` */
async function add(path) {
	if (path.endsWith('.d.ts')) {
		write(path, () => copyFileSync(join(DIST, path), join(TARGET, path)));
	} else if (path.endsWith('.js')) {
		// As text, without its path: a default import then means the same as in a module that TypeScript compiled to CommonJS.
		const { code } = await transform(readFileSync(join(DIST, path), 'utf8'), {
			format: 'cjs',
			platform: 'node',
			target: 'node20.19',
			define: { 'import.meta.url': FILE_URL }
		});
		write(path, () => writeFileSync(join(TARGET, path), code.includes(FILE_URL) ? `${BANNER}\n${code}` : code));
	} else if (!path.endsWith('.map')) {
		for (const name of readdirSync(join(DIST, path))) await add(`${path}/${name}`);
	}
}

function write(path, make) {
	mkdirSync(dirname(join(TARGET, path)), { recursive: true });
	make();
}
