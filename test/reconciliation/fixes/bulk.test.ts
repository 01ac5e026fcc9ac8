import { describe, expect, it } from 'vitest';
import type { BulkScope } from '../../../src/reconciliation/domain/hold.js';
import { RoleChangeError } from '../../../src/reconciliation/domain/ports.js';
import { type ApprovedBulk, type BulkOrder, type BulkStore, fixBulk, resumeBulks } from '../../../src/reconciliation/fixes/bulk.js';
import { type IssueStore, planBulk } from '../../../src/reconciliation/fixes/bulk-plan.js';
import type { HoldStore } from '../../../src/reconciliation/fixes/holds.js';
import { runReconciliation } from '../../../src/reconciliation/runs/run.js';
import { customer, subscription, userId } from '../builders.js';
import { FakePorts, SETTINGS } from '../fakes.js';

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
	return { ports, store: bookOf(ports) };
}

interface StoredBulk {
	readonly bulk: ApprovedBulk;
	readonly startedAt: Date;
	holder: string | null;
	endedAt: Date | null;
}

/** The open issues of the fake ledger, releases, and bulk fixes. */
function bookOf(ports: FakePorts): IssueStore & HoldStore & BulkStore & { releases: unknown[]; bulks: StoredBulk[] } {
	const releases: unknown[] = [];
	const bulks: StoredBulk[] = [];
	const bulkOf = (id: string) => bulks[Number(id)] as StoredBulk;
	return {
		releases,
		bulks,
		startBulk: async (bulk, holder) => String(bulks.push({ bulk, startedAt: ports.now(), holder, endedAt: null }) - 1),
		renewBulk: async (id, holder) => bulkOf(id).holder === holder,
		releaseBulk: async (id) => {
			bulkOf(id).holder = null;
		},
		endBulk: async (id, at) => {
			bulkOf(id).endedAt = at;
		},
		acquireBulk: async (holder) => {
			const index = bulks.findIndex((stored) => stored.endedAt === null && stored.holder === null);
			const stored = bulks[index];
			if (stored === undefined) return null;
			stored.holder = holder;
			const ended = ports.ledger.attempts.flatMap(({ issueId, end }) => (end === null ? [] : [[issueId, end.outcome] as const]));
			return { id: String(index), bulk: stored.bulk, startedAt: stored.startedAt, done: new Map(ended) };
		},
		recordHold: async () => {},
		readHold: async () => null,
		openIssues: async (scope: BulkScope) =>
			[...ports.ledger.issues.values()]
				.filter(({ status, type }) => status === 'OPEN' && (scope === 'all' || type === scope))
				.map((issue) => ({ ...issue, lastRunId: 'run_1' })),
		newestReading: async () => {
			const run = ports.ledger.runs.findLast(({ status }) => status === 'COMPLETED');
			return run?.found ? { runId: run.id, ...run.found.detection } : null;
		},
		releaseHold: async (release) => void releases.push(release)
	};
}

