import { describe, expect, it } from 'vitest';
import { changesBetween } from '../../../src/reconciliation/health/settings-audit.js';

describe('changesBetween', () => {
	it('names each setting that changed, and none that only became empty from not being set', () => {
		const before = new Map([
			['A', '1'],
			['B', '2'],
			['C', '']
		]);
		const after = new Map([
			['A', '1'],
			['B', '3'],
			['D', ''],
			['E', '5']
		]);
		expect(changesBetween(before, after)).toEqual([
			{ name: 'B', before: '2', after: '3' },
			{ name: 'E', before: null, after: '5' }
		]);
	});
});
