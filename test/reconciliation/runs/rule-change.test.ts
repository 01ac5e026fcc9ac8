import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DriftIssue } from '../../../src/reconciliation/domain/issue.js';
import { losingBy } from '../../../src/reconciliation/domain/rule-change.js';
import { type PolicySettings, rulesHash } from '../../../src/reconciliation/domain/rules.js';
import type { ReconciliationResult, RunSettings } from '../../../src/reconciliation/domain/run.js';
import { type BulkOrder, fixBulk } from '../../../src/reconciliation/fixes/bulk.js';
import { planBulk } from '../../../src/reconciliation/fixes/bulk-plan.js';
import { acceptRules } from '../../../src/reconciliation/runs/accept-rules.js';
import { runReconciliation } from '../../../src/reconciliation/runs/run.js';
import { customer, detection, MANAGED, MAPPED, type Parts, subscription, userId } from '../builders.js';
import { FakePorts, SETTINGS } from '../fakes.js';
import { bulkStoreOf } from '../fixes/bulk-store.js';
import { portsOf, worlds } from '../worlds.js';

/** What rules that no operator has accepted may do: give access, and take none automatically or in bulk. */

const AUTO: RunSettings = { ...SETTINGS, autoFix: true, fixUnlinked: true, maxRevokePercent: 100 };
const OPERATOR = userId(99);

async function run(ports: FakePorts, settings: RunSettings): Promise<ReconciliationResult> {
	const result = await runReconciliation(ports, settings);
	if (result?.status !== 'COMPLETED') throw new Error(result?.failure ?? 'no run');
	return result;
}

/** Applies every part of every bulk plan, and types the number wherever one is asked for. */
async function fixEverything(ports: FakePorts, settings: RunSettings): Promise<void> {
	const store = bulkStoreOf(ports);
	for (const scope of ['all', 'UNLINKED'] as const) {
		for (const part of ['gives', 'lowers', 'removes'] as const) {
			const plan = await planBulk(ports, store, settings.maxRevokePercent, scope);
			if (plan === null) continue;
			const { issues, planHash } = plan.parts[part];
			const order: BulkOrder = { scope, part, planHash, confirmed: issues.length, actor: OPERATOR, actorName: 'op', onProgress: () => {} };
			await fixBulk(ports, store, settings, order);
		}
	}
}

/** An operator accepts the rules of the newest run, by its number of people. */
async function accept(ports: FakePorts) {
	const { rulesHash: hash, effects } = ports.ledger.reading()?.ruleChange ?? { rulesHash: '', effects: null };
	const confirmed = effects === null ? 0 : losingBy({ effects });
	return acceptRules(ports, bulkStoreOf(ports), { rulesHash: hash, confirmed, actor: OPERATOR });
}

/** Two who pay for Lord, and ten who pay for Knight. All hold what they pay for. */
async function community(settings: RunSettings = AUTO) {
	const ports = new FakePorts();
	for (let number = 1; number <= 12; number++) {
		const tier = number <= 2 ? 'Lord' : 'Knight';
		ports.billing.customers.push(customer({ id: `cus_${number}`, metadataDiscordId: userId(number) }));
		ports.billing.put(subscription({ id: `sub_${number}`, customerId: `cus_${number}`, prices: [`price_${tier.toLowerCase()}`] }));
		ports.guild.join(userId(number), tier);
	}
	expect(await run(ports, settings)).toMatchObject({ issuesFound: 0, ruleChange: null });
	return ports;
}

/** The price of Lord is misspelt, and what is listed nowhere buys nothing. */
const MISSPELT: PolicySettings = {
	...MAPPED,
	tiers: [
		{ name: 'Knight', prices: ['price_knight'] },
		{ name: 'Lord', prices: ['price_lrod'] }
	],
	unlistedPrices: { buy: 'nothing' }
};