const orderFor = (planHash: string, mode: BulkOrder['mode'], scope: BulkScope = 'all'): BulkOrder => ({
	scope,
	planHash,
	mode,
	actor: userId(99),
	actorName: 'operator',
	onProgress: () => {}
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

	it('fixes every open issue of the approved plan', async () => {
		const parts = await guildOf({ taking: 2, giving: 3, right: 20 });
		const plan = await planned(parts);
		expect(plan).toMatchObject({ hold: null, issues: { length: 5 } });
		const result = await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(plan.planHash, 'all'));
		expect(result.kind === 'done' && result.results.map(({ result }) => result)).toMatchObject(
			Array(5).fill({ kind: 'ended', outcome: 'FIXED' })
		);
		expect(parts.ports.guild.holds(userId(1))).toEqual([]);
		expect(parts.ports.guild.holds(userId(3))).toEqual(['Knight']);
		expect(parts.store.releases).toEqual([]);
	});

	it('fixes only the issues of its scope', async () => {
		const parts = await guildOf({ taking: 2, giving: 3, right: 20 });
		const plan = await planned(parts, 'MISSING_ACCESS');
		await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(plan.planHash, 'all', 'MISSING_ACCESS'));
		expect(parts.ports.calls('guild.removeRole')).toEqual([]);
		expect(parts.ports.calls('guild.addRole')).toHaveLength(3);
	});

	it('touches nothing and returns the new plan if the plan has changed', async () => {
		const parts = await guildOf({ taking: 2, giving: 3, right: 20 });
		const { planHash } = await planned(parts);
		parts.ports.billing.put(subscription({ id: 'sub_9', customerId: 'cus_9', status: 'canceled' }));
		await runReconciliation(parts.ports, SETTINGS);
		const result = await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(planHash, 'all'));
		expect(result).toMatchObject({ kind: 'plan-changed', plan: { issues: { length: 6 } } });
		expect(parts.ports.touched).toBe(0);
	});

	it('holds a plan that revokes too many roles but applies its grants', async () => {
		const parts = await guildOf({ taking: 5, giving: 2, right: 20 });
		const plan = await planned(parts);
		expect(plan.hold).toMatchObject({ losing: 5, holders: 25 });
		expect(await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(plan.planHash, 'all'))).toMatchObject({ kind: 'held' });
		expect(parts.ports.touched).toBe(0);
		await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(plan.planHash, 'grants-only'));
		expect(parts.ports.calls('guild.addRole')).toHaveLength(2);
		expect(parts.ports.calls('guild.removeRole')).toEqual([]);
	});

	it('releases a hold for the exact number of revocations only', async () => {
		const parts = await guildOf({ taking: 5, giving: 2, right: 20 });
		const { planHash } = await planned(parts);
		for (const wrong of [0, 4, 6, 7]) {
			expect(await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(planHash, { confirmedRevocations: wrong }))).toMatchObject({
				kind: 'held',
				hold: { losing: 5 }
			});
		}
		expect(parts.ports.touched).toBe(0);
		expect(parts.store.releases).toEqual([]);
		await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(planHash, { confirmedRevocations: 5 }));
		expect(parts.ports.touched).toBe(7);
		expect(parts.store.releases).toMatchObject([{ runId: 'run_1', actor: userId(99), losing: 5 }]);
	});

	/** Begins a shutdown after `shouldContinue` was called this many times. */
	function stopsAfter(ports: FakePorts, times: number): void {
		let left = times;
		ports.shouldContinue = () => left-- > 0;
	}

	/** A bulk fix of five issues that was stopped after it started two. */
	async function stoppedAfterTwo() {
		const parts = await guildOf({ taking: 0, giving: 5, right: 20 });
		const { planHash } = await planned(parts);
		stopsAfter(parts.ports, 2);
		const result = await fixBulk(parts.ports, parts.store, SETTINGS, orderFor(planHash, 'all'));
		parts.ports.shouldContinue = () => true;
		return { ...parts, result };
	}

	it('starts no further issue during shutdown, and the next process resumes the rest', async () => {
		const { ports, store, result } = await stoppedAfterTwo();
		expect(result).toMatchObject({ kind: 'done', results: { length: 2 }, left: 3 });
		expect(ports.touched).toBe(2);
		const continued = await resumeBulks(ports, store, SETTINGS.policy);
		expect(continued).toMatchObject([{ fixedBefore: 2, results: { length: 3 }, left: 0, tooLate: false }]);
		expect(ports.touched).toBe(5);
		expect(await resumeBulks(ports, store, SETTINGS.policy)).toEqual([]);
		expect(ports.touched).toBe(5);
	});

	it('reports its operator, progress and result', async () => {
		const { ports, store } = await guildOf({ taking: 2, giving: 3, right: 30 });
		const { planHash } = await planned({ ports, store });
		ports.script.on('guild.addRole', () => {
			throw new RoleChangeError("Reeve's role is below Knight.");
		});
		await fixBulk(ports, store, SETTINGS, orderFor(planHash, 'all'));
		expect(ports.notifier.trackedBulks).toEqual([
			{
				bulk: { id: '0', total: 5, origin: { kind: 'operator', actor: userId(99), scope: 'all', held: false } },
				done: [1, 2, 3, 4, 5],
				end: { fixed: 2, losing: 2, left: 0, tooLate: false }
			}
		]);
	});

	it('reports a released hold, and nothing for a plan that was not started', async () => {
		const { ports, store } = await guildOf({ taking: 5, giving: 2, right: 20 });
		const { planHash } = await planned({ ports, store });
		await fixBulk(ports, store, SETTINGS, orderFor('00000000', 'all'));
		await fixBulk(ports, store, SETTINGS, orderFor(planHash, 'all'));
		expect(ports.notifier.trackedBulks).toEqual([]);
		await fixBulk(ports, store, SETTINGS, orderFor(planHash, { confirmedRevocations: 5 }));
		expect(ports.notifier.trackedBulks).toMatchObject([{ bulk: { origin: { held: true } }, end: { fixed: 7, losing: 5 } }]);
	});

	it('keeps its ID when it is resumed', async () => {
		const { ports, store } = await stoppedAfterTwo();
		await resumeBulks(ports, store, SETTINGS.policy);
		expect(ports.notifier.trackedBulks).toMatchObject([
			{ bulk: { id: '0', total: 5 }, done: [1, 2], end: { fixed: 2, left: 3 } },
			{
				bulk: { id: '0', total: 5, origin: { kind: 'continued', actor: userId(99), scope: 'all', doneBefore: 2, fixedBefore: 2 } },
				done: [1, 2, 3],
				end: { fixed: 3, losing: 0, left: 0, tooLate: false }
			}
		]);
	});

	it('is not resumed during another shutdown', async () => {
		const { ports, store } = await stoppedAfterTwo();
		ports.shouldContinue = () => false;
		expect(await resumeBulks(ports, store, SETTINGS.policy)).toEqual([]);
		// Once before it is acquired, and once before an issue.
		stopsAfter(ports, 2);
		expect(await resumeBulks(ports, store, SETTINGS.policy)).toMatchObject([{ results: { length: 1 }, left: 2 }]);
		expect(ports.touched).toBe(3);
		ports.shouldContinue = () => true;
		expect(await resumeBulks(ports, store, SETTINGS.policy)).toMatchObject([{ fixedBefore: 3, left: 0 }]);
	});

	it('is not resumed after an hour, and reports what is left', async () => {
		const { ports, store } = await stoppedAfterTwo();
		ports.pass({ seconds: 3_601 });
		expect(await resumeBulks(ports, store, SETTINGS.policy)).toMatchObject([{ fixedBefore: 2, results: [], left: 3, tooLate: true }]);
		expect(ports.touched).toBe(2);
		expect(ports.notifier.trackedBulks.at(-1)).toMatchObject({ done: [], end: { fixed: 0, left: 3, tooLate: true } });
		expect(await resumeBulks(ports, store, SETTINGS.policy)).toEqual([]);
	});

	it('revalidates each issue when it is resumed', async () => {
		const { ports, store } = await stoppedAfterTwo();
		ports.billing.put(subscription({ id: 'sub_3', customerId: 'cus_3', status: 'canceled' }));
		const [{ results } = { results: [] }] = await resumeBulks(ports, store, SETTINGS.policy);
		expect(results.map(({ result }) => result.kind === 'ended' && result.outcome)).toEqual(['RESOLVED', 'FIXED', 'FIXED']);
		expect(ports.guild.holds(userId(3))).toEqual([]);
	});

	it('fixes several issues concurrently, grants first', async () => {
		const { ports, store } = await guildOf({ taking: 2, giving: 6, right: 40 });
		const { planHash } = await planned({ ports, store });
		const begun: string[] = [];
		let most = 0;
		ports.script.on('guild.readMember', () => {
			most = Math.max(most, ports.ledger.attempts.filter(({ end }) => end === null).length);
		});
		const onProgress: BulkOrder['onProgress'] = (done, total) => begun.push(`${done}/${total}`);
		expect(await fixBulk(ports, store, SETTINGS, { ...orderFor(planHash, 'all'), onProgress })).toMatchObject({ kind: 'done', left: 0 });
		expect(begun).toEqual(['1/8', '2/8', '3/8', '4/8', '5/8', '6/8', '7/8', '8/8']);
		expect(most).toBeGreaterThan(1);
		expect(most).toBeLessThanOrEqual(4);
		const ordered = store.bulks[0]?.bulk.issues.map(({ id }) => ports.ledger.issues.get(id)?.plan.add.length);
		expect(ordered).toEqual([1, 1, 1, 1, 1, 1, 0, 0]);
	});

	/** Five issues, the first of which is claimed by a process that is killed, once the bulk fix begins. */
	async function withDeadClaim() {
		const { ports, store } = await guildOf({ taking: 0, giving: 5, right: 20 });
		const { planHash, issues } = await planned({ ports, store });
		const [dead] = issues as [(typeof issues)[number]];
		const { startBulk } = store;
		store.startBulk = async (...given) => {
			await ports.ledger.claimIssue(dead.id, dead.planHash, userId(98), 'run_1', 30);
			return startBulk(...given);
		};
		return { ports, store, planHash, dead };
	}

	it('waits for the claim of a killed process, and fixes that issue last', async () => {
		const { ports, store, planHash, dead } = await withDeadClaim();
		const result = await fixBulk(ports, store, SETTINGS, orderFor(planHash, 'all'));
		expect(result).toMatchObject({ kind: 'done', left: 0 });
		expect(result.kind === 'done' && result.results.map(({ result }) => result.kind === 'ended' && result.outcome)).toEqual(
			Array(5).fill('FIXED')
		);
		expect(ports.ledger.attempts.at(-1)).toMatchObject({ issueId: dead.id, end: { outcome: 'FIXED' } });
		expect(ports.calls('sleep')).toHaveLength(30);
		expect(store.bulks[0]?.endedAt).not.toBeNull();
	});

	it('leaves an issue that is still held during a shutdown to the next process', async () => {
		const { ports, store, planHash } = await withDeadClaim();
		ports.script.once('sleep', () => {
			ports.shouldContinue = () => false;
		});
		expect(await fixBulk(ports, store, SETTINGS, orderFor(planHash, 'all'))).toMatchObject({ kind: 'done', left: 1 });
		expect(store.bulks[0]?.endedAt).toBeNull();
		ports.shouldContinue = () => true;
		expect(await resumeBulks(ports, store, SETTINGS.policy)).toMatchObject([{ fixedBefore: 4, results: { length: 1 }, left: 0 }]);
		expect(ports.touched).toBe(5);
	});

	it('starts nothing after an error and waits for fixes in progress', async () => {
		const { ports, store } = await guildOf({ taking: 0, giving: 12, right: 20 });
		const { planHash } = await planned({ ports, store });
		let claims = 0;
		ports.script.on('ledger.claimIssue', () => {
			claims += 1;
			if (claims > 3) throw new Error('the database is down');
		});
		await expect(fixBulk(ports, store, SETTINGS, orderFor(planHash, 'all'))).rejects.toThrow('the database is down');
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
		expect((await planBulk(ports, bookOf(ports), MAX_PERCENT, 'all'))?.hold).toMatchObject({ losing: 2 });
	});
});
