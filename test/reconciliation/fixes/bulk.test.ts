import { describe, expect, it } from 'vitest';
import { countEffects } from '../../../src/reconciliation/domain/effect.js';
import type { BulkPart, BulkScope } from '../../../src/reconciliation/domain/hold.js';
import { RoleChangeError } from '../../../src/reconciliation/domain/ports.js';
import type { Adjust } from '../../../src/reconciliation/domain/rules.js';
import { type BulkOrder, fixBulk, requestBulk, resumeBulks } from '../../../src/reconciliation/fixes/bulk.js';
import { type BulkPlan, planBulk } from '../../../src/reconciliation/fixes/bulk-plan.js';
import { runReconciliation } from '../../../src/reconciliation/runs/run.js';
import { customer, MAPPED, subscription, userId } from '../builders.js';
import { FakePorts, SETTINGS } from '../fakes.js';
import { bulkStoreOf } from './bulk-store.js';

const MAX_PERCENT = 10;

/** A guild with members who hold Knight without paying, who pay without a role, and who are right. */
async function guildOf({ taking, giving, right }: { taking: number; giving: number; right: number }) {
	const ports = new FakePorts();
	for (let number = 1; number <= taking + giving + right; number++) {
		const pays = number > taking;
		ports.billing.customers.push(customer({ id: `cus_${number}`, metadataDiscordId: userId(number) }));
		ports.billing.put(subscription({ id: `sub_${number}`, customerId: `cus_${number}`, status: pays ? 'active' : 'canceled' }));
		ports.guild.join(userId(number), ...(pays && number <= taking + giving ? [] : ['Knight']));
	}
	await runReconciliation(ports, SETTINGS);
	return { ports, store: bulkStoreOf(ports) };
}

/** An order for a part of a plan, as its button makes it. */
const orderFor = ({ scope, parts }: BulkPlan, part: BulkPart, over: Partial<BulkOrder> = {}): BulkOrder => ({
	scope,
	part,
	planHash: parts[part].planHash,
	confirmed: null,
	actor: userId(99),
	actorName: 'operator',
	onProgress: () => {},
	...over
});

async function planned(parts: Awaited<ReturnType<typeof guildOf>>, scope: BulkScope = 'all') {
	const plan = await planBulk(parts.ports, parts.store, MAX_PERCENT, scope);
	if (plan === null) throw new Error('nothing to plan');
	return plan;
}

