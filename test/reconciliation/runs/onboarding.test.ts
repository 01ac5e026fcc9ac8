import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takesAccess } from '../../../src/reconciliation/domain/effect.js';
import type { ReconciliationResult, RunSettings } from '../../../src/reconciliation/domain/run.js';
import { type BulkOrder, fixBulk } from '../../../src/reconciliation/fixes/bulk.js';
import { planBulk } from '../../../src/reconciliation/fixes/bulk-plan.js';
import { endOnboarding } from '../../../src/reconciliation/runs/end-onboarding.js';
import { runReconciliation } from '../../../src/reconciliation/runs/run.js';
import { customer, MANAGED, subscription, UNMAPPED, userId } from '../builders.js';
import { FakePorts, SETTINGS } from '../fakes.js';
import { bulkStoreOf } from '../fixes/bulk-store.js';

/** What is done while setup is not finished: access is given, and taken from no one automatically or in bulk. */

const AUTO: RunSettings = { ...SETTINGS, autoFix: true, fixUnlinked: true, maxRevokePercent: 100 };
const OPERATOR = userId(99);
const SCOPES = ['all', 'UNLINKED', 'UNAUTHORIZED_ACCESS', 'MISSING_ACCESS', 'ROLE_MISMATCH', 'DEBTOR_MISMATCH'] as const;

async function run(ports: FakePorts, settings: RunSettings, onlyMember?: string): Promise<ReconciliationResult> {
	const result = await runReconciliation(ports, settings, onlyMember === undefined ? {} : { onlyMember });
	if (result?.status !== 'COMPLETED') throw new Error(result?.failure ?? 'no run');
	return result;
}

/** Applies every part of every bulk plan, and types the number wherever one is asked for. */
async function fixEverything(ports: FakePorts, settings: RunSettings): Promise<void> {
	const store = bulkStoreOf(ports);
	for (const scope of SCOPES) {
		for (const part of ['gives', 'lowers', 'removes'] as const) {
			const plan = await planBulk(ports, store, settings.maxRevokePercent, scope);
			if (plan === null) continue;
			const { issues, planHash } = plan.parts[part];
			const order: BulkOrder = { scope, part, planHash, confirmed: issues.length, actor: OPERATOR, actorName: 'op', onProgress: () => {} };
			await fixBulk(ports, store, settings, order);
		}
	}
}

/** Twenty pay for Knight. The first ones are linked: the first of them has no role, the second Lord. The others hold Knight without a link. */
function community({ linked }: { readonly linked: number }): FakePorts {
	const ports = new FakePorts();
	for (let number = 1; number <= 20; number++) {
		const isLinked = number <= linked;
		ports.billing.customers.push(customer({ id: `cus_${number}`, metadataDiscordId: isLinked ? userId(number) : null }));
		ports.billing.put(subscription({ id: `sub_${number}`, customerId: `cus_${number}` }));
		if (number === 1) ports.guild.join(userId(number));
		else ports.guild.join(userId(number), number === 2 ? 'Lord' : 'Knight');
	}
	return ports;
}

const end = (ports: FakePorts, { runId, onboarding }: ReconciliationResult, confirmed = onboarding?.losing ?? 0) =>
	endOnboarding(ports, bulkStoreOf(ports), { runId, confirmed, actor: OPERATOR });