describe('a run with changed rules', () => {
	it('accepts the rules of the first full run, and compares later ones with them', async () => {
		const ports = await community();
		expect(ports.ledger.accepted).toMatchObject([{ acceptedBy: 'reeve', rules: { policy: MAPPED, discordIdKey: 'discord_id' } }]);
		expect(await run(ports, AUTO)).toMatchObject({ ruleChange: null });
	});

	it('does not accept the rules of a run over one member', async () => {
		const ports = new FakePorts();
		ports.guild.join(userId(1));
		await runReconciliation(ports, AUTO, { onlyMember: userId(1) });
		expect(ports.ledger.accepted).toEqual([]);
	});

	it('marks and counts what exists only because of them, says what changed, and takes nothing', async () => {
		const ports = await community();
		const result = await run(ports, { ...AUTO, policy: MISSPELT });
		expect(result.issues.map(({ discordId, byRuleChange }) => [discordId, byRuleChange])).toEqual([
			[userId(1), true],
			[userId(2), true]
		]);
		expect(result).toMatchObject({
			issuesFixed: 0,
			ruleChange: { effects: { removes: 2, lowers: 0 }, acceptedBy: null },
			hold: { losing: 2, holders: 12, byRuleChange: true }
		});
		expect(result.ruleChange?.changes).toEqual([
			'Prices of Knight: price_knight, prod_knight → price_knight',
			'Prices of Lord: price_lord, prod_lord → price_lrod',
			'Prices that no setting lists: unknown → nothing'
		]);
		expect(ports.touched).toBe(0);
	});

	it('gives access at once', async () => {
		const ports = await community();
		ports.billing.put(subscription({ id: 'sub_eur', customerId: 'cus_3', prices: ['price_lord_eur'] }));
		const policy = { ...MAPPED, tiers: MAPPED.tiers.map((tier) => ({ ...tier, prices: [...tier.prices, `${tier.prices[0]}_eur`] })) };
		const result = await run(ports, { ...AUTO, policy });
		expect(result).toMatchObject({ issuesFixed: 1, hold: null, ruleChange: { effects: { raises: 1, removes: 0 } } });
		expect(ports.guild.holds(userId(3))).toEqual(['Lord']);
	});

	it('fixes what does not come from the change as before', async () => {
		const ports = await community();
		ports.billing.put(subscription({ id: 'sub_12', customerId: 'cus_12', status: 'canceled' }));
		const result = await run(ports, { ...AUTO, policy: MISSPELT });
		expect(result).toMatchObject({ issuesFound: 3, issuesFixed: 1, ruleChange: { effects: { removes: 2 } } });
		expect(ports.guild.holds(userId(12))).toEqual([]);
		expect(ports.guild.holds(userId(1))).toEqual(['Lord']);
	});

	it('is no drop in paying customers, and does not hide one', async () => {
		const ports = await community();
		const none = { ...MISSPELT, tiers: MISSPELT.tiers.map(({ name }) => ({ name, prices: ['price_x'] })) };
		expect(await run(ports, { ...AUTO, policy: none })).toMatchObject({ hold: { losing: 12, byRuleChange: true } });
		for (let number = 5; number <= 9; number++)
			ports.billing.put(subscription({ id: `sub_${number}`, customerId: `cus_${number}`, status: 'canceled' }));
		const { hold } = await run(ports, { ...AUTO, policy: none });
		expect(hold).toMatchObject({ losing: 5, reason: expect.stringContaining('7 paying customers; the last good run saw 12') });
	});

	it('leaves out of bulk plans what they alone would take, until an operator accepts them', async () => {
		const ports = await community(SETTINGS);
		const changed = { ...SETTINGS, policy: MISSPELT };
		await run(ports, changed);
		const plan = await planBulk(ports, bulkStoreOf(ports), 100, 'all');
		expect(plan).toMatchObject({ issues: [], withheld: { removes: 2 }, ruleChange: { effects: { removes: 2 } } });
		await accept(ports);
		expect(await planBulk(ports, bulkStoreOf(ports), 100, 'all')).toMatchObject({
			issues: [{}, {}],
			withheld: { removes: 0 },
			ruleChange: null
		});
		await fixEverything(ports, changed);
		expect(ports.guild.holds(userId(1))).toEqual([]);
	});

	it('takes nothing in bulk that another process with new rules found before any run compared them', async () => {
		const ports = await community(SETTINGS);
		ports.billing.put(subscription({ id: 'sub_1', customerId: 'cus_1', status: 'canceled' }));
		await run(ports, SETTINGS);
		// Paid again, at a price that only the old rules know.
		ports.billing.put(subscription({ id: 'sub_1', customerId: 'cus_1', prices: ['price_lord'] }));
		await fixEverything(ports, { ...SETTINGS, policy: MISSPELT });
		expect(ports.guild.holds(userId(1))).toEqual(['Lord']);
		expect(ports.ledger.attempts.at(-1)?.end).toMatchObject({
			outcome: 'FAILED',
			error: expect.stringContaining('the rules have changed')
		});
	});

	it('counts everything as caused by a changed metadata key, because links under the old one are unknown', async () => {
		const ports = await community();
		ports.guild.join(userId(3), 'Lord');
		const result = await run(ports, { ...AUTO, discordIdKey: 'discordId' });
		expect(result).toMatchObject({
			issuesFixed: 0,
			issues: [{ byRuleChange: true }],
			ruleChange: { changes: ['Metadata key: discord_id → discordId'] }
		});
	});

	it('takes no role that it did not manage before', async () => {
		const ports = await community();
		ports.guild.join(userId(50), 'Lord');
		const roleIds = ports.guild.roleIds;
		ports.guild.roleIds = { ...roleIds, Lord: 'id of another role' };
		const result = await run(ports, AUTO);
		expect(result.issues.filter(({ byRuleChange }) => byRuleChange).map(({ discordId }) => discordId)).toEqual([userId(50)]);
		expect(ports.guild.holds(userId(50))).toEqual(['Lord']);
		expect(result.ruleChange?.changes).toEqual(['Role of Lord: id of Lord → id of another role']);
	});
});

