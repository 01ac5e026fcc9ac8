import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PIECES = ['commands', 'interaction-handlers', 'tasks', 'listeners', 'preconditions'];
/** The folders around the core. They do not import each other. */
const ADAPTERS = ['stripe', 'discord', 'store', 'messages', 'schedule', 'people', 'http', 'charts'];
/** Any file may import these; they import nothing else of the project. */
const KERNEL = ['src/async/', 'src/redaction/'];

/** Layers inside a folder, lowest first. A subfolder may only import lower layers, not others of its own. */
const LAYERS: Readonly<Record<string, readonly (readonly string[])[]>> = {
	'src/reconciliation': [
		['domain'],
		['policy'],
		['snapshot'],
		['detection'],
		['fixes', 'origins'],
		['runs', 'outbox', 'members', 'imports', 'privacy'],
		['schedule', 'alerts'],
		['changes'],
		['health'],
		['setup'],
		['']
	],
	'src/messages': [[''], ['format'], ['report'], ['replies', 'replies/explain', 'replies/export', 'replies/setup'], ['delivery']],
	'src/stripe': [['api'], ['lists'], ['']],
	'src/store': [['connection'], ['']]
};

/** Source file → the project files that it imports; paths from the root. */
const imports = new Map<string, readonly string[]>();
for (const top of [...PIECES, 'src', 'sandbox', 'bench']) {
	for (const name of readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' })) {
		if (!name.endsWith('.ts') || name.startsWith(join('store', 'client'))) continue;
		const file = join(top, name);
		const text = readFileSync(join(ROOT, file), 'utf8');
		const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)].map(([, specifier]) => specifier as string);
		imports.set(
			file,
			specifiers.map((specifier) => relative(ROOT, join(ROOT, dirname(file), specifier)).replace(/\.js$/, '.ts'))
		);
	}
}

/** A file directly in `src` counts as a folder of its own. */
const folderOf = (file: string) => (dirname(file) === 'src' ? file : dirname(file));
/** `src/stripe/api/client.ts` → `stripe`. */
const topFolderOf = (file: string) => file.split('/')[1] as string;
const edges = [...imports].flatMap(([from, targets]) => targets.map((to) => ({ from, to })));
const violations = (allowed: (from: string, to: string) => boolean) => edges.filter(({ from, to }) => !allowed(from, to));

const inKernel = (file: string) => KERNEL.some((folder) => file.startsWith(folder));

