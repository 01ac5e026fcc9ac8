import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PIECES = ['commands', 'interaction-handlers', 'tasks', 'listeners', 'preconditions'];
/** The five rooms around the heart: they do not know each other. */
const ADAPTERS = ['stripe', 'discord', 'store', 'report', 'schedule'];

/** Every source file with the files of the project that it imports, as paths from the root. */
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

/** `src/stripe/client.ts` → `stripe`; a file straight in `src` is its own room. */
const roomOf = (file: string) => file.split('/')[1] as string;
const arrows = [...imports].flatMap(([from, targets]) => targets.map((to) => ({ from, to })));
const between = (allowed: (from: string, to: string) => boolean) => arrows.filter(({ from, to }) => !allowed(from, to));

describe('the house', () => {
	it('was found: the rules below look at something', () => {
		expect(imports.size).toBeGreaterThan(40);
		expect(arrows.length).toBeGreaterThan(80);
	});

	it('rests on the heart, which imports nothing else of src', () => {
		expect(between((from, to) => !from.startsWith('src/reconciliation/') || to.startsWith('src/reconciliation/'))).toEqual([]);
	});

	it('keeps the five rooms around the heart apart', () => {
		const apart = (from: string, to: string) =>
			!from.startsWith('src/') ||
			!ADAPTERS.includes(roomOf(from)) ||
			to.startsWith(`src/${roomOf(from)}/`) ||
			to.startsWith('src/reconciliation/');
		expect(between(apart)).toEqual([]);
	});

	it('never lets src, or a piece, lean on the sandbox, the bench or the tests', () => {
		expect(between((from, to) => /^(sandbox|bench)\//.test(from) || !/^(sandbox|test|bench)\//.test(to))).toEqual([]);
	});

	it('never lets the sandbox lean on the bench, or either of them on the tests', () => {
		expect(between((from, to) => !to.startsWith('test/') && !(from.startsWith('sandbox/') && to.startsWith('bench/')))).toEqual([]);
	});

	it('never lets src lean on a piece', () => {
		expect(between((from, to) => !from.startsWith('src/') || to.startsWith('src/'))).toEqual([]);
	});

	it('has no import circle between files', () => {
		expect(circles(imports)).toEqual([]);
	});

	it('has no import circle between folders', () => {
		const folders = new Map<string, string[]>();
		for (const { from, to } of arrows) {
			if (dirname(from) === dirname(to)) continue;
			folders.set(dirname(from), [...(folders.get(dirname(from)) ?? []), dirname(to)]);
		}
		expect(circles(folders)).toEqual([]);
	});
});

/** Every circle that a walk along the arrows runs into, as the path around it. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
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