describe('acceptRules', () => {
	async function changed() {
		const ports = await community();
		const { ruleChange } = await run(ports, { ...AUTO, policy: MISSPELT });
		return { ports, hash: ruleChange?.rulesHash ?? '', store: bulkStoreOf(ports) };
	}

	it('accepts the rules for the exact number only; the next run then fixes what they lead to', async () => {
		const { ports, hash, store } = await changed();
		for (const confirmed of [0, 1, 3])
			expect(await acceptRules(ports, store, { rulesHash: hash, confirmed, actor: OPERATOR })).toMatchObject({ kind: 'wrong-number' });
		expect(ports.ledger.accepted).toHaveLength(1);
		expect(await acceptRules(ports, store, { rulesHash: hash, confirmed: 2, actor: OPERATOR })).toMatchObject({
			kind: 'accepted',
			runId: 'run_2'
		});
		expect(ports.touched).toBe(0);
		expect(await run(ports, { ...AUTO, policy: MISSPELT })).toMatchObject({ issuesFixed: 2, hold: null, ruleChange: null });
		expect(ports.guild.holds(userId(1))).toEqual([]);
	});

	it('says who has accepted them already', async () => {
		const { ports, hash, store } = await changed();
		await acceptRules(ports, store, { rulesHash: hash, confirmed: 2, actor: OPERATOR });
		expect(await acceptRules(ports, store, { rulesHash: hash, confirmed: 2, actor: 'bob' })).toMatchObject({
			kind: 'already-accepted',
			by: OPERATOR
		});
	});

	it('refuses rules that the newest run did not use', async () => {
		const { ports, hash, store } = await changed();
		await run(ports, AUTO);
		expect(await acceptRules(ports, store, { rulesHash: hash, confirmed: 2, actor: OPERATOR })).toEqual({ kind: 'outdated' });
		expect(ports.ledger.reading()?.ruleChange).toBeNull();
	});

	it('accepts rules by which no one loses anything', async () => {
		const ports = await community();
		const policy = { ...MAPPED, otherPrices: ['price_tshirt'] };
		expect(await run(ports, { ...AUTO, policy })).toMatchObject({
			issuesFound: 0,
			ruleChange: { changes: [expect.stringContaining('price_tshirt')] }
		});
		expect(await accept(ports)).toMatchObject({ kind: 'accepted' });
		expect(await run(ports, { ...AUTO, policy })).toMatchObject({ ruleChange: null });
	});
});

describe('rulesHash', () => {
	it('is that of the same rules in another order of prices and keys', () => {
		const rules = { policy: MAPPED, roleIds: { Knight: '1', Lord: '2' }, discordIdKey: 'discord_id' };
		const tiers = MAPPED.tiers.map(({ name, prices }) => ({ prices: prices.toReversed(), name }));
		expect(rulesHash({ discordIdKey: 'discord_id', roleIds: { Lord: '2', Knight: '1' }, policy: { ...MAPPED, tiers } })).toBe(
			rulesHash(rules)
		);
		expect(rulesHash({ ...rules, policy: { ...MAPPED, tiers: MAPPED.tiers.toReversed() } })).not.toBe(rulesHash(rules));
	});
});

/** A change of any of the settings that decide about roles. */
const changes: fc.Arbitrary<(settings: RunSettings) => RunSettings> = fc.oneof(
	fc
		.record({
			tiers: fc.constantFrom(
				MAPPED.tiers,
				MAPPED.tiers.toReversed(),
				MISSPELT.tiers,
				MAPPED.tiers.map(({ name }) => ({ name, prices: [] })),
				MAPPED.tiers.map(({ name, prices }, index) => ({ name, prices: index === 0 ? [...prices, 'price_tshirt'] : prices }))
			),
			unlistedPrices: fc.constantFrom<PolicySettings['unlistedPrices']>(
				{ buy: 'unknown' },
				{ buy: 'nothing' },
				{ buy: 'tier', tier: 'Knight' }
			),
			otherPrices: fc.constantFrom([], ['price_tshirt'], ['price_knight', 'price_lord']),
			seats: fc.constantFrom(MAPPED.seats, { OWNER: 'Knight', TEAM_MEMBER: 'Lord' }),
			graceHours: fc.constantFrom(0, 48, 400),
			debtorDays: fc.constantFrom(0, 30, 3)
		})
		.map((policy) => (settings: RunSettings) => ({ ...settings, policy: { ...settings.policy, ...policy } })),
	fc.constant((settings: RunSettings) => ({ ...settings, discordIdKey: 'discordId' }))
);

