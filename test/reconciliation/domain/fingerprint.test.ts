import { expect, test } from 'vitest';
import { planHash } from '../../../src/reconciliation/detection/role-plan.js';
import { fingerprint } from '../../../src/reconciliation/domain/fingerprint.js';

test('fingerprint is the first 8 hex digits of the SHA-256', () => {
	expect(fingerprint('')).toBe('e3b0c442');
	expect(fingerprint('abc')).toBe('ba7816bf');
});

test('planHash keeps its value, because the buttons of posted reports carry it', () => {
	expect(planHash('200000000000000001', { add: ['Lord'], remove: ['Knight'] })).toBe('4b841b76');
});
