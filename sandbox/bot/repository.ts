import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, found upwards: this file runs from `sandbox/` in tests and from `dist/sandbox/` otherwise. */
export const REPOSITORY = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

function findPackageRoot(folder: string): string {
	if (existsSync(join(folder, 'package.json'))) return folder;
	const parent = dirname(folder);
	if (parent === folder) throw new Error('The sandbox does not find the folder with package.json');
	return findPackageRoot(parent);
}