describe('fixBulk', () => {
	it('has no plan without open issues', async () => {
		const { ports, store } = await guildOf({ taking: 0, giving: 0, right: 3 });
		expect(await planBulk(ports, store, MAX_PERCENT, 'all')).toBeNull();
	});

	it('fixes every open issue of the approved part', async () => {
		const parts = await guildOf({ taking: 2, giving: 3, right: 20 });
		const plan = await planned(parts);
		expect(plan).toMatchObject({ hold: null, issues: { length: 5 } });
		const result = await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(plan, 'gives'));
		expect(result.kind === 'done' && result.results.map(({ result }) => result)).toMatchObject(
			Array(3).fill({ kind: 'ended', outcome: 'FIXED' })
		);
		expect(parts.ports.guild.holds(userId(1))).toEqual(['Knight']);
		expect(parts.ports.guild.holds(userId(3))).toEqual(['Knight']);
		await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(plan, 'removes'));
		expect(parts.ports.guild.holds(userId(1))).toEqual([]);
		expect([parts.store.holds, parts.store.releases]).toEqual([[], []]);
	});

	it('lists those who lose most first, and puts each issue into one part', async () => {
		const parts = await guildOf({ taking: 2, giving: 3, right: 20 });
		parts.ports.guild.join(userId(6), 'Lord');
		parts.ports.guild.join(userId(7), 'Knight', 'Debtor');
		await runReconciliation(parts.ports, SETTINGS);
		const { issues, parts: shown } = await planned(parts);
		expect(issues.map(({ effect }) => effect)).toEqual(['removes', 'removes', 'lowers', 'tidies', 'grants', 'grants', 'grants']);
		expect([shown.gives, shown.lowers, shown.removes].map((part) => part.issues.length)).toEqual([4, 1, 2]);
	});

	it('fixes only the issues of its scope', async () => {
		const parts = await guildOf({ taking: 2, giving: 3, right: 20 });
		const plan = await planned(parts, 'MISSING_ACCESS');
		expect(plan.issues).toHaveLength(3);
		await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(plan, 'gives'));
		expect(parts.ports.calls('guild.removeRole')).toEqual([]);
		expect(parts.ports.calls('guild.addRole')).toHaveLength(3);
	});

	it('leaves out members of whom it has become unknown what they should have, until it is known again', async () => {
		const parts = await guildOf({ taking: 2, giving: 0, right: 20 });
		parts.ports.billing.put(subscription({ id: 'sub_1', customerId: 'cus_1', status: 'under_review' }));
		await runReconciliation(parts.ports, SETTINGS);
		expect(await planned(parts)).toMatchObject({ issues: [{ discordId: userId(2) }], unknown: 1, unlinked: 0 });
		parts.ports.billing.put(subscription({ id: 'sub_1', customerId: 'cus_1', status: 'canceled' }));
		await runReconciliation(parts.ports, SETTINGS);
		expect(await planned(parts)).toMatchObject({ issues: [{}, {}], unknown: 0 });
	});

	it('leaves members without any link to their own scope', async () => {
		const parts = await guildOf({ taking: 1, giving: 0, right: 20 });
		parts.ports.guild.join(userId(50), 'Knight');
		await runReconciliation(parts.ports, SETTINGS);
		for (const scope of ['all', 'UNAUTHORIZED_ACCESS'] as const) {
			const plan = await planned(parts, scope);
			expect(plan).toMatchObject({ issues: [{ discordId: userId(1) }], unlinked: 1 });
		}
		const unlinked = await planned(parts, 'UNLINKED');
		expect(unlinked).toMatchObject({ issues: [{ discordId: userId(50) }], unlinked: 0 });
		await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(unlinked, 'removes'));
		expect(parts.ports.guild.holds(userId(50))).toEqual([]);
	});

	it("leaves to that scope what the server's own rule gives members without any link", async () => {
		const parts = await guildOf({ taking: 0, giving: 1, right: 3 });
		parts.ports.guild.join(userId(50));
		const adjust: Adjust = (expected, { discordId }) => (discordId === userId(50) ? { role: 'Lord' } : expected);
		const settings = { ...SETTINGS, policy: { ...MAPPED, adjust } };
		await runReconciliation(parts.ports, settings);
		expect(await planned(parts, 'all')).toMatchObject({ issues: [{ effect: 'grants' }], unlinked: 1 });
		const unlinked = await planned(parts, 'UNLINKED');
		expect(unlinked.issues).toMatchObject([{ discordId: userId(50), type: 'MISSING_ACCESS' }]);
		await fixBulk(parts.ports, parts.store, settings, orderFor(unlinked, 'gives'));
		expect(parts.ports.guild.holds(userId(50))).toEqual(['Lord']);
		const { store, ports } = parts;
		expect(await planBulk(ports, store, MAX_PERCENT, 'UNLINKED')).toBeNull();
	});

	it('touches nothing and returns the new plan if the part has changed', async () => {
		const parts = await guildOf({ taking: 2, giving: 3, right: 20 });
		const plan = await planned(parts);
		parts.ports.billing.put(subscription({ id: 'sub_9', customerId: 'cus_9', status: 'canceled' }));
		await runReconciliation(parts.ports, SETTINGS);
		const result = await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(plan, 'removes'));
		expect(result).toMatchObject({ kind: 'plan-changed', plan: { issues: { length: 6 } } });
		expect(parts.ports.touched).toBe(0);
	});

	it('applies a part that is as it was shown although another one has changed', async () => {
		const parts = await guildOf({ taking: 2, giving: 3, right: 20 });
		const plan = await planned(parts);
		parts.ports.billing.put(subscription({ id: 'sub_9', customerId: 'cus_9', status: 'canceled' }));
		await runReconciliation(parts.ports, SETTINGS);
		expect(await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(plan, 'gives'))).toMatchObject({ kind: 'done' });
		expect(parts.ports.calls('guild.addRole')).toHaveLength(3);
		expect(parts.ports.calls('guild.removeRole')).toEqual([]);
	});

	it('holds a part that takes access from too many, but never what gives access', async () => {
		const parts = await guildOf({ taking: 5, giving: 2, right: 20 });
		const plan = await planned(parts);
		expect(plan.hold).toMatchObject({ losing: 5, holders: 25 });
		expect(await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(plan, 'removes'))).toMatchObject({ kind: 'held' });
		expect(parts.ports.touched).toBe(0);
		await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(plan, 'gives'));
		expect(parts.ports.calls('guild.addRole')).toHaveLength(2);
		expect(parts.ports.calls('guild.removeRole')).toEqual([]);
	});

	it('gives a Debtor who has paid their access back while more upgrades than allowed revocations are open', async () => {
		const parts = await guildOf({ taking: 0, giving: 0, right: 22 });
		const price = ['price_lord'];
		for (let number = 1; number <= 5; number++)
			parts.ports.billing.put(subscription({ id: `sub_${number}`, customerId: `cus_${number}`, prices: price }));
		parts.ports.guild.join(userId(6), 'Debtor', 'Knight');
		await runReconciliation(parts.ports, SETTINGS);
		const plan = await planned(parts);
		expect(plan).toMatchObject({ hold: null, parts: { gives: { issues: { length: 6 } } } });
		await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(plan, 'gives'));
		for (let number = 1; number <= 6; number++) expect(parts.ports.guild.holds(userId(number))).toEqual([number === 6 ? 'Knight' : 'Lord']);
	});

	it('stores a hold when an operator confirms, and never by planning', async () => {
		const parts = await guildOf({ taking: 5, giving: 2, right: 20 });
		const plan = await planned(parts);
		expect(parts.store.holds).toEqual([]);
		expect(parts.ports.notifier.delivered).toBe(0);
		await requestBulk(parts.ports, parts.store, SETTINGS, orderFor(plan, 'gives'));
		await requestBulk(parts.ports, parts.store, SETTINGS, orderFor(plan, 'removes', { planHash: '00000000' }));
		expect(parts.store.holds).toEqual([]);
		await requestBulk(parts.ports, parts.store, SETTINGS, orderFor(plan, 'removes'));
		const { planHash } = plan.parts.removes;
		expect(parts.store.holds).toMatchObject([
			{ runId: 'run_1', scope: 'all', planHash, losing: 5, lowering: 0, actor: userId(99), channels: ['report', 'mail'] }
		]);
		expect(parts.ports.notifier.delivered).toBe(1);
		expect(parts.ports.touched).toBe(0);
	});

	it('stores no hold for a part that the safety check allows', async () => {
		const parts = await guildOf({ taking: 2, giving: 2, right: 20 });
		await requestBulk(parts.ports, parts.store, SETTINGS, orderFor(await planned(parts), 'removes'));
		expect(parts.store.holds).toEqual([]);
	});

	it('releases a hold for the exact number of people only', async () => {
		const parts = await guildOf({ taking: 5, giving: 2, right: 20 });
		const plan = await planned(parts);
		for (const confirmed of [0, 4, 6, 7]) {
			expect(await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(plan, 'removes', { confirmed }))).toMatchObject({
				kind: 'held',
				hold: { losing: 5 }
			});
		}
		expect(parts.ports.touched).toBe(0);
		expect(parts.store.releases).toEqual([]);
		await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(plan, 'removes', { confirmed: 5 }));
		expect(parts.ports.touched).toBe(5);
		expect(parts.store.releases).toMatchObject([{ scope: 'all', part: 'removes', releasesRun: true, actor: userId(99), losing: 5 }]);
	});

	it('asks for the number of each held part, and releases the run with the removals', async () => {
		const parts = await guildOf({ taking: 3, giving: 0, right: 20 });
		for (const number of [4, 5]) parts.ports.guild.join(userId(number), 'Lord');
		await runReconciliation(parts.ports, SETTINGS);
		const plan = await planned(parts);
		expect(plan.hold).toMatchObject({ losing: 5, lowering: 2 });
		await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(plan, 'lowers', { confirmed: 5 }));
		expect(parts.ports.touched).toBe(0);
		await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(plan, 'lowers', { confirmed: 2 }));
		expect(parts.ports.guild.holds(userId(4))).toEqual(['Knight']);
		expect(parts.ports.guild.holds(userId(1))).toEqual(['Knight']);
		expect(parts.store.releases).toMatchObject([{ part: 'lowers', releasesRun: false }]);
		// What is left is within the limit.
		await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(plan, 'removes'));
		expect(parts.ports.guild.holds(userId(1))).toEqual([]);
	});

	it('releases the run with the removals from members without a link only if no other access is to be taken', async () => {
		const parts = await guildOf({ taking: 4, giving: 0, right: 10 });
		for (let number = 50; number <= 54; number++) parts.ports.guild.join(userId(number), 'Knight');
		await runReconciliation(parts.ports, SETTINGS);
		const unlinked = async () => {
			const plan = await planned(parts, 'UNLINKED');
			return orderFor(plan, 'removes', { confirmed: plan.issues.length });
		};
		const refuse = () => {
			throw new RoleChangeError('no');
		};
		parts.ports.script.on('guild.removeRole', refuse);
		await fixBulk(parts.ports, parts.store, SETTINGS, await unlinked());
		expect(parts.store.releases.at(-1)).toMatchObject({ scope: 'UNLINKED', releasesRun: false });
		for (let number = 1; number <= 4; number++) parts.ports.guild.join(userId(number));
		await runReconciliation(parts.ports, SETTINGS);
		await fixBulk(parts.ports, parts.store, SETTINGS, await unlinked());
		expect(parts.store.releases.at(-1)).toMatchObject({ scope: 'UNLINKED', releasesRun: true });
	});

	/** Begins a shutdown after `shouldContinue` was called this many times. */
	function stopsAfter(ports: FakePorts, times: number): void {
		let left = times;
		ports.shouldContinue = () => left-- > 0;
	}

	/** A bulk fix of five issues that was stopped after it started two. */
	async function stoppedAfterTwo() {
		const parts = await guildOf({ taking: 0, giving: 5, right: 20 });
		const plan = await planned(parts);
		stopsAfter(parts.ports, 2);
		const result = await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(plan, 'gives'));
		parts.ports.shouldContinue = () => true;
		return { ...parts, result };
	}

	it('starts no further issue during shutdown, and the next process resumes the rest', async () => {
		const { ports, store, result } = await stoppedAfterTwo();
		expect(result).toMatchObject({ kind: 'done', results: { length: 2 }, left: 3 });
		expect(ports.touched).toBe(2);
		const continued = await resumeBulks(ports, store, SETTINGS);
		expect(continued).toMatchObject([{ fixedBefore: 2, results: { length: 3 }, left: 0, tooLate: false }]);
		expect(ports.touched).toBe(5);
		expect(await resumeBulks(ports, store, SETTINGS)).toEqual([]);
		expect(ports.touched).toBe(5);
	});

	it('reports its operator, progress and result', async () => {
		const { ports, store } = await guildOf({ taking: 2, giving: 3, right: 30 });
		const plan = await planned({ ports, store });
		ports.script.once('guild.addRole', () => {
			throw new RoleChangeError("Reeve's role is below Knight.");
		});
		await fixBulk(ports, store, SETTINGS, orderFor(plan, 'gives'));
		expect(ports.notifier.trackedBulks).toEqual([
			{
				bulk: {
					id: '0',
					total: 3,
					effects: { ...countEffects([]), grants: 3 },
					origin: { kind: 'operator', actor: userId(99), scope: 'all', held: false }
				},
				done: [1, 2, 3],
				end: { fixed: 2, effects: { ...countEffects([]), grants: 2 }, left: 0, tooLate: false }
			}
		]);
	});

	it('reports a released hold, and nothing for a plan that was not started', async () => {
		const { ports, store } = await guildOf({ taking: 5, giving: 2, right: 20 });
		const plan = await planned({ ports, store });
		await fixBulk(ports, store, SETTINGS, orderFor(plan, 'removes', { planHash: '00000000' }));
		await fixBulk(ports, store, SETTINGS, orderFor(plan, 'removes'));
		expect(ports.notifier.trackedBulks).toEqual([]);
		await fixBulk(ports, store, SETTINGS, orderFor(plan, 'removes', { confirmed: 5 }));
		expect(ports.notifier.trackedBulks).toMatchObject([{ bulk: { origin: { held: true } }, end: { fixed: 5, effects: { removes: 5 } } }]);
	});

	it('keeps its ID when it is resumed', async () => {
		const { ports, store } = await stoppedAfterTwo();
		await resumeBulks(ports, store, SETTINGS);
		expect(ports.notifier.trackedBulks).toMatchObject([
			{ bulk: { id: '0', total: 5 }, done: [1, 2], end: { fixed: 2, left: 3 } },
			{
				bulk: { id: '0', total: 5, origin: { kind: 'continued', actor: userId(99), scope: 'all', doneBefore: 2, fixedBefore: 2 } },
				done: [1, 2, 3],
				end: { fixed: 3, effects: { grants: 3 }, left: 0, tooLate: false }
			}
		]);
	});

	it('is not resumed during another shutdown', async () => {
		const { ports, store } = await stoppedAfterTwo();
		ports.shouldContinue = () => false;
		expect(await resumeBulks(ports, store, SETTINGS)).toEqual([]);
		// Once before it is acquired, and once before an issue.
		stopsAfter(ports, 2);
		expect(await resumeBulks(ports, store, SETTINGS)).toMatchObject([{ results: { length: 1 }, left: 2 }]);
		expect(ports.touched).toBe(3);
		ports.shouldContinue = () => true;
		expect(await resumeBulks(ports, store, SETTINGS)).toMatchObject([{ fixedBefore: 3, left: 0 }]);
	});

	it('is not resumed after an hour, and reports what is left', async () => {
		const { ports, store } = await stoppedAfterTwo();
		ports.pass({ seconds: 3_601 });
		expect(await resumeBulks(ports, store, SETTINGS)).toMatchObject([{ fixedBefore: 2, results: [], left: 3, tooLate: true }]);
		expect(ports.touched).toBe(2);
		expect(ports.notifier.trackedBulks.at(-1)).toMatchObject({ done: [], end: { fixed: 0, left: 3, tooLate: true } });
		expect(await resumeBulks(ports, store, SETTINGS)).toEqual([]);
	});

	it('revalidates each issue when it is resumed', async () => {
		const { ports, store } = await stoppedAfterTwo();
		ports.billing.put(subscription({ id: 'sub_3', customerId: 'cus_3', status: 'canceled' }));
		const [{ results } = { results: [] }] = await resumeBulks(ports, store, SETTINGS);
		expect(results.map(({ result }) => result.kind === 'ended' && result.outcome)).toEqual(['RESOLVED', 'FIXED', 'FIXED']);
		expect(ports.guild.holds(userId(3))).toEqual([]);
	});

	it('fixes several issues concurrently, those that give access first', async () => {
		const { ports, store } = await guildOf({ taking: 0, giving: 6, right: 40 });
		for (const number of [7, 8]) ports.guild.join(userId(number), 'Debtor', 'Knight');
		await runReconciliation(ports, SETTINGS);
		const plan = await planned({ ports, store });
		const begun: string[] = [];
		let most = 0;
		ports.script.on('guild.readMember', () => {
			most = Math.max(most, ports.ledger.attempts.filter(({ end }) => end === null).length);
		});
		const onProgress: BulkOrder['onProgress'] = (done, total) => begun.push(`${done}/${total}`);
		expect(await fixBulk(ports, store, SETTINGS, orderFor(plan, 'gives', { onProgress }))).toMatchObject({ kind: 'done', left: 0 });
		expect(begun).toEqual(['1/8', '2/8', '3/8', '4/8', '5/8', '6/8', '7/8', '8/8']);
		expect(most).toBeGreaterThan(1);
		expect(most).toBeLessThanOrEqual(4);
		const ordered = store.bulks[0]?.bulk.issues.map(({ id }) => ports.ledger.issues.get(id)?.plan.add.length);
		expect(ordered).toEqual([1, 1, 1, 1, 1, 1, 0, 0]);
	});

	/** Five issues, the first of which is claimed by a process that is killed, once the bulk fix begins. */
	async function withDeadClaim() {
		const { ports, store } = await guildOf({ taking: 0, giving: 5, right: 20 });
		const plan = await planned({ ports, store });
		const [dead] = plan.issues as [(typeof plan.issues)[number]];
		const { startBulk } = store;
		store.startBulk = async (...given) => {
			await ports.ledger.claimIssue(dead.id, dead.planHash, userId(98), 'run_1', 30);
			return startBulk(...given);
		};
		return { ports, store, plan, dead };
	}

	it('waits for the claim of a killed process, and fixes that issue last', async () => {
		const { ports, store, plan, dead } = await withDeadClaim();
		const result = await fixBulk(ports, store, SETTINGS, orderFor(plan, 'gives'));
		expect(result).toMatchObject({ kind: 'done', left: 0 });
		expect(result.kind === 'done' && result.results.map(({ result }) => result.kind === 'ended' && result.outcome)).toEqual(
			Array(5).fill('FIXED')
		);
		expect(ports.ledger.attempts.at(-1)).toMatchObject({ issueId: dead.id, end: { outcome: 'FIXED' } });
		// 1, 2, 4 and 3 × 8 seconds: the claim expires after 30.
		expect(ports.calls('sleep')).toHaveLength(6);
		expect(store.bulks[0]?.endedAt).not.toBeNull();
	});

	it('counts what a killed process had fixed before it could report it', async () => {
		const { ports, store, result } = await stoppedAfterTwo();
		const dead = [...ports.ledger.issues.values()].find(({ status }) => status === 'OPEN');
		if (dead === undefined || result.kind !== 'done') throw new Error('nothing is open');
		const claimed = await ports.ledger.claimIssue(dead.id, dead.planHash, userId(99), result.plan.runId, 30);
		if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
		await ports.ledger.beginChange(claimed.claim.attemptId, { seconds: 30, callSeconds: 5, rolesBefore: [], at: ports.now() });
		ports.guild.join(dead.discordId, 'Knight');

		expect(await resumeBulks(ports, store, SETTINGS)).toMatchObject([{ fixedBefore: 2, results: [{}, {}, {}], left: 0 }]);
		expect(ports.ledger.attempts.find(({ attemptId }) => attemptId === claimed.claim.attemptId)?.end?.error).toMatch(/stopped before/);
		expect(ports.notifier.trackedBulks.at(-1)?.end).toMatchObject({ fixed: 3, left: 0 });
	});

	it('leaves an issue that is still held during a shutdown to the next process', async () => {
		const { ports, store, plan } = await withDeadClaim();
		ports.script.once('sleep', () => {
			ports.shouldContinue = () => false;
		});
		expect(await fixBulk(ports, store, SETTINGS, orderFor(plan, 'gives'))).toMatchObject({ kind: 'done', left: 1 });
		expect(store.bulks[0]?.endedAt).toBeNull();
		ports.shouldContinue = () => true;
		expect(await resumeBulks(ports, store, SETTINGS)).toMatchObject([{ fixedBefore: 4, results: { length: 1 }, left: 0 }]);
		expect(ports.touched).toBe(5);
	});

	it('starts nothing after an error and waits for fixes in progress', async () => {
		const { ports, store } = await guildOf({ taking: 0, giving: 12, right: 20 });
		const plan = await planned({ ports, store });
		let claims = 0;
		ports.script.on('ledger.claimIssue', () => {
			claims += 1;
			if (claims > 3) throw new Error('the database is down');
		});
		await expect(fixBulk(ports, store, SETTINGS, orderFor(plan, 'gives'))).rejects.toThrow('the database is down');
		expect(ports.ledger.attempts).toHaveLength(3);
		expect(ports.ledger.attempts.map(({ end }) => end?.outcome)).toEqual(['FIXED', 'FIXED', 'FIXED']);
		expect(ports.notifier.trackedBulks).toMatchObject([{ done: [1, 2, 3], end: null }]);
	});

	it('holds even one revocation after a large drop in paying customers', async () => {
		const ports = new FakePorts();
		for (let number = 1; number <= 20; number++) {
			ports.billing.customers.push(customer({ id: `cus_${number}`, metadataDiscordId: userId(number) }));
			ports.billing.put(subscription({ id: `sub_${number}`, customerId: `cus_${number}` }));
		}
		for (let number = 1; number <= 2; number++) ports.guild.join(userId(number), 'Knight');
		await runReconciliation(ports, SETTINGS);
		for (let number = 1; number <= 7; number++)
			ports.billing.put(subscription({ id: `sub_${number}`, customerId: `cus_${number}`, status: 'canceled' }));
		const fallen = await runReconciliation(ports, SETTINGS);
		expect(fallen?.hold).toMatchObject({ losing: 2 });
		// The next run reads as few, and is still compared with the last good run.
		expect((await runReconciliation(ports, SETTINGS))?.hold).toMatchObject({ losing: 2 });
		expect((await planBulk(ports, bulkStoreOf(ports), MAX_PERCENT, 'all'))?.hold).toMatchObject({ losing: 2 });
	});
});
