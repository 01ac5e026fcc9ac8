import { describe, expect, it } from 'vitest';
import { formatDuration, formatInteger, formatMebibytes, formatRatio } from '../../bench/lib/format.js';
import { type CaseResult, result } from '../../bench/lib/result.js';
import { report } from '../../bench/lib/table.js';

const base = { group: 'Reading', name: 'fast', size: 10_000, wallMs: 2_000 };
const lines = (...results: CaseResult[]) => report(results).split('\n');

describe('report', () => {
	it('leaves out columns without values', () => {
		const [title, , head, rule, row] = lines(result({ ...base, requests: 1_234 }));
		expect(title).toBe('### Reading');
		expect(head).toBe('| case |   size | requests |  wall |');
		expect(rule).toBe('| :--- | -----: | -------: | ----: |');
		expect(row).toBe('| fast | 10 000 |    1 234 | 2.0 s |');
	});

	it('marks computed values', () => {
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

	it('names each goal that was not met, with its case and size', () => {
		const goals = [
			{ label: '5 requests, at most 3', met: false },
			{ label: 'none refused', met: true }
		];
		const text = report([result({ ...base, goals })]);
		expect(text).toContain('NOT MET');
		expect(text).toContain('- not met: fast, 10 000: 5 requests, at most 3');
		expect(text).not.toContain('none refused');
	});

	it('has one section per group, in order of appearance', () => {
		const text = report([result(base), result({ ...base, group: 'Fixing' }), result({ ...base, size: 1 })]);
		expect(text.match(/^### .*/gm)).toEqual(['### Reading', '### Fixing']);
	});

	it('has no ratio to a bound of zero', () => {
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
])('formatDuration formats %d ms as %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

it('formats integers, ratios and mebibytes', () => {
	expect([formatInteger(1_234_567), formatRatio(1.239), formatRatio(5_600), formatMebibytes(1_073_741_824)]).toEqual([
		'1 234 567',
		'×1.24',
		'×5 600',
		'1 024 MiB'
	]);
});
