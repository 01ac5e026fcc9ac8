import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PIECES = ['commands', 'interaction-handlers', 'tasks', 'listeners', 'preconditions'];
/** The rooms around the core. They do not import each other. */
const ADAPTERS = ['stripe', 'discord', 'store', 'messages', 'schedule'];
/** The kernel: every room may import it, and it imports nothing else of the project. */
const KERNEL = ['src/async/', 'src/redaction/'];

/** The floors inside a room, lowest first. A folder may import its own floor's siblings never, and lower floors only. */
const FLOORS: Readonly<Record<string, readonly (readonly string[])[]>> = {
	'src/reconciliation': [
		['domain'],
		['policy'],
		['snapshot'],
		['detection'],
		['fixes'],
		['runs', 'outbox', 'members'],
		['schedule'],
		['health'],
		['']
	],
	'src/messages': [[''], ['format'], ['report'], ['replies', 'replies/explain', 'replies/export'], ['delivery']],
	'src/stripe': [['api'], ['lists'], ['']],
	'src/store': [['connection'], ['']]
};

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
/** A file directly in `src` counts as a folder of its own. */
const folderOf = (file: string) => (dirname(file) === 'src' ? file : dirname(file));
const roomOf = (file: string) => file.split('/')[1] as string;
const arrows = [...imports].flatMap(([from, targets]) => targets.map((to) => ({ from, to })));
const between = (allowed: (from: string, to: string) => boolean) => arrows.filter(({ from, to }) => !allowed(from, to));

const inKernel = (file: string) => KERNEL.some((folder) => file.startsWith(folder));

describe('architecture', () => {
	it('was found: the rules below look at something', () => {
		expect(imports.size).toBeGreaterThan(40);
		expect(arrows.length).toBeGreaterThan(80);
	});

	it('the kernel imports nothing of the project', () => {
		expect(between((from, to) => !inKernel(from) || dirname(to) === dirname(from))).toEqual([]);
	});

	it('the core imports the kernel and nothing else of src', () => {
		expect(between((from, to) => !from.startsWith('src/reconciliation/') || to.startsWith('src/reconciliation/') || inKernel(to))).toEqual(
			[]
		);
	});

	it('the rooms around the core import themselves, the core and the kernel', () => {
		const apart = (from: string, to: string) =>
			!from.startsWith('src/') ||
			!ADAPTERS.includes(roomOf(from)) ||
			to.startsWith(`src/${roomOf(from)}/`) ||
			to.startsWith('src/reconciliation/') ||
			inKernel(to);
		expect(between(apart)).toEqual([]);
	});

	it.each(Object.keys(FLOORS))('every import inside %s points to a lower floor', (room) => {
		const floorOf = (file: string) => {
			const folder = dirname(relative(room, file)).replace(/^\.$/, '');
			return (FLOORS[room] ?? []).findIndex((folders) => folders.includes(folder));
		};
		const inside = [...imports.keys()].filter((file) => file.startsWith(`${room}/`) && !file.includes('/store/client/'));
		expect(inside.filter((file) => floorOf(file) === -1)).toEqual([]);
		const upward = arrows.filter(
			({ from, to }) =>
				from.startsWith(`${room}/`) &&
				to.startsWith(`${room}/`) &&
				!to.includes('/client/') &&
				dirname(from) !== dirname(to) &&
				!(dirname(from).startsWith(`${dirname(to)}/`) && floorOf(from) === floorOf(to)) &&
				!(dirname(to).startsWith(`${dirname(from)}/`) && floorOf(from) === floorOf(to)) &&
				floorOf(to) >= floorOf(from)
		);
		expect(upward).toEqual([]);
	});

	it('never lets src, or a piece, lean on the sandbox, the bench or the tests', () => {
		expect(between((from, to) => /^(sandbox|bench)\//.test(from) || !/^(sandbox|test|bench)\//.test(to))).toEqual([]);
	});

	it('never lets the sandbox lean on the bench, or either of them on the tests', () => {
		expect(between((from, to) => !to.startsWith('test/') && !(from.startsWith('sandbox/') && to.startsWith('bench/')))).toEqual([]);
	});

	it('sandbox/services imports nothing else of the project', () => {
		expect(between((from, to) => !from.startsWith('sandbox/services/') || to.startsWith('sandbox/services/'))).toEqual([]);
	});

	it('only the table of pieces imports pieces', () => {
		const isPiece = (file: string) => PIECES.some((folder) => file.startsWith(`${folder}/`));
		expect(between((from, to) => !from.startsWith('src/') || from === 'src/pieces.ts' || !isPiece(to))).toEqual([]);
	});

	it('no piece imports another kind of piece', () => {
		const kindOf = (file: string) => PIECES.find((folder) => file.startsWith(`${folder}/`));
		expect(between((from, to) => kindOf(from) === undefined || kindOf(to) === undefined || kindOf(from) === kindOf(to))).toEqual([]);
	});

	it('has no import circle between files', () => {
		expect(circles(imports)).toEqual([]);
	});

	it('has no import circle between folders', () => {
		const folders = new Map<string, string[]>();
		for (const { from, to } of arrows) {
			if (folderOf(from) === folderOf(to)) continue;
			folders.set(folderOf(from), [...(folders.get(folderOf(from)) ?? []), folderOf(to)]);
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
