import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Adjust, PolicySettings } from '../../../src/reconciliation/domain/rules.js';
import type { RunSettings } from '../../../src/reconciliation/domain/run.js';
import { type Preview, previewRules } from '../../../src/reconciliation/runs/preview.js';
import { runReconciliation } from '../../../src/reconciliation/runs/run.js';
import { customer, MAPPED, subscription, userId } from '../builders.js';
import { FakeGuild, FakePorts, SETTINGS } from '../fakes.js';
import { policies, portsOf, worlds } from '../worlds.js';

type Side = Pick<RunSettings, 'policy' | 'discordIdKey'>;

const IN_FORCE: Side = { policy: MAPPED, discordIdKey: 'discord_id' };

function previewOf(ports: FakePorts, proposed: Side, inForce: Side = IN_FORCE): Promise<Preview> {
	const side = (settings: Side) => ({ settings, billing: ports.billing, guild: ports.guild });
	return previewRules(ports.ledger, { inForce: side(inForce), proposed: side(proposed) }, { now: ports.now(), onProgress: () => {} });
}

/** Ada pays for Lord and holds it; Bob pays for Lord and holds nothing; Cem pays for Knight and holds it; Dora holds Knight and pays nothing. */
function four(): FakePorts {
	const ports = new FakePorts();
	const put = (number: number, price: string, ...roles: string[]) => {
		ports.billing.customers.push(customer({ id: `cus_${number}`, metadataDiscordId: userId(number) }));
		ports.billing.put(
			subscription({
				id: `sub_${number}`,
				customerId: `cus_${number}`,
				status: price === '' ? 'canceled' : 'active',
				prices: [price || 'price_knight']
			})
		);
		ports.guild.join(userId(number), ...roles);
	};
	put(1, 'price_lord', 'Lord');
	put(2, 'price_lord');
	put(3, 'price_knight', 'Knight');
	put(4, '', 'Knight');
	return ports;
}

const tiers = (knight: string[], lord: string[]): PolicySettings['tiers'] => [
	{ name: 'Knight', prices: knight },
	{ name: 'Lord', prices: lord }
];
const nothing = { buy: 'nothing' } as const;

