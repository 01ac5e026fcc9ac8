import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const DOCUMENTS = [
	'README.md',
	'CONTRIBUTING.md',
	'SECURITY.md',
	...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
	'.github/pull_request_template.md'
];
/** Text between single backticks that starts with one of these is a path of the repository. */
const FOLDERS = /^(\.ci|\.github|bench|commands|docs|interaction-handlers|listeners|preconditions|prisma|sandbox|src|tasks|test)\//;
/** `<name>`, `*` and `…` stand for many paths. */
const PLACEHOLDER = /[<*…]/;

function pathsIn(document: string): string[] {
	const text = readFileSync(join(ROOT, document), 'utf8').replaceAll(/```.*?```/gs, '');
	const quoted = [...text.matchAll(/`([^`\s]+)`/g)].map(([, path = '']) => path).filter((path) => FOLDERS.test(path));
	const linked = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, path = '']) =>
		join(document.includes('/') ? document.slice(0, document.lastIndexOf('/')) : '', path)
	);
	return [...quoted, ...linked].filter((path) => !PLACEHOLDER.test(path));
}

describe('documentation', () => {
	it.each(DOCUMENTS)('names only files that exist: %s', (document) => {
		expect(pathsIn(document).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
	});

	it('names files at all', () => {
		expect(DOCUMENTS.flatMap(pathsIn).length).toBeGreaterThan(60);
	});
});
