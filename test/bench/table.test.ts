import { describe, expect, it } from 'vitest';
import { mebibytes, time, times, whole } from '../../bench/lib/format.js';
import { type CaseResult, result } from '../../bench/lib/result.js';
import { report } from '../../bench/lib/table.js';

const base = { group: 'Reading', name: 'fast', size: 10_000, wallMs: 2_000 };
const lines = (...results: CaseResult[]) => report(results).split('\n');

describe('the table', () => {
	it('has a column for what was measured, and none for what was not', () => {
		const [title, , head, rule, row] = lines(result({ ...base, requests: 1_234 }));
		expect(title).toBe('### Reading');
		expect(head).toBe('| case |   size | requests |  wall |');
		expect(rule).toBe('| :--- | -----: | -------: | ----: |');
		expect(row).toBe('| fast | 10 000 |    1 234 | 2.0 s |');
	});

	it('tells what was computed from what was measured', () => {
		const baselines = [
			{ name: 'pages', wallMs: 3_000, measured: true },
			{ name: 'look-ups', wallMs: 40_000, measured: false }
		];
		const text = report([result({ ...base, boundMs: 1_000 }, baselines)]);
		expect(text).toContain('×2.00');
		expect(text).toContain('3.0 s ×1.50');
		expect(text).toContain('40.0 s* ×20');
		expect(text).toContain('* computed');
	});

	it('says which goal was not reached, and where', () => {
		const goals = [
			{ words: '5 requests, at most 3', reached: false },
			{ words: 'none refused', reached: true }
		];
		const text = report([result({ ...base, goals })]);
		expect(text).toContain('NOT REACHED');
		expect(text).toContain('- not reached: fast, 10 000: 5 requests, at most 3');
		expect(text).not.toContain('none refused');
	});

	it('has a section for each group, in their order', () => {
		const text = report([result(base), result({ ...base, group: 'Fixing' }), result({ ...base, size: 1 })]);
		expect(text.match(/^### .*/gm)).toEqual(['### Reading', '### Fixing']);
	});

	it('has no ratio to a bound of nothing', () => {
		expect(result({ ...base, boundMs: 0 }).ratioToBound).toBeNull();
	});
});

it.each([
	[0.512, '0.5 ms'],
	[250, '250 ms'],
	[1_500, '1.5 s'],
	[119_000, '119 s'],
	[300_000, '5.0 min'],
	[20_160_000, '5.6 h'],
	[400_000_000, '4.6 d']
])('says %d ms as %s', (ms, words) => expect(time(ms)).toBe(words));

it('says numbers so that they can be read', () => {
	expect([whole(1_234_567), times(1.239), times(5_600), mebibytes(1_073_741_824)]).toEqual(['1 234 567', '×1.24', '×5 600', '1 024 MiB']);
});
