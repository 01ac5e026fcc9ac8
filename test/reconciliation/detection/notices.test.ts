import { expect, test } from 'vitest';
import { expiringExemptions } from '../../../src/reconciliation/detection/notices.js';
import { ADA, BOB, NOW } from '../builders.js';

const ending = (discordId: string, hours: number | null) => ({
	discordId,
	reason: 'founder',
	createdBy: '1',
	expiresAt: hours === null ? null : new Date(NOW.getTime() + hours * 3_600_000)
});
const announced = (...exemptions: ReturnType<typeof ending>[]) => expiringExemptions(exemptions, NOW).map(({ discordId }) => discordId);

test('expiringExemptions lists exemptions that end within two days, the earliest first', () => {
	expect(announced(ending(ADA, 48), ending(BOB, 1))).toEqual([BOB, ADA]);
	expect(announced(ending(ADA, 48.1), ending(BOB, 0))).toEqual([]);
	expect(announced(ending(ADA, null))).toEqual([]);
});

test('expiringExemptions ignores an exemption if the member has a longer one', () => {
	expect(announced(ending(ADA, 5), ending(ADA, null), ending(BOB, 100), ending(BOB, 2))).toEqual([]);
	expect(announced(ending(ADA, 5), ending(ADA, 20))).toEqual([ADA]);
});
