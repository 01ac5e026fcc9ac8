import { describe, expect, it } from 'vitest';
import { describeOrigin, originLines } from '../../../src/messages/format/origin.js';
import type { Origin } from '../../../src/reconciliation/domain/origin.js';

const at = '2026-11-28T12:00:00.000Z';
const byMee6: Origin = { kind: 'granted', role: '*Knight*', by: '300000000000000009', byBot: true, at };

describe('describeOrigin', () => {
	it('names who did it, escapes the role, and marks a bot', () => {
		expect(describeOrigin(byMee6)).toBe('\\*Knight\\* was granted by <@300000000000000009> (a bot) on <t:1795867200:D>.');
		expect(describeOrigin({ ...byMee6, by: '@everyone', byBot: null })).not.toContain('@everyone');
	});

	it('says when it is not known, and nothing if it is not watched', () => {
		expect(describeOrigin({ kind: 'unknown' })).toBe('It is not known how this came about.');
		expect(describeOrigin(undefined)).toBe('');
	});
});

describe('originLines', () => {
	it('counts who did it, the most frequent first and the unknown last', () => {
		const issues = [{ origin: { kind: 'unknown' as const } }, { origin: { kind: 'unknown' as const } }, { origin: byMee6 }, {}];
		expect(originLines(issues)).toEqual(['1 of 4: granted by <@300000000000000009> (a bot)', '2 of 4: not known']);
	});

	it('is empty if nothing is known', () => {
		expect(originLines([{ origin: { kind: 'unknown' } }, {}])).toEqual([]);
	});

	it('names at most four groups', () => {
		const issues = Array.from({ length: 7 }, (_, index) => ({ origin: { ...byMee6, by: `30000000000000000${index}` } }));
		const lines = originLines(issues);
		expect(lines).toHaveLength(5);
		expect(lines.at(-1)).toBe('3 of 7: otherwise');
	});
});
