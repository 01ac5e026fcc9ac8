import { expect, test } from 'vitest';
import { planHash } from '../../../src/reconciliation/detection/role-plan.js';
import { EFFECTS, type Effect } from '../../../src/reconciliation/domain/effect.js';
import { fingerprint } from '../../../src/reconciliation/domain/fingerprint.js';

test('fingerprint is the first 8 hex digits of the SHA-256', () => {
	expect(fingerprint('')).toBe('e3b0c442');
	expect(fingerprint('abc')).toBe('ba7816bf');
});

test('planHash keeps its value, because the buttons of posted reports carry it', () => {
	const plan = { discordId: '200000000000000001', plan: { add: ['Lord'], remove: ['Knight'] } };
	expect(planHash(plan)).toBe('4b841b76');
	for (const effect of ['tidies', 'raises', 'grants'] as const) expect(planHash({ ...plan, effect })).toBe('4b841b76');
});

test('planHash tells plans apart that take none, some and all of the access', () => {
	const hashOf = (effect: Effect) => planHash({ discordId: '200000000000000001', plan: { add: [], remove: ['Knight'] }, effect });
	expect(new Set(EFFECTS.map(hashOf)).size).toBe(3);
});
