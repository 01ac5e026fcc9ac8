import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PIECES } from '../src/pieces.js';

const ROOT = join(import.meta.dirname, '..');
const FOLDERS = {
	commands: 'commands',
	'interaction-handlers': 'interaction-handlers',
	listeners: 'listeners',
	preconditions: 'preconditions',
	'scheduled-tasks': 'tasks'
} as const;

describe('PIECES', () => {
	it.each(Object.entries(FOLDERS))('names every file of the store %s', (store, folder) => {
		const files = readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.ts'));
		expect(Object.keys(PIECES[store as keyof typeof FOLDERS]).sort()).toEqual(files.map((name) => basename(name, '.ts')).sort());
	});
});
