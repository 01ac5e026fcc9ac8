import { expect, test } from 'vitest';
import { bySeverity, DRIFT_TYPES, SEVERITIES } from '../../../src/reconciliation/domain/issue.js';

test('bySeverity sorts the most severe first, and keeps the order of equals', () => {
	const issues = (['LOW', 'HIGH', 'MEDIUM', 'HIGH'] as const).map((severity, index) => ({ severity, index }));
	expect(issues.sort(bySeverity).map(({ index }) => index)).toEqual([1, 3, 2, 0]);
	expect(SEVERITIES).toEqual(['HIGH', 'MEDIUM', 'LOW']);
});

test('paying members without access come first among the types of drift', () => {
	expect(DRIFT_TYPES[0]).toBe('MISSING_ACCESS');
});
