import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { looksRounded } from '../../../src/reconciliation/domain/discord-id.js';
import { takesAccess } from '../../../src/reconciliation/domain/effect.js';
import type { Adjust, PolicySettings } from '../../../src/reconciliation/domain/rules.js';
import { revalidatePlan } from '../../../src/reconciliation/fixes/revalidate.js';
import { explainMember } from '../../../src/reconciliation/members/explain.js';
import { runReconciliation } from '../../../src/reconciliation/runs/run.js';
import { customer, detection, MAPPED, subscription, userId } from '../builders.js';
import { FakePorts, SETTINGS } from '../fakes.js';
import { PEOPLE, policies, portsOf, worlds } from '../worlds.js';

/** The server's own rule over random worlds, and in the parts of Reeve that ask it. */

const ANSWERS = ['Knight', 'Lord', 'Debtor', 'Squire', null, 'Admin', undefined] as const;

/** A pure rule that a number determines: keeps some of what it is asked, and changes the rest, sometimes to what it must not. */
const ruleOf =
	(seed: number): Adjust =>
	(expected, { discordId, roles }) => {
		let hash = seed;
		for (const char of JSON.stringify([expected, discordId, roles])) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) >>> 0;
		if (hash % 3 === 0) return expected;
		const role = ANSWERS[hash % ANSWERS.length];
		if (role === undefined) throw new Error('no answer');
		return { role };
	};
const rules = fc.nat().map(ruleOf);
const withRule = (settings: PolicySettings, adjust: Adjust): PolicySettings => ({ ...settings, extraRoles: [{ name: 'Squire' }], adjust });

describe("a server's own rule, in any world", () => {
	it('changes nothing if it returns what it is given', () => {
		fc.assert(
			fc.property(worlds, policies, (world, settings) => {
				const plain = detection(world, settings);
				expect(detection(world, { ...settings, adjust: (expected) => expected })).toEqual(plain);
				expect(detection(world, { ...settings, adjust: ({ role }) => ({ role }) })).toEqual(plain);
			})
		);
	});

	it('never takes a role while something is unknown, its own failures included', () => {
		let checked = 0;
		fc.assert(
			fc.property(worlds, policies, rules, (world, settings, adjust) => {
				const { issues, unknown } = detection(world, withRule(settings, adjust));
				const before = detection(world, settings);
				expect([...unknown]).toEqual(expect.arrayContaining([...before.unknown]));
				for (const { discordId, plan } of issues) {
					if (!unknown.has(discordId)) continue;
					checked += 1;
					expect(plan.remove).toEqual([]);
				}
			}),
			{ numRuns: 300 }
		);
		expect(checked).toBeGreaterThan(10);
	});

	it('plans what leads to its answer, of which nothing is left after the plan', () => {
		fc.assert(
			fc.property(worlds, policies, rules, (world, settings, adjust) => {
				// Without the roles that are held: after the plan they are others.
				const steady: Adjust = (expected, person) => adjust(expected, { ...person, roles: [] });
				const policy = withRule(settings, steady);
				const guild = world.guild.map((member) => {
					const plan = detection(world, policy).issues.find(({ discordId }) => discordId === member.id)?.plan;
					return plan ? { ...member, roles: [...member.roles.filter((role) => !plan.remove.includes(role)), ...plan.add] } : member;
				});
				expect(detection({ ...world, guild }, policy).issues).toEqual([]);
			})
		);
	});

	it('is decided the same by a run, by the look before a fix, and by the explanation of a member', async () => {
		let [checked, adjusted] = [0, 0];
		await fc.assert(
			fc.asyncProperty(worlds, rules, async (world, adjust) => {
				// A look at one member may take them for the absent one, where a run sees several who could be.
				fc.pre(PEOPLE.every((id) => !looksRounded(id) || world.guild.some((member) => member.id === id)));
				const ports = portsOf({ ...world, exemptions: [] });
				const policy = withRule(MAPPED, adjust);
				const result = await runReconciliation(ports, { ...SETTINGS, policy });
				if (result?.status !== 'COMPLETED') return;
				for (const issue of result.issues) {
					checked += 1;
					if (issue.adjusted) adjusted += 1;
					const look = await revalidatePlan(ports, { policy, unaccepted: null }, { issue, earlier: null });
					expect(look).toMatchObject({ plan: issue.plan, success: 'FIXED' });
				}
				for (const { id, bot } of world.guild) {
					if (bot) continue;
					const issue = result.issues.find(({ discordId }) => discordId === id);
					const billing = Object.assign(ports.billing, {
						searchCustomersByMetadata: async () => ports.billing.customers.map((each) => each.id)
					});
					const history = {
						liveIssueOf: async () => null,
						changesOf: async () => ({ newest: [], total: 0 }),
						undoableOf: async () => null
					};
					const { drift, breakdown } = await explainMember({ ...ports, now: () => ports.now(), billing }, history, policy, id);
					expect(drift?.plan).toEqual(issue?.plan);
					if (issue) expect(breakdown).toMatchObject({ expected: issue.expectedRoles, adjusted: issue.adjusted ?? null });
				}
			}),
			{ numRuns: 100 }
		);
		expect(checked).toBeGreaterThan(50);
		expect(adjusted).toBeGreaterThan(20);
	});
});

describe('a new rule of the server', () => {
	it('is no change of the settings, and what it takes is held by the safety check', async () => {
		const ports = new FakePorts();
		for (let number = 1; number <= 12; number++) {
			ports.billing.customers.push(customer({ id: `cus_${number}`, metadataDiscordId: userId(number) }));
			ports.billing.put(subscription({ id: `sub_${number}`, customerId: `cus_${number}` }));
			ports.guild.join(userId(number), 'Knight');
		}
		const settings = { ...SETTINGS, autoFix: true };
		const extraRoles = [{ name: 'Squire' }];
		expect(await runReconciliation(ports, { ...settings, policy: { ...MAPPED, extraRoles } })).toMatchObject({ issuesFound: 0 });
		const policy = withRule(MAPPED, () => ({ role: 'Squire' }));
		const result = await runReconciliation(ports, { ...settings, policy });
		expect(result).toMatchObject({ issuesFound: 12, issuesFixed: 0, ruleChange: null, hold: { losing: 12 } });
		expect(result?.issues.every(takesAccess)).toBe(true);
		expect(ports.guild.holds(userId(1))).toEqual(['Knight']);
	});
});
