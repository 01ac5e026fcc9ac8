import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeEnvText, parseEnvText } from '../../src/cli/setup/env-text.js';

const change = (text: string, changes: Record<string, string | null>) => changeEnvText(text, new Map(Object.entries(changes)));

describe('changeEnvText', () => {
	it('replaces a value in its place, and keeps comments, blank lines and other variables', () => {
		const before = '# The token.\nDISCORD_TOKEN=old # mine\n\nOTHER="kept"\n# end\n';
		expect(change(before, { DISCORD_TOKEN: 'new' })).toBe('# The token.\nDISCORD_TOKEN=new\n\nOTHER="kept"\n# end\n');
	});

	it('puts a new setting after its commented-out default, or else at the end', () => {
		const before = '# RECONCILIATION_HOUR=3\n# RECONCILIATION_TIMEZONE=America/New_York\n\nA=1';
		expect(change(before, { RECONCILIATION_HOUR: '5', NEW: 'x' })).toBe(
			'# RECONCILIATION_HOUR=3\nRECONCILIATION_HOUR=5\n# RECONCILIATION_TIMEZONE=America/New_York\n\nA=1\nNEW=x\n'
		);
	});

	it('removes a setting wherever it stands, and sets one that stands twice once', () => {
		expect(change('A=1\nB=2\nA=3\n', { A: null })).toBe('B=2\n');
		expect(change('A=1\nB=2\nA=3\n', { A: '4' })).toBe('B=2\nA=4\n');
	});

	it('replaces a value of several lines, an exported one and one with spaces around it', () => {
		expect(change('A="one\ntwo"\nB=1\n', { A: 'x' })).toBe('A=x\nB=1\n');
		expect(change('export A=1\n  B = 2\r\nC=3\r\n', { A: 'x', B: 'y' })).toBe('A=x\nB=y\nC=3\n');
	});

	it('takes a last line without a line break for the comment that it is', () => {
		expect(change('A=1\n# B=2', { A: '3' })).toBe('A=3\n# B=2\n');
		expect(parseEnvText('A=1\n# B=2')).toEqual({ A: '1' });
	});

	it.each([
		['two words', 'two words'],
		['a#b', "'a#b'"],
		['$HOME', "'$HOME'"],
		["it's", `"it's"`],
		['{"a":"b"}', `'{"a":"b"}'`]
	])('writes %s as %s', (value, written) => {
		expect(change('', { A: value })).toBe(`A=${written}\n`);
	});

	it('refuses a value that no quotes can hold', () => {
		expect(() => change('', { A: `'"\`` })).toThrow('A cannot be written');
	});

	it('changes what Node.js reads in the given settings alone, whatever the file contains', () => {
		const name = fc.constantFrom('A', 'B', 'DISCORD_TOKEN', 'X_1');
		const plain = fc.stringMatching(/^[\w #:/.-]{0,12}$/);
		const line = fc.oneof(
			fc.tuple(name, plain).map(([key, value]) => `${key}=${value}`),
			plain.map((text) => `# ${text}`),
			name.map((key) => `# ${key}=`),
			fc.constant(''),
			fc.tuple(name, fc.constantFrom('"', "'", '`')).map(([key, quote]) => `${key}=${quote}one\ntwo${quote}`)
		);
		const value = fc.stringMatching(/^[^\s`]([^`\n\r]{0,10}[^\s`])?$/);
		const changes = fc.dictionary(name, fc.option(value));
		fc.assert(
			fc.property(fc.array(line, { maxLength: 8 }), changes, (lines, wanted) => {
				const text = lines.join('\n');
				const [before, after] = [parseEnvText(text), parseEnv(change(text, wanted))];
				for (const key of new Set([...Object.keys(before), ...Object.keys(after), ...Object.keys(wanted)]))
					expect(after[key]).toBe(key in wanted ? (wanted[key] ?? undefined) : before[key]);
			})
		);
	});
});
