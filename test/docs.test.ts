import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settingNames } from '../src/config/env.js';
import { inviteLink } from '../src/discord/permissions.js';
import { LogEntry } from '../src/log-entry.js';
import { loggingEmit } from '../src/wiring/log-events.js';
import { emitSampleNight } from './wiring/sample-events.js';

const ROOT = join(import.meta.dirname, '..');
const DOCUMENTS = [
	'README.md',
	'CONTRIBUTING.md',
	'SECURITY.md',
	...readdirSync(join(ROOT, 'docs'))
		.filter((name) => name.endsWith('.md'))
		.map((name) => `docs/${name}`),
	'.github/pull_request_template.md'
];
/** Text between single backticks that starts with one of these is a path of the repository. */
const FOLDERS =
	/^(\.ci|\.github|bench|commands|deploy|docs|interaction-handlers|listeners|package|preconditions|prisma|sandbox|src|tasks|test)\//;
/** `<name>`, `*` and `…` stand for many paths. */
const PLACEHOLDER = /[<*…]/;

function pathsIn(document: string): string[] {
	const text = readFileSync(join(ROOT, document), 'utf8').replaceAll(/```.*?```/gs, '');
	const quoted = [...text.matchAll(/`([^`\s]+)`/g)].map(([, path = '']) => path).filter((path) => FOLDERS.test(path));
	const linked = [...text.matchAll(/(?:\]\(|src="|srcset=")(?!https?:|#)([^)"#\s]+)/g)].map(([, path = '']) =>
		join(dirname(document), path)
	);
	return [...quoted, ...linked].filter((path) => !PLACEHOLDER.test(path));
}

describe('documentation', () => {
	it.each(DOCUMENTS)('names only files that exist: %s', (document) => {
		expect(pathsIn(document).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
	});

	it('shows only code of the example bot in docs/plugin.md', () => {
		const example = join(ROOT, 'examples', 'existing-bot');
		const code = readdirSync(example, { recursive: true, encoding: 'utf8' })
			.filter((name) => name.endsWith('.js') && !/^(node_modules|generated)/.test(name))
			.map((name) => readFileSync(join(example, name), 'utf8'));
		const blocks = [...readFileSync(join(ROOT, 'docs', 'plugin.md'), 'utf8').matchAll(/```js\n(.*?)```/gs)].map(([, block = '']) => block);
		expect(blocks.length).toBeGreaterThan(5);
		expect(blocks.filter((block) => !code.some((text) => text.includes(block)))).toEqual([]);
	});

	it('shows every picture', () => {
		const shown = new Set(DOCUMENTS.flatMap(pathsIn));
		const pictures = readdirSync(join(ROOT, 'docs', 'images')).map((name) => join('docs', 'images', name));
		expect(pictures.filter((path) => !shown.has(path))).toEqual([]);
	});

	it('names files at all', () => {
		expect(DOCUMENTS.flatMap(pathsIn).length).toBeGreaterThan(60);
	});
});

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** The text of every source file of the program. */
function readSource(): string {
	const isOwn = (path: string) => path.endsWith('.ts') && !path.startsWith(join('src', 'store', 'client'));
	const filesIn = (folder: string) =>
		readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
	return ['src', 'commands', 'listeners'].flatMap(filesIn).filter(isOwn).map(read).join('\n');
}

describe('docs/operate.md', () => {
	const text = read('docs/operate.md');
	const quotes = [...text.matchAll(/^ *> (.+)$/gm)].map(([, quote = '']) => quote);
	const source = readSource();

	it('quotes what Reeve says', () => {
		expect(quotes.length).toBeGreaterThan(25);
	});

	// `…` stands for what differs: the text between must be the program's.
	it.each(quotes)('quotes the program: %s', (quote) => {
		const parts = quote.split('…').map((part) => part.trim());
		expect(parts.filter((part) => part.length > 1 && !source.includes(part))).toEqual([]);
	});

	it('names only settings, commands and scripts that exist', () => {
		const settings = new Set([...settingNames(['Knight', 'Lord']), 'POSTGRES_PASSWORD']);
		const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
		const found = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))];
		const capitals = found(/\b((?:DISCORD|STRIPE|RECONCILIATION|POSTGRES|ADMIN|SMTP|DATA|DATABASE|LOG|REDIS)_[A-Z_]+)\b/g);
		expect(capitals.length).toBeGreaterThan(10);
		expect(capitals.filter((name) => !settings.has(name))).toEqual([]);
		expect(found(/\/reconcile ([a-z-]+)/g).filter((name) => !existsSync(join(ROOT, 'commands/reconcile', `${name}.ts`)))).toEqual([]);
		expect(found(/npm run ([a-z:]+)/g).filter((name) => scripts[name] === undefined)).toEqual([]);
		expect(found(/node dist\/([\w/-]+)\.js/g).filter((name) => !existsSync(join(ROOT, `${name}.ts`)))).toEqual([]);
	});

	it('links only to headings that exist', () => {
		const anchor = (heading: string) =>
			heading
				.toLowerCase()
				.replaceAll(/[^\p{L}\d -]/gu, '')
				.replaceAll(' ', '-');
		const anchors = new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchor(heading)));
		expect([...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, name = '']) => name).filter((name) => !anchors.has(name))).toEqual([]);
	});

	it('shows the lines of the log as they are written', () => {
		const entries: LogEntry[] = [];
		const log = (entry: unknown) => void entries.push(entry as LogEntry);
		emitSampleNight(loggingEmit(() => {}, { info: log, warn: log, error: log }));
		const [, lines = ''] = /```log\n(.*?)\n```/s.exec(text) ?? [];
		expect(lines.split('\n')).toEqual(entries.map(String));
		const [, json = ''] = /```json\n(.*?)\n```/s.exec(text) ?? [];
		const { time: _, level: _level, message, ...fields } = JSON.parse(json) as Record<string, unknown>;
		expect(entries).toContainEqual(new LogEntry(String(message), fields as LogEntry['fields']));
	});

	it('invites Reeve with the permissions that it uses', () => {
		const permissions = new URL(inviteLink('1', '2')).searchParams.get('permissions');
		expect(read('docs/operate.md')).toContain(`&permissions=${permissions}\``);
	});
});
