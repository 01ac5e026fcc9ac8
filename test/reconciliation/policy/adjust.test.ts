import { describe, expect, it, vi } from 'vitest';
import { describeRuleChange } from '../../../src/reconciliation/detection/describe-rules.js';
import { adviseOnUnknown, describeUnknown } from '../../../src/reconciliation/detection/unknown.js';
import {
	type Adjust,
	completeRules,
	type PolicySettings,
	type Rules,
	rankedRoles,
	rulesEqual,
	rulesHash
} from '../../../src/reconciliation/domain/rules.js';
import { timeInText } from '../../../src/reconciliation/domain/time-in-text.js';
import { ADA, ago, detection, inGuild, issues, MAPPED, only, type Parts, row, subscription } from '../builders.js';

/** Ada pays for Knight. */
const PAYS: Parts = { subscriptions: [subscription({ metadataDiscordId: ADA })] };
const withRule = (adjust: Adjust): PolicySettings => ({ ...MAPPED, extraRoles: [{ name: 'Squire' }], adjust });
const squire: Adjust = () => ({ role: 'Squire' });
const introduced: Adjust = (expected, { extra }) => (extra.introduced ? expected : { ...expected, role: 'Squire' });
const paying = (extra: Record<string, unknown>, ...roles: string[]): Parts => ({
	subscriptions: [subscription()],
	rows: [row({ discordId: ADA, stripeCustomerId: 'cus_1', extra })],
	guild: [inGuild(ADA, ...roles)]
});

