import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The package as `npm pack` makes it, unpacked into a folder of its own. Requires `npm run build`. */

export const ROOT = join(import.meta.dirname, '..', '..');

export interface Unpacked {
	/** Its `node_modules` has the package, and links to the other packages of this checkout. */
	readonly folder: string;
	/** Paths in the package. */
	readonly files: readonly string[];
	remove(): void;
}

export function unpack(): Unpacked {
	const folder = mkdtempSync(join(tmpdir(), 'reeve-package-'));
	const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
		cwd: ROOT,
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'ignore'],
		maxBuffer: 64 * 1024 * 1024
	});
	const report: unknown = JSON.parse(packed);
	// Newer versions of npm list the packages by name.
	const [made] = Object.values(report as Record<string, { filename: string; files: { path: string }[] }>);
	if (made === undefined) throw new Error('npm pack made nothing');
	const modules = join(folder, 'node_modules');
	mkdirSync(join(modules, 'reeve'), { recursive: true });
	execFileSync('tar', ['-xzf', join(folder, made.filename), '-C', join(modules, 'reeve'), '--strip-components=1']);
	for (const name of readdirSync(join(ROOT, 'node_modules')))
		if (!name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
	return {
		folder,
		files: made.files.map(({ path }) => path),
		remove: () => rmSync(folder, { recursive: true, force: true })
	};
}
