import { describe, expect, test } from 'vitest';
import { type ApprovedBulk, type BulkBook, type BulkOrder, continueBulks, fixBulk } from '../../src/reconciliation/bulk.js';
import { type IssueBook, planBulk } from '../../src/reconciliation/bulk-plan.js';
import type { HoldBook } from '../../src/reconciliation/holds.js';
import { RoleChangeError } from '../../src/reconciliation/ports.js';
import { runReconciliation } from '../../src/reconciliation/run.js';
import type { BulkScope } from '../../src/reconciliation/types.js';
import { customer, person, subscription } from './builders.js';
import { FakeWorld, SETTINGS } from './fakes.js';

const MAX_PERCENT = 10;

/** As many who hold Knight and do not pay, who pay and hold nothing, and who pay and hold what they should. */
async function guildOf({ taking, giving, right }: { taking: number; giving: number; right: number }) {
	const world = new FakeWorld();
	for (let number = 1; number <= taking + giving + right; number++) {
		const pays = number > taking;
		world.billing.customers.push(customer({ id: `cus_${number}`, claimedBy: person(number) }));
		world.billing.put(subscription({ id: `sub_${number}`, customerId: `cus_${number}`, status: pays ? 'active' : 'canceled' }));
		world.guild.join(person(number), ...(pays && number <= taking + giving ? [] : ['Knight']));
	}
	await runReconciliation(world, SETTINGS);
	return { world, book: bookOf(world) };
}

interface StoredBulk {
	readonly bulk: ApprovedBulk;
	readonly startedAt: Date;
	holder: string | null;
	endedAt: Date | null;
}

/** The open issues of the fake ledger, releases, and bulk fixes. */
function bookOf(world: FakeWorld): IssueBook & HoldBook & BulkBook & { releases: unknown[]; bulks: StoredBulk[] } {
	const releases: unknown[] = [];
	const bulks: StoredBulk[] = [];
	const bulkOf = (id: string) => bulks[Number(id)] as StoredBulk;
	return {
		releases,
		bulks,
		beginBulk: async (bulk, holder) => String(bulks.push({ bulk, startedAt: world.now(), holder, endedAt: null }) - 1),
		renewBulk: async (id, holder) => bulkOf(id).holder === holder,
		handBackBulk: async (id) => {
			bulkOf(id).holder = null;
		},
		endBulk: async (id, at) => {
			bulkOf(id).endedAt = at;
		},
		takeBulk: async (holder) => {
			const index = bulks.findIndex((stored) => stored.endedAt === null && stored.holder === null);
			const stored = bulks[index];
			if (stored === undefined) return null;
			stored.holder = holder;
			const ended = world.ledger.attempts.flatMap(({ issueId, end }) => (end === null ? [] : [[issueId, end.outcome] as const]));
			return { id: String(index), bulk: stored.bulk, startedAt: stored.startedAt, done: new Map(ended) };
		},
		hold: async () => {},
		readHold: async () => null,
		openIssues: async (scope: BulkScope) =>
			[...world.ledger.issues.values()]
				.filter(({ status, type }) => status === 'OPEN' && (scope === 'all' || type === scope))
				.map((issue) => ({ ...issue, lastRunId: 'run_1' })),
		newestReading: async () => {
			const run = world.ledger.runs.findLast(({ status }) => status === 'COMPLETED');
			return run?.found ? { runId: run.id, ...run.found.detection } : null;
		},
		releaseHold: async (release) => void releases.push(release)
	};
}

const orderFor = (planHash: string, extent: BulkOrder['extent'], scope: BulkScope = 'all'): BulkOrder => ({
	scope,
	planHash,
	extent,
	actor: person(99),
	actorName: 'operator',
	onProgress: () => {}
});

async function planned(parts: Awaited<ReturnType<typeof guildOf>>, scope: BulkScope = 'all') {
	const plan = await planBulk(parts.world, parts.book, MAX_PERCENT, scope);
	if (plan === null) throw new Error('nothing to plan');
	return plan;
}