describe('architecture', () => {
	it('finds the source files that the rules below check', () => {
		expect(imports.size).toBeGreaterThan(40);
		expect(edges.length).toBeGreaterThan(80);
	});

	it('reads and writes entries of the audit log in one file: they name people by random IDs', () => {
		const touching = [...imports.keys()].filter(
			(file) =>
				file.startsWith('src/store/') &&
				/\bauditLog\.(?!count\b)|(?:FROM|INTO|JOIN) \$schema\."AuditLog"/.test(readFileSync(join(ROOT, file), 'utf8'))
		);
		expect(touching.filter((file) => !file.startsWith('src/store/client/'))).toEqual(['src/store/audit.ts']);
	});

	it('lets async and redaction import nothing of the project', () => {
		expect(violations((from, to) => !inKernel(from) || dirname(to) === dirname(from))).toEqual([]);
	});

	it('lets the core import only async and redaction from src', () => {
		expect(
			violations((from, to) => !from.startsWith('src/reconciliation/') || to.startsWith('src/reconciliation/') || inKernel(to))
		).toEqual([]);
	});

	it('lets an adapter import only itself, the core, async and redaction', () => {
		const allowed = (from: string, to: string) =>
			!from.startsWith('src/') ||
			!ADAPTERS.includes(topFolderOf(from)) ||
			to.startsWith(`src/${topFolderOf(from)}/`) ||
			to.startsWith('src/reconciliation/') ||
			inKernel(to);
		expect(violations(allowed)).toEqual([]);
	});

	it.each(Object.keys(LAYERS))('lets a subfolder of %s import only lower layers', (folder) => {
		const layerOf = (file: string) => {
			const subfolder = dirname(relative(folder, file)).replace(/^\.$/, '');
			return (LAYERS[folder] ?? []).findIndex((layer) => layer.includes(subfolder));
		};
		const inside = [...imports.keys()].filter((file) => file.startsWith(`${folder}/`) && !file.includes('/store/client/'));
		expect(inside.filter((file) => layerOf(file) === -1)).toEqual([]);
		const upward = edges.filter(
			({ from, to }) =>
				from.startsWith(`${folder}/`) &&
				to.startsWith(`${folder}/`) &&
				!to.includes('/client/') &&
				dirname(from) !== dirname(to) &&
				!(dirname(from).startsWith(`${dirname(to)}/`) && layerOf(from) === layerOf(to)) &&
				!(dirname(to).startsWith(`${dirname(from)}/`) && layerOf(from) === layerOf(to)) &&
				layerOf(to) >= layerOf(from)
		);
		expect(upward).toEqual([]);
	});

	it('keeps src and pieces from importing the sandbox, the bench and the tests', () => {
		expect(violations((from, to) => /^(sandbox|bench)\//.test(from) || !/^(sandbox|test|bench)\//.test(to))).toEqual([]);
	});

	it('keeps the sandbox from importing the bench, and both from importing the tests', () => {
		expect(violations((from, to) => !to.startsWith('test/') && !(from.startsWith('sandbox/') && to.startsWith('bench/')))).toEqual([]);
	});

	it('lets sandbox/services import nothing else of the project', () => {
		expect(violations((from, to) => !from.startsWith('sandbox/services/') || to.startsWith('sandbox/services/'))).toEqual([]);
	});

	it('lets only src/pieces.ts import pieces', () => {
		const isPiece = (file: string) => PIECES.some((folder) => file.startsWith(`${folder}/`));
		expect(violations((from, to) => !from.startsWith('src/') || from === 'src/pieces.ts' || !isPiece(to))).toEqual([]);
	});

	it('lets only the entries import the plugin, and nothing import an entry but another one', () => {
		const entries = ['src/main.ts', 'src/index.ts', 'src/register.ts'];
		const isPlugin = (file: string) => file.startsWith('src/plugin/');
		const above = (file: string) => entries.includes(file) || isPlugin(file) || !file.startsWith('src/');
		expect(violations((from, to) => !isPlugin(to) || above(from))).toEqual([]);
		expect(violations((from, to) => !from.startsWith('src/') || !entries.includes(to) || entries.includes(from))).toEqual([]);
	});

	it('keeps pieces from importing another kind of piece', () => {
		const kindOf = (file: string) => PIECES.find((folder) => file.startsWith(`${folder}/`));
		expect(violations((from, to) => kindOf(from) === undefined || kindOf(to) === undefined || kindOf(from) === kindOf(to))).toEqual([]);
	});

	it('lets SQL name a table or type of its own only with its schema: $schema."Member"', () => {
		const written = [...imports.keys()]
			.filter((file) => file.startsWith('src/'))
			.map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));
		const bare = written.flatMap(({ file, text }) =>
			[...text.matchAll(/(?:\b(?:FROM|JOIN|INTO|UPDATE|TABLE|VACUUM)\s+|::)"\w+"/gi)].map(([found]) => `${file}: ${found}`)
		);
		expect(bare).toEqual([]);
		expect(written.filter(({ text }) => /\$schema\."\w+"/.test(text)).length).toBeGreaterThan(10);
	});

	it('has no import cycle between files', () => {
		expect(cycles(imports)).toEqual([]);
	});

	it('has no import cycle between folders', () => {
		const folders = new Map<string, string[]>();
		for (const { from, to } of edges) {
			if (folderOf(from) === folderOf(to)) continue;
			folders.set(folderOf(from), [...(folders.get(folderOf(from)) ?? []), folderOf(to)]);
		}
		expect(cycles(folders)).toEqual([]);
	});
});

/** Cycles found by a depth-first walk, each as a path. */
function cycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
	const found: string[] = [];
	const done = new Set<string>();
	const walk = (node: string, path: readonly string[]) => {
		if (path.includes(node)) found.push([...path.slice(path.indexOf(node)), node].join(' → '));
		if (done.has(node) || path.includes(node)) return;
		for (const next of graph.get(node) ?? []) walk(next, [...path, node]);
		done.add(node);
	};
	for (const node of graph.keys()) walk(node, []);
	return found;
}
