import { describe, expect, it } from 'vitest';
import { roleStatusOf } from '../../../src/reconciliation/detection/role-status.js';
import { ADA, ago, BOB, customer, exemption, inGuild, MAPPED, NOW, type Parts, snapshot, subscription } from '../builders.js';

const PAYS: Parts = { customers: [customer({ metadataDiscordId: ADA })], subscriptions: [subscription()] };
const statusOf = (parts: Parts, member = inGuild(ADA, 'Lord') as ReturnType<typeof inGuild> | null) =>
	roleStatusOf(ADA, member, snapshot(parts), MAPPED, NOW);

describe('roleStatusOf', () => {
	it('returns what the member should have and what they have', () => {
		expect(statusOf(PAYS)).toEqual({ expected: ['Knight'], held: ['Lord'], exempt: false });
		expect(statusOf(PAYS, inGuild(ADA, 'Knight'))).toEqual({ expected: ['Knight'], held: ['Knight'], exempt: false });
		expect(statusOf({})).toEqual({ expected: [], held: ['Lord'], exempt: false });
	});

	it('returns what a user outside the guild would be due', () => {
		expect(statusOf(PAYS, null)).toEqual({ expected: ['Knight'], held: null, exempt: false });
		expect(statusOf({}, null)).toEqual({ expected: [], held: null, exempt: false });
	});

	it('expects nothing while the status is unknown', () => {
		const subscriptions = [subscription({ status: 'under_review' })];
		expect(statusOf({ ...PAYS, subscriptions })).toEqual({ expected: null, held: ['Lord'], exempt: false });
	});

	it('evaluates an exempt member all the same', () => {
		expect(statusOf({ ...PAYS, exemptions: [exemption(ADA)] })).toEqual({ expected: ['Knight'], held: ['Lord'], exempt: true });
	});

	it.each([
		['without an end', null, true],
		['that ends in a second', ago({ seconds: -1 }), true],
		['that ends now', NOW, false],
		['that ended a second ago', ago({ seconds: 1 }), false]
	])('computes `exempt` from an exemption %s', (_, expiresAt, exempt) => {
		expect(statusOf({ ...PAYS, exemptions: [exemption(ADA, expiresAt)] }).exempt).toBe(exempt);
	});

	it("does not report another member's exemption", () => {
		expect(statusOf({ ...PAYS, exemptions: [exemption(BOB)] }).exempt).toBe(false);
	});
});