describe("the server's own rule", () => {
	it('gives a role in place of the one that is paid for', () => {
		const rule = withRule(introduced);
		expect(only(issues(paying({ introduced: false }), rule))).toMatchObject({
			type: 'MISSING_ACCESS',
			expectedRoles: ['Squire'],
			adjusted: { from: 'Knight', to: 'Squire' },
			description: `Should have Squire by this server's rule, instead of Knight (subscribed on ${timeInText(ago({ days: 100 }))}); has no role.`,
			cause: "this server's rule: Knight → Squire",
			plan: { add: ['Squire'], remove: [] },
			effect: 'grants'
		});
		expect(issues(paying({ introduced: false }, 'Squire'), rule)).toEqual([]);
		expect(issues(paying({ introduced: true }, 'Knight'), rule)).toEqual([]);
	});

	it('is no part of an issue about which it agrees with Stripe', () => {
		expect(only(issues(paying({ introduced: true }), withRule(introduced)))).not.toHaveProperty('adjusted');
	});

	it.each([
		[['Squire'], 'Knight', 'raises'],
		[['Knight'], 'Squire', 'lowers'],
		[['Squire'], null, 'removes'],
		[['Squire'], 'Debtor', 'removes'],
		[['Debtor'], 'Squire', 'raises'],
		[['Knight', 'Squire'], 'Knight', 'tidies']
	])('counts an extra role as access below the lowest tier: from %j to %s %s', (held, role, effect) => {
		const rule = withRule(() => ({ role }));
		expect(only(issues({ ...PAYS, guild: [inGuild(ADA, ...held)] }, rule)).effect).toBe(effect);
	});

	it('ranks an extra role above the tier that the settings name', () => {
		const extraRoles = [{ name: 'Squire' }, { name: 'Captain', above: 'Knight' }, { name: 'Page' }, { name: 'Duke', above: 'Lord' }];
		expect(rankedRoles({ ...MAPPED, extraRoles })).toEqual(['Squire', 'Page', 'Knight', 'Captain', 'Lord', 'Duke']);
	});

	it('takes an extra role from a member to whom it gives none', () => {
		const guild = [inGuild(ADA, 'Squire')];
		expect(
			only(
				issues(
					{ guild },
					withRule((expected) => expected)
				)
			)
		).toMatchObject({ type: 'UNAUTHORIZED_ACCESS', plan: { remove: ['Squire'] } });
	});

	it('is asked with what the policy gives, the roles held and the fields of the row, none of which it can change', () => {
		const adjust = vi.fn<Adjust>((expected) => expected);
		detection(paying({ introduced: true }, 'Lord', 'Debtor'), withRule(adjust));
		expect(adjust.mock.calls).toEqual([[{ role: 'Knight' }, { discordId: ADA, roles: ['Debtor', 'Lord'], extra: { introduced: true } }]]);
		const [expected, person] = adjust.mock.calls[0] ?? [];
		for (const value of [expected, person, person?.roles, person?.extra]) expect(Object.isFrozen(value)).toBe(true);
	});

	it('is asked about members without a row or a link, too', () => {
		const adjust = vi.fn<Adjust>((expected) => expected);
		detection({ guild: [inGuild(ADA)] }, withRule(adjust));
		expect(adjust.mock.calls).toEqual([[{ role: null }, { discordId: ADA, roles: [], extra: {} }]]);
	});

	it('is not asked about members of whom only something unknown is known', () => {
		const adjust = vi.fn<Adjust>(() => ({ role: null }));
		const found = detection(
			{ subscriptions: [subscription({ status: 'frozen', metadataDiscordId: ADA })], guild: [inGuild(ADA, 'Lord')] },
			withRule(adjust)
		);
		expect(adjust).not.toHaveBeenCalled();
		expect(found).toMatchObject({ issues: [], unknown: new Set([ADA]) });
	});

	it('may turn a grant into another beside something unknown, and takes nothing', () => {
		const parts = { subscriptions: [subscription({ prices: ['price_knight', 'price_new'], metadataDiscordId: ADA })] };
		const found = (...roles: string[]) => issues({ ...parts, guild: [inGuild(ADA, ...roles)] }, withRule(squire));
		expect(only(found())).toMatchObject({ plan: { add: ['Squire'], remove: [] } });
		expect(only(found('Lord'))).toMatchObject({ plan: { add: ['Squire'], remove: [] } });
		expect(
			issues(
				{ ...parts, guild: [inGuild(ADA, 'Lord')] },
				withRule(() => ({ role: null }))
			)
		).toEqual([]);
	});

	const broken: readonly (readonly [string, unknown, RegExp])[] = [
		[
			'throws',
			() => {
				throw new Error('no such column: intro\nat line 1');
			},
			/rule for roles failed: no such column: intro$/
		],
		['is asynchronous', async () => ({ role: 'Knight' }), /asynchronous/],
		[
			'rejects',
			async () => {
				throw new Error('away');
			},
			/asynchronous/
		],
		['returns nothing', () => undefined, /returned no role \(undefined\)/],
		['returns unknown', () => 'unknown', /returned no role \(string\)/],
		['returns something without a role', () => ({ tier: 'Knight' }), /returned no role \(role: undefined\)/],
		['returns a role that is not managed', () => ({ role: 'Admin' }), /gives Admin, which Reeve does not manage/]
	];
	it.each(broken)('that %s leaves the member as they are, and says why', (_, adjust, why) => {
		for (const held of [['Lord'], ['Knight'], []]) {
			const found = detection({ ...PAYS, guild: [inGuild(ADA, ...held)] }, withRule(adjust as Adjust));
			expect(found).toMatchObject({ issues: [], unknown: new Set([ADA]) });
			const { reason } = only(found.notices.unknown ?? []);
			expect(describeUnknown(reason)).toMatch(why);
			expect(adviseOnUnknown(reason)).toMatch(/adjust.*extraRoles/);
		}
	});

	it('is not asked about a member whose rows differ in a field', () => {
		const rows = [true, false].map((value) =>
			row({ id: `m_${value}`, discordId: ADA, stripeCustomerId: 'cus_1', extra: { introduced: value, since: new Date(0) } })
		);
		const found = detection({ subscriptions: [subscription()], rows, guild: [inGuild(ADA, 'Knight')] }, withRule(introduced));
		expect(found).toMatchObject({ issues: [], unknown: new Set([ADA]) });
		const { reason } = only(found.notices.unknown ?? []);
		expect(describeUnknown(reason)).toContain('which differ in introduced');
	});

	it('that fails for many members is one notice', () => {
		let calls = 0;
		const rule = withRule(() => {
			calls += 1;
			throw new Error(`failure ${calls}`);
		});
		const found = detection({ guild: ['1', '2', '3'].map((end) => inGuild(`10000000000000000${end}`)) }, rule);
		expect(only(found.notices.unknown ?? [])).toMatchObject({ count: 3, reason: { kind: 'rule', problem: 'threw' } });
	});
});

describe('the rules that are stored', () => {
	const rules = (policy: PolicySettings): Rules => ({ policy, roleIds: { Knight: '1' }, discordIdKey: 'discord_id' });

	it('do not have the function, so that a new version of it is no change of the settings', () => {
		const [one, other] = [rules(withRule(squire)), rules(withRule(introduced))];
		expect(rulesEqual(one, other)).toBe(true);
		expect(JSON.stringify(one)).not.toContain('adjust');
		const stored = JSON.parse(JSON.stringify(one)) as Rules;
		expect(completeRules(stored, other).policy.adjust).toBe(introduced);
	});

	it('have the extra roles, and their hash is the same as before without any', () => {
		const plain = rules(MAPPED);
		expect(rulesHash(rules({ ...MAPPED, extraRoles: [] }))).toBe(rulesHash(plain));
		const changed = rules({ ...MAPPED, extraRoles: [{ name: 'Squire' }, { name: 'Captain', above: 'Knight' }] });
		expect(rulesEqual(plain, changed)).toBe(false);
		expect(describeRuleChange(plain, changed)).toEqual(['Extra roles: none → Squire, Captain (above Knight)']);
	});
});
