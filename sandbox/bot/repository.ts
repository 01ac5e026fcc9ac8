import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's root, searched upwards: this file runs from `sandbox/` in tests, else from `dist/sandbox/`. */
export const REPOSITORY = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

function findPackageRoot(folder: string): string {
	if (existsSync(join(folder, 'package.json'))) return folder;
	const parent = dirname(folder);
	if (parent === folder) throw new Error('No package.json found in any parent directory');
	return findPackageRoot(parent);
}