describe('previewRules', () => {
	it("applies the server's own rule under both rules, and ranks its roles", async () => {
		const withSquire = () => {
			const ports = four();
			ports.guild.roleIds = { ...ports.guild.roleIds, Squire: 'role_squire' };
			return ports;
		};
		const adjust: Adjust = (expected, { discordId }) => (discordId === userId(1) ? { role: 'Squire' } : expected);
		const inForce = { ...IN_FORCE, policy: { ...MAPPED, extraRoles: [{ name: 'Squire' }], adjust } };
		const policy = { ...inForce.policy, tiers: tiers(['price_lord'], ['price_knight']) };
		const { members } = await previewOf(withSquire(), { ...inForce, policy }, inForce);
		expect(members.map(({ discordId, effect }) => [discordId, effect])).toEqual([
			[userId(2), 'lowers'],
			[userId(3), 'raises']
		]);
		const without = await previewOf(withSquire(), { ...inForce, policy: { ...policy, adjust: (expected) => expected } }, inForce);
		expect(without.members).toContainEqual(
			expect.objectContaining({ discordId: userId(1), before: ['Squire'], after: ['Knight'], effect: 'raises' })
		);
	});

	it('names who would lose access and who would move, compared with the rules in force', async () => {
		const ports = four();
		const policy = { ...MAPPED, tiers: tiers(['price_lord'], ['price_knight']), unlistedPrices: nothing };
		const { members, effects } = await previewOf(ports, { ...IN_FORCE, policy });
		expect(members.map(({ discordId, effect, before, after }) => [discordId, effect, before, after])).toEqual([
			// Bob would get Lord under the rules in force, although he does not hold it yet.
			[userId(1), 'lowers', ['Lord'], ['Knight']],
			[userId(2), 'lowers', ['Lord'], ['Knight']],
			[userId(3), 'raises', ['Knight'], ['Lord']]
		]);
		expect(effects).toMatchObject({ lowers: 2, raises: 1, removes: 0, grants: 0 });
	});

	it('names those who lose access with what they pay, and leaves out what both rules lead to', async () => {
		const policy = { ...MAPPED, tiers: tiers(['price_knight'], ['price_lrod']), unlistedPrices: nothing };
		const { members, changes, membersChecked } = await previewOf(four(), { ...IN_FORCE, policy });
		expect(members.map(({ discordId, effect }) => [discordId, effect])).toEqual([
			[userId(1), 'removes'],
			[userId(2), 'removes']
		]);
		expect(members[0]?.stripeStatus).toContain('price_lord');
		expect(changes).toContain('Prices of Lord: price_lord, prod_lord → price_lrod');
		expect(membersChecked).toBe(4);
	});

	it('names those who gain access', async () => {
		const ports = four();
		ports.billing.put(subscription({ id: 'sub_4', customerId: 'cus_4', prices: ['price_knight_eur'] }));
		const policy = { ...MAPPED, tiers: tiers(['price_knight', 'price_knight_eur'], ['price_lord']) };
		const inForce = { ...IN_FORCE, policy: { ...MAPPED, unlistedPrices: nothing } };
		const { members } = await previewOf(ports, { ...IN_FORCE, policy }, inForce);
		expect(members).toMatchObject([{ discordId: userId(4), effect: 'grants', before: [], after: ['Knight'] }]);
	});

	it('names those of whom nothing would be known any more: they lose nothing', async () => {
		const policy = { ...MAPPED, tiers: tiers(['price_knight'], ['price_lrod']) };
		const { members, unknown } = await previewOf(four(), { ...IN_FORCE, policy });
		// Bob gets nothing new.
		expect(members).toMatchObject([{ discordId: userId(2), before: ['Lord'], after: [] }]);
		expect(unknown).toMatchObject([
			{ discordId: userId(1), why: 'they pay for price_lord, which no setting lists' },
			{ discordId: userId(2) }
		]);
	});

	it('reads nothing for rules that decide alike', async () => {
		const ports = four();
		const policy = { ...MAPPED, tiers: MAPPED.tiers.map(({ name, prices }) => ({ name, prices: prices.toReversed() })) };
		expect(await previewOf(ports, { ...IN_FORCE, policy })).toMatchObject({ changes: [], members: [] });
		expect(ports.calls('billing', 'guild.readRoster')).toEqual([]);
	});

	it('reads with each metadata key, and compares roles by their IDs', async () => {
		const ports = four();
		const other = four();
		other.billing.customers = [];
		const renamed = new FakeGuild(other.script);
		renamed.roleIds = { Knight: 'id of Knight', Lord: 'id of Lord', Debtor: 'id of Debtor' };
		for (const [id, roles] of ports.guild.roles) renamed.join(id, ...roles);
		const preview = await previewRules(
			ports.ledger,
			{
				inForce: { settings: IN_FORCE, billing: ports.billing, guild: ports.guild },
				proposed: { settings: { ...IN_FORCE, discordIdKey: 'discordId' }, billing: other.billing, guild: renamed }
			},
			{ now: ports.now(), onProgress: () => {} }
		);
		expect(preview.changes).toEqual(['Metadata key: discord_id → discordId']);
		expect(preview.members.map(({ discordId, effect }) => [discordId, effect])).toEqual([
			[userId(1), 'removes'],
			[userId(2), 'removes'],
			[userId(3), 'removes']
		]);
	});

	it('changes nothing and stores nothing', async () => {
		const ports = four();
		await previewOf(ports, { ...IN_FORCE, policy: { ...MAPPED, tiers: tiers([], []), unlistedPrices: nothing } });
		expect(ports.touched).toBe(0);
		expect(ports.calls('ledger')).toEqual(['ledger.lastGoodRun', 'ledger.readLinks']);
	});

	it('shows exactly what running under each of the rules would lead to, over random worlds', async () => {
		await fc.assert(
			fc.asyncProperty(worlds, policies, policies, async (world, inForce, proposed) => {
				const rolesUnder = async (policy: PolicySettings) => {
					const ports = portsOf(world);
					const found = await runReconciliation(ports, { ...SETTINGS, policy });
					const plans = new Map(found?.issues.map(({ discordId, plan }) => [discordId, plan]));
					return new Map(
						world.guild.map(({ id }) => {
							const { add, remove } = plans.get(id) ?? { add: [], remove: [] };
							return [id, [...ports.guild.holds(id).filter((role) => !remove.includes(role)), ...add].sort()];
						})
					);
				};
				const [before, after] = [await rolesUnder(inForce), await rolesUnder(proposed)];
				const { members } = await previewOf(portsOf(world), { ...IN_FORCE, policy: proposed }, { ...IN_FORCE, policy: inForce });
				const expected = world.guild
					.map(({ id }) => ({ id, before: before.get(id), after: after.get(id) }))
					.filter((each) => String(each.before) !== String(each.after));
				const previewed = members.map(({ discordId, before: was, after: is }) => ({ id: discordId, before: was, after: is }));
				const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
				expect(previewed.sort(byId)).toEqual(expected.sort(byId));
			}),
			{ numRuns: 100 }
		);
	});
});
