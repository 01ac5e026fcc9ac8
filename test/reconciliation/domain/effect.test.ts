import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffRoles } from '../../../src/reconciliation/detection/role-plan.js';
import { effectOf, takesAccess, worstEffectOf } from '../../../src/reconciliation/domain/effect.js';

const TIERS = ['Knight', 'Baron', 'Lord'];
const ROLES = [...TIERS, 'Debtor'];

const heldRoles = fc.subarray(ROLES);
/** What the policy can give: one tier, Debtor, or nothing. */
const expectedRoles = fc.constantFrom<readonly string[]>(...ROLES.map((role) => [role]), []);

const effect = (held: readonly string[], expected: readonly string[]) => effectOf(held, diffRoles(held, expected), TIERS);
/** Access: 0 without a tier. */
const access = (roles: readonly string[]) => Math.max(0, ...roles.map((role) => TIERS.indexOf(role) + 1));

describe('effectOf', () => {
	it.each([
		[[], ['Knight'], 'grants'],
		[['Debtor'], ['Lord'], 'raises'],
		[['Knight'], ['Lord'], 'raises'],
		[['Knight', 'Debtor'], ['Baron'], 'raises'],
		[['Knight', 'Lord'], ['Lord'], 'tidies'],
		[['Lord', 'Debtor'], ['Lord'], 'tidies'],
		[['Debtor'], [], 'tidies'],
		[[], ['Debtor'], 'tidies'],
		[['Lord'], ['Knight'], 'lowers'],
		[['Knight', 'Lord'], ['Knight'], 'lowers'],
		[['Knight'], ['Debtor'], 'removes'],
		[['Knight', 'Debtor'], ['Debtor'], 'removes'],
		[['Knight'], [], 'removes'],
		[['Lord', 'Debtor'], [], 'removes']
	])('%j → %j %s', (held, expected, expectedEffect) => {
		expect(effect(held, expected)).toBe(expectedEffect);
	});

	it('takes access exactly if the member ends with a lower tier or none', () => {
		fc.assert(
			fc.property(heldRoles, expectedRoles, (held, expected) => {
				expect(takesAccess({ effect: effect(held, expected) })).toBe(access(expected) < access(held));
			})
		);
	});

	it('grants or raises exactly if the member ends with a higher tier', () => {
		fc.assert(
			fc.property(heldRoles, expectedRoles, (held, expected) => {
				expect(['grants', 'raises'].includes(effect(held, expected))).toBe(access(expected) > access(held));
			})
		);
	});

	it('removes exactly if the member had a tier and ends without one', () => {
		fc.assert(
			fc.property(heldRoles, expectedRoles, (held, expected) => {
				expect(effect(held, expected) === 'removes').toBe(access(held) > 0 && access(expected) === 0);
			})
		);
	});
});

describe('worstEffectOf', () => {
	it('never understates what a plan takes', () => {
		fc.assert(
			fc.property(heldRoles, expectedRoles, (discordRoles, expected) => {
				const worst = worstEffectOf({ discordRoles, expectedRoles: expected, plan: diffRoles(discordRoles, expected) });
				if (takesAccess({ effect: effect(discordRoles, expected) })) expect(takesAccess({ effect: worst })).toBe(true);
				// Without a tier removed, nothing can be taken.
				if (access(discordRoles) === 0) expect(worst).toBe(effect(discordRoles, expected));
			})
		);
	});
});
