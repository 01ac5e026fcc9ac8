import { expect, test } from 'vitest';
import { expiringExemptions } from '../../../src/reconciliation/detection/notices.js';
import { ADA, BOB, NOW } from '../builders.js';

const ending = (discordId: string, hours: number | null) => ({
	discordId,
	reason: 'founder',
	createdBy: '1',
	expiresAt: hours === null ? null : new Date(NOW.getTime() + hours * 3_600_000)
});
const told = (...exemptions: ReturnType<typeof ending>[]) => expiringExemptions(exemptions, NOW).map(({ discordId }) => discordId);

test('an exemption is announced within the two days before it ends, the first to end first', () => {
	expect(told(ending(ADA, 48), ending(BOB, 1))).toEqual([BOB, ADA]);
	expect(told(ending(ADA, 48.1), ending(BOB, 0))).toEqual([]);
	expect(told(ending(ADA, null))).toEqual([]);
});

test('of somebody who is exempt for longer on another word nothing is announced', () => {
	expect(told(ending(ADA, 5), ending(ADA, null), ending(BOB, 100), ending(BOB, 2))).toEqual([]);
	expect(told(ending(ADA, 5), ending(ADA, 20))).toEqual([ADA]);
});