describe('a run while setup is not finished', () => {
	it('says so in numbers, gives access, and takes none', async () => {
		const ports = community({ linked: 3 });
		const found = await run(ports, AUTO);
		expect(found).toMatchObject({
			issuesFound: 19,
			issuesFixed: 1,
			hold: null,
			onboarding: {
				reasons: ['links'],
				payers: 20,
				linkedPayers: 3,
				holders: 19,
				unlinkedHolders: 17,
				heldRoles: ['Knight', 'Lord'],
				losing: 18
			}
		});
		await fixEverything(ports, AUTO);
		expect(ports.guild.holds(userId(1))).toEqual(['Knight']);
		expect(ports.guild.holds(userId(2))).toEqual(['Lord']);
		expect(ports.guild.holds(userId(20))).toEqual(['Knight']);
		expect(ports.touched).toBe(1);
	});

	it('accepts no rules yet: those of the first run with finished setup are the first', async () => {
		const ports = community({ linked: 20 });
		expect(await run(ports, { ...SETTINGS, policy: UNMAPPED })).toMatchObject({ onboarding: { reasons: ['prices'] } });
		expect(ports.ledger.accepted).toEqual([]);
		expect(await run(ports, SETTINGS)).toMatchObject({ issuesFound: 2, ruleChange: null, onboarding: null });
		expect(ports.ledger.accepted).toHaveLength(1);
	});

	it('takes nothing from one member either, by what the newest full run found', async () => {
		const ports = community({ linked: 3 });
		await run(ports, SETTINGS);
		expect(await run(ports, AUTO, userId(2))).toMatchObject({ issuesFound: 1, issuesFixed: 0, onboarding: null });
		expect(ports.guild.holds(userId(2))).toEqual(['Lord']);
	});

	it('is followed by a normal one once the links are there', async () => {
		const ports = community({ linked: 3 });
		await run(ports, SETTINGS);
		ports.billing.customers = ports.billing.customers.map((each, index) => ({ ...each, metadataDiscordId: userId(index + 1) }));
		expect(await run(ports, AUTO)).toMatchObject({ issuesFound: 2, issuesFixed: 2, onboarding: null });
		expect(ports.guild.holds(userId(2))).toEqual(['Knight']);
	});
});

describe('endOnboarding', () => {
	it('is refused without the number, twice, or for an older run', async () => {
		const ports = community({ linked: 3 });
		const older = await run(ports, SETTINGS);
		const newest = await run(ports, SETTINGS);
		expect(await end(ports, older)).toEqual({ kind: 'outdated' });
		for (const wrong of [0, 17, 19]) expect(await end(ports, newest, wrong)).toEqual({ kind: 'wrong-number', losing: 18 });
		expect(ports.ledger.onboardingEnds).toEqual([]);
		expect(await end(ports, newest)).toMatchObject({ kind: 'ended', runId: newest.runId });
		expect(await end(ports, newest)).toMatchObject({ kind: 'already-ended', by: OPERATOR });
	});

	it('makes what takes access part of bulk fixes again, also of later runs', async () => {
		const ports = community({ linked: 3 });
		await end(ports, await run(ports, SETTINGS));
		const plan = await planBulk(ports, bulkStoreOf(ports), 100, 'all');
		expect(plan).toMatchObject({ onboarding: null, issues: [{ effect: 'lowers' }, { effect: 'grants' }], unlinked: 17 });
		expect(await run(ports, SETTINGS)).toMatchObject({ issuesFound: 19, onboarding: null });
		await fixEverything(ports, AUTO);
		expect(ports.guild.holds(userId(2))).toEqual(['Knight']);
	});
});

describe('bulk and automatic fixes over random communities', () => {
	it('take access only once setup is finished, and give it all the time', async () => {
		const seen = { onboarding: 0, finished: 0 };
		const member = fc.record({ linked: fc.boolean(), pays: fc.boolean(), roles: fc.shuffledSubarray(MANAGED) });
		const prices = fc.constantFrom(SETTINGS.policy, SETTINGS.policy, UNMAPPED);
		await fc.assert(
			fc.asyncProperty(fc.array(member, { minLength: 8, maxLength: 30 }), prices, async (members, policy) => {
				const ports = new FakePorts();
				for (const [index, { linked, pays, roles }] of members.entries()) {
					ports.billing.customers.push(customer({ id: `cus_${index}`, metadataDiscordId: linked ? userId(index) : null }));
					const status = pays ? 'active' : 'canceled';
					ports.billing.put(subscription({ id: `sub_${index}`, customerId: `cus_${index}`, status }));
					ports.guild.join(userId(index), ...roles);
				}
				const settings = { ...AUTO, policy };
				const { issues, onboarding } = await run(ports, settings);
				await fixEverything(ports, settings);
				seen[onboarding ? 'onboarding' : 'finished'] += 1;
				for (const issue of issues) {
					const { discordId, discordRoles, plan } = issue;
					const isFixed = !onboarding || !takesAccess(issue);
					const after = [...discordRoles.filter((role) => !plan.remove.includes(role)), ...plan.add].sort();
					expect(ports.guild.holds(discordId).toSorted()).toEqual(isFixed ? after : discordRoles.toSorted());
				}
			}),
			{ numRuns: 150 }
		);
		expect(Math.min(seen.onboarding, seen.finished)).toBeGreaterThan(10);
	});
});