describe('a bulk fix', () => {
	test('of nothing is no plan', async () => {
		const { world, book } = await guildOf({ taking: 0, giving: 0, right: 3 });
		expect(await planBulk(world, book, MAX_PERCENT, 'all')).toBeNull();
	});

	test('mends every open issue of the plan that was shown', async () => {
		const parts = await guildOf({ taking: 2, giving: 3, right: 20 });
		const plan = await planned(parts);
		expect(plan).toMatchObject({ hold: null, issues: { length: 5 } });
		const result = await fixBulk(parts.world, parts.book, SETTINGS, orderFor(plan.planHash, 'all'));
		expect(result.kind === 'done' && result.results.map(({ result }) => result)).toMatchObject(
			Array(5).fill({ kind: 'ended', outcome: 'FIXED' })
		);
		expect(parts.world.guild.holds(person(1))).toEqual([]);
		expect(parts.world.guild.holds(person(3))).toEqual(['Knight']);
		expect(parts.book.releases).toEqual([]);
	});

	test('of one kind leaves the others alone', async () => {
		const parts = await guildOf({ taking: 2, giving: 3, right: 20 });
		const plan = await planned(parts, 'MISSING_ACCESS');
		await fixBulk(parts.world, parts.book, SETTINGS, orderFor(plan.planHash, 'all', 'MISSING_ACCESS'));
		expect(parts.world.calls('guild.removeRole')).toEqual([]);
		expect(parts.world.calls('guild.addRole')).toHaveLength(3);
	});

	test('whose plan is another by now than the one that was shown does nothing, and shows the new one', async () => {
		const parts = await guildOf({ taking: 2, giving: 3, right: 20 });
		const { planHash } = await planned(parts);
		parts.world.billing.put(subscription({ id: 'sub_9', customerId: 'cus_9', status: 'canceled' }));
		await runReconciliation(parts.world, SETTINGS);
		const result = await fixBulk(parts.world, parts.book, SETTINGS, orderFor(planHash, 'all'));
		expect(result).toMatchObject({ kind: 'plan-changed', plan: { issues: { length: 6 } } });
		expect(parts.world.touched).toBe(0);
	});

	test('that takes from too many is held: nothing is changed by "all", and giving goes ahead', async () => {
		const parts = await guildOf({ taking: 5, giving: 2, right: 20 });
		const plan = await planned(parts);
		expect(plan.hold).toMatchObject({ losing: 5, holders: 25 });
		expect(await fixBulk(parts.world, parts.book, SETTINGS, orderFor(plan.planHash, 'all'))).toMatchObject({ kind: 'held' });
		expect(parts.world.touched).toBe(0);
		await fixBulk(parts.world, parts.book, SETTINGS, orderFor(plan.planHash, 'give'));
		expect(parts.world.calls('guild.addRole')).toHaveLength(2);
		expect(parts.world.calls('guild.removeRole')).toEqual([]);
	});

	test('that is held is released by the number of people who lose a role, and by no other', async () => {
		const parts = await guildOf({ taking: 5, giving: 2, right: 20 });
		const { planHash } = await planned(parts);
		for (const wrong of [0, 4, 6, 7]) {
			expect(await fixBulk(parts.world, parts.book, SETTINGS, orderFor(planHash, wrong))).toMatchObject({
				kind: 'held',
				hold: { losing: 5 }
			});
		}
		expect(parts.world.touched).toBe(0);
		expect(parts.book.releases).toEqual([]);
		await fixBulk(parts.world, parts.book, SETTINGS, orderFor(planHash, 5));
		expect(parts.world.touched).toBe(7);
		expect(parts.book.releases).toMatchObject([{ runId: 'run_1', actor: person(99), losing: 5 }]);
	});

	/** Reeve is told to stop when it has asked so often whether to go on. */
	function stopsAfter(world: FakeWorld, times: number): void {
		let left = times;
		world.goOn = () => left-- > 0;
	}

	/** A bulk fix of five that was stopped when two were begun. */
	async function stoppedAfterTwo() {
		const parts = await guildOf({ taking: 0, giving: 5, right: 20 });
		const { planHash } = await planned(parts);
		stopsAfter(parts.world, 2);
		const result = await fixBulk(parts.world, parts.book, SETTINGS, orderFor(planHash, 'all'));
		parts.world.goOn = () => true;
		return { ...parts, result };
	}

	test('begins no further issue when Reeve is on its way down, and the next start goes on with the rest', async () => {
		const { world, book, result } = await stoppedAfterTwo();
		expect(result).toMatchObject({ kind: 'done', results: { length: 2 }, left: 3 });
		expect(world.touched).toBe(2);
		const continued = await continueBulks(world, book, SETTINGS.policy);
		expect(continued).toMatchObject([{ fixedBefore: 2, results: { length: 3 }, left: 0, tooLate: false }]);
		expect(world.touched).toBe(5);
		expect(await continueBulks(world, book, SETTINGS.policy)).toEqual([]);
		expect(world.touched).toBe(5);
	});

	test('can be followed: who asked, how many have had their turn, and what came of it', async () => {
		const { world, book } = await guildOf({ taking: 2, giving: 3, right: 30 });
		const { planHash } = await planned({ world, book });
		world.script.on('guild.addRole', () => {
			throw new RoleChangeError("Reeve's role is below Knight.");
		});
		await fixBulk(world, book, SETTINGS, orderFor(planHash, 'all'));
		expect(world.notifier.followed).toEqual([
			{
				bulk: { id: '0', total: 5, origin: { kind: 'operator', actor: person(99), scope: 'all', held: false } },
				done: [1, 2, 3, 4, 5],
				end: { fixed: 2, losing: 2, left: 0, tooLate: false }
			}
		]);
	});

	test('that is held and released says so to those who follow it, and one that was not begun has nothing to follow', async () => {
		const { world, book } = await guildOf({ taking: 5, giving: 2, right: 20 });
		const { planHash } = await planned({ world, book });
		await fixBulk(world, book, SETTINGS, orderFor('00000000', 'all'));
		await fixBulk(world, book, SETTINGS, orderFor(planHash, 'all'));
		expect(world.notifier.followed).toEqual([]);
		await fixBulk(world, book, SETTINGS, orderFor(planHash, 5));
		expect(world.notifier.followed).toMatchObject([{ bulk: { origin: { held: true } }, end: { fixed: 7, losing: 5 } }]);
	});

	test('that was stopped can be followed to its end under the name it had', async () => {
		const { world, book } = await stoppedAfterTwo();
		await continueBulks(world, book, SETTINGS.policy);
		expect(world.notifier.followed).toMatchObject([
			{ bulk: { id: '0', total: 5 }, done: [1, 2], end: { fixed: 2, left: 3 } },
			{
				bulk: { id: '0', total: 5, origin: { kind: 'continued', actor: person(99), scope: 'all', doneBefore: 2, fixedBefore: 2 } },
				done: [1, 2, 3],
				end: { fixed: 3, losing: 0, left: 0, tooLate: false }
			}
		]);
	});

	test('that was stopped is not gone on with when Reeve is on its way down again', async () => {
		const { world, book } = await stoppedAfterTwo();
		world.goOn = () => false;
		expect(await continueBulks(world, book, SETTINGS.policy)).toEqual([]);
		// Once before it is taken on, and once before an issue.
		stopsAfter(world, 2);
		expect(await continueBulks(world, book, SETTINGS.policy)).toMatchObject([{ results: { length: 1 }, left: 2 }]);
		expect(world.touched).toBe(3);
		world.goOn = () => true;
		expect(await continueBulks(world, book, SETTINGS.policy)).toMatchObject([{ fixedBefore: 3, left: 0 }]);
	});

	test('that was stopped more than an hour ago is not gone on with: the operator is told what is left', async () => {
		const { world, book } = await stoppedAfterTwo();
		world.pass({ seconds: 3_601 });
		expect(await continueBulks(world, book, SETTINGS.policy)).toMatchObject([{ fixedBefore: 2, results: [], left: 3, tooLate: true }]);
		expect(world.touched).toBe(2);
		expect(world.notifier.followed.at(-1)).toMatchObject({ done: [], end: { fixed: 0, left: 3, tooLate: true } });
		expect(await continueBulks(world, book, SETTINGS.policy)).toEqual([]);
	});

	test('that is gone on with respects what has changed meanwhile', async () => {
		const { world, book } = await stoppedAfterTwo();
		world.billing.put(subscription({ id: 'sub_3', customerId: 'cus_3', status: 'canceled' }));
		const [{ results } = { results: [] }] = await continueBulks(world, book, SETTINGS.policy);
		expect(results.map(({ result }) => result.kind === 'ended' && result.outcome)).toEqual(['RESOLVED', 'FIXED', 'FIXED']);
		expect(world.guild.holds(person(3))).toEqual([]);
	});

	test('is several issues at once, begun in their order: who gains a role first', async () => {
		const { world, book } = await guildOf({ taking: 2, giving: 6, right: 40 });
		const { planHash } = await planned({ world, book });
		const begun: string[] = [];
		let most = 0;
		world.script.on('guild.readMember', () => {
			most = Math.max(most, world.ledger.attempts.filter(({ end }) => end === null).length);
		});
		const onProgress: BulkOrder['onProgress'] = (done, total) => begun.push(`${done}/${total}`);
		expect(await fixBulk(world, book, SETTINGS, { ...orderFor(planHash, 'all'), onProgress })).toMatchObject({ kind: 'done', left: 0 });
		expect(begun).toEqual(['1/8', '2/8', '3/8', '4/8', '5/8', '6/8', '7/8', '8/8']);
		expect(most).toBeGreaterThan(1);
		expect(most).toBeLessThanOrEqual(4);
		const ordered = book.bulks[0]?.bulk.issues.map(({ id }) => world.ledger.issues.get(id)?.plan.add.length);
		expect(ordered).toEqual([1, 1, 1, 1, 1, 1, 0, 0]);
	});

	test('that an error ends begins nothing more, and ends what is under way', async () => {
		const { world, book } = await guildOf({ taking: 0, giving: 12, right: 20 });
		const { planHash } = await planned({ world, book });
		let claims = 0;
		world.script.on('ledger.claimIssue', () => {
			claims += 1;
			if (claims > 3) throw new Error('the database is away');
		});
		await expect(fixBulk(world, book, SETTINGS, orderFor(planHash, 'all'))).rejects.toThrow('the database is away');
		expect(world.ledger.attempts).toHaveLength(3);
		expect(world.ledger.attempts.map(({ end }) => end?.outcome)).toEqual(['FIXED', 'FIXED', 'FIXED']);
		expect(world.notifier.followed).toMatchObject([{ done: [1, 2, 3], end: null }]);
	});

	test('in a guild where so many have stopped paying at once is held, also for one person', async () => {
		const world = new FakeWorld();
		for (let number = 1; number <= 20; number++) {
			world.billing.customers.push(customer({ id: `cus_${number}`, claimedBy: person(number) }));
			world.billing.put(subscription({ id: `sub_${number}`, customerId: `cus_${number}` }));
		}
		for (let number = 1; number <= 2; number++) world.guild.join(person(number), 'Knight');
		await runReconciliation(world, SETTINGS);
		for (let number = 1; number <= 7; number++)
			world.billing.put(subscription({ id: `sub_${number}`, customerId: `cus_${number}`, status: 'canceled' }));
		const fallen = await runReconciliation(world, SETTINGS);
		expect(fallen?.hold).toMatchObject({ losing: 2 });
		// The next reading is as low, and is measured against the last good one all the same.
		expect((await runReconciliation(world, SETTINGS))?.hold).toMatchObject({ losing: 2 });
		expect((await planBulk(world, bookOf(world), MAX_PERCENT, 'all'))?.hold).toMatchObject({ losing: 2 });
	});
});