/** What a run would find now under a policy, computed apart from runs. */
function issuesUnder(ports: FakePorts, policy: PolicySettings): readonly DriftIssue[] {
	const paying = new Set(ports.billing.subscriptions.map(({ customerId }) => customerId));
	const holders = new Set([...ports.guild.roles].filter(([, roles]) => roles.size > 0).map(([id]) => id));
	const parts: Parts = {
		// As a run reads it: customers without a subscription only where they name a role holder who has no other link.
		customers: ports.billing.customers.filter(({ id, metadataDiscordId }) => paying.has(id) || holders.has(metadataDiscordId ?? '')),
		subscriptions: ports.billing.subscriptions,
		rows: ports.ledger.rows,
		teams: ports.ledger.teams,
		exemptions: ports.ledger.exemptions,
		firstSeenUnpaid: Object.fromEntries(ports.ledger.firstSeenUnpaid),
		guild: [...ports.guild.roles.keys()].map((id) => ({ id, name: '', bot: ports.guild.bots.has(id), roles: ports.guild.holds(id) }))
	};
	return detection(parts, policy, ports.now()).issues;
}

const planOf = ({ discordId, plan }: DriftIssue) => JSON.stringify([discordId, plan]);
const after = (held: readonly string[], { plan }: DriftIssue) =>
	[...held.filter((role) => !plan.remove.includes(role)), ...plan.add].sort();

describe('rules that no operator has accepted, over random worlds and changes', () => {
	it('take access from no one, and mark the difference between the two detections', async () => {
		const handed = fc.array(fc.shuffledSubarray(MANAGED), { minLength: 8, maxLength: 8 });
		let withheld = 0;
		await fc.assert(
			fc.asyncProperty(worlds, changes, handed, async (world, change, roles) => {
				const ports = portsOf(world);
				await run(ports, AUTO);
				const settings = change(AUTO);
				// Drift by hand, so that both rules find something.
				for (const [index, { id }] of world.guild.entries()) ports.guild.join(id, ...(roles[index] ?? []));
				const accepted = issuesUnder(ports, AUTO.policy);
				const rolesBefore = new Map([...ports.guild.roles.keys()].map((id) => [id, ports.guild.holds(id)]));
				const found = await run(ports, settings);

				const known = new Set(accepted.map(planOf));
				const marked = found.issues.filter(({ byRuleChange }) => byRuleChange);
				const difference = found.issues.filter((issue) => settings.discordIdKey !== AUTO.discordIdKey || !known.has(planOf(issue)));
				expect(marked.map(planOf)).toEqual((found.ruleChange === null ? [] : difference).map(planOf));
				withheld += found.ruleChange?.effects.removes ?? 0;

				await fixEverything(ports, settings);
				await run(ports, settings);
				const rank = (held: readonly string[]) =>
					Math.max(0, ...held.map((role) => settings.policy.tiers.findIndex(({ name }) => name === role) + 1));
				for (const [id, before] of rolesBefore) {
					const now = ports.guild.holds(id);
					if (rank(now) >= rank(before)) continue;
					// Only what the accepted rules lead to as well.
					const issue = accepted.find(({ discordId }) => discordId === id);
					expect(issue === undefined ? before : after(before, issue)).toEqual(now);
				}
			}),
			{ numRuns: 150 }
		);
		expect(withheld).toBeGreaterThan(0);
	});

	it('are applied in full once an operator has accepted them', async () => {
		await fc.assert(
			fc.asyncProperty(worlds, changes, async (world, change) => {
				const ports = portsOf(world);
				await run(ports, AUTO);
				const settings = change(AUTO);
				const { ruleChange } = await run(ports, settings);
				if (ruleChange !== null) expect(await accept(ports)).toMatchObject({ kind: 'accepted' });
				const attempts = ports.ledger.attempts.length;
				await run(ports, settings);
				await fixEverything(ports, settings);
				const refused = ports.ledger.attempts.slice(attempts).filter(({ end }) => end?.error?.includes('rules have changed'));
				expect(refused).toEqual([]);
				const plan = await planBulk(ports, bulkStoreOf(ports), settings.maxRevokePercent, 'all');
				// Without any price, setup is not finished: that withholds plans on its own.
				if (plan?.onboarding === null) expect(losingBy({ effects: plan.withheld })).toBe(0);
				expect(ports.ledger.runs.at(-1)?.hold?.byRuleChange).toBeUndefined();
			}),
			{ numRuns: 100 }
		);
	});
});
