import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from '../../sandbox/services/core/faults.js';
import type { ReconciliationResult } from '../../src/reconciliation/index.js';
import { FaultHarness } from './harness.js';
import type { InjectedFault } from './injected-faults.js';
import { DRIFTERS, driftedRoles, makeWorld, rightRoles } from './world.js';

/** Enough for three pages. */
const SUPPORTERS = 250;
const MANY_CUSTOMERS = Array.from({ length: SUPPORTERS }, (_, index) => ({ id: `cus_s${index}`, email: null, name: null, metadata: {} }));

let harness: FaultHarness;
let restore: () => Promise<void>;

const FOUR_YEARS_SECONDS = 4 * 365 * 86_400;

beforeAll(async () => {
	const now = new Date();
	const world = makeWorld(now);
	world.stripe.customers.push(...MANY_CUSTOMERS);
	world.stripe.subscriptions.push(
		...MANY_CUSTOMERS.map(({ id }, index) => ({
			id: `sub_s${index}`,
			customer: id,
			status: 'active',
			price: 'price_knight',
			created: Math.floor(now.getTime() / 1000) - FOUR_YEARS_SECONDS - index,
			metadata: {},
			cancel_at_period_end: false
		}))
	);
	harness = await FaultHarness.open(world, { SMTP_URL: null, ADMIN_EMAIL: null });
	harness.stripe.setLivemode(true);
	harness.setRoles(rightRoles);
	expect(await harness.reeve.runs.start({})).toMatchObject({ status: 'COMPLETED', issuesFound: 0 });
	harness.setRoles(driftedRoles(DRIFTERS));
	restore = await harness.database.snapshot();
});
afterAll(() => harness.close());

/** A run with auto-fix, with this fault from its first request on. */
async function runWith(
	injection?: Pick<InjectedFault, 'target' | 'kind'> & Partial<InjectedFault>,
	instance: 'after an earlier run' | 'first run' = 'after an earlier run'
): Promise<ReconciliationResult | null> {
	await harness.connected();
	await restore();
	harness.setRoles(driftedRoles(DRIFTERS));
	const reeve = injection === undefined ? harness.reeve : harness.inject({ after: 0, lasting: true, ...injection });
	const result = await (instance === 'first run' ? harness.freshInstance() : reeve).runs.start({ autoFix: true });
	harness.clearFaults();
	return result;
}

/** The run failed with this reason, stored it, and neither stored an issue nor changed a role. */
async function expectFailed(result: ReconciliationResult | null, reason: RegExp): Promise<void> {
	expect(result).toMatchObject({ status: 'FAILED', issuesFound: 0, issuesFixed: 0, issues: [], notices: null });
	expect(result?.failure).toMatch(reason);
	expect(harness.changes()).toEqual([]);
	const { prisma } = harness.database;
	expect(await prisma.issue.count()).toBe(0);
	expect(await prisma.reconciliationRun.findUnique({ where: { id: result?.runId ?? '' } })).toMatchObject({
		status: 'FAILED',
		failure: result?.failure
	});
	// The case before may still have been closing the report that its own replaced, in the background, when its rows were removed.
	expect(harness.errors.filter((error) => !error.includes('report close:'))).toEqual([]);
}

const LIST = 'GET /v1/subscriptions';
const list = (data: unknown, more: boolean) => ({ object: 'list', data, has_more: more, url: '/v1/subscriptions' });

describe('a run fails with a reason and changes nothing when Stripe', () => {
	test.each<[string, RegExp, Omit<Fault, 'id' | 'target'>]>([
		['refuses the key', /refused the key.*STRIPE_SECRET_KEY/, { kind: 'status', status: 401 }],
		['denies the key read access', /may not read .* set \w+ to Read/, { kind: 'status', status: 403 }],
		['keeps answering 429', /too many requests.*try again later/, { kind: '429' }],
		['keeps answering 500', /outage.*status\.stripe\.com/, { kind: '500' }],
		['does not answer', /did not answer in time.*Try again later/, { kind: 'timeout' }],
		['does not answer an invoice request', /did not answer in time.*Try again later/, { kind: 'timeout', match: '/v1/invoices' }],
		[
			'returns an empty page with has_more',
			/incomplete.*empty.*run again/,
			{ kind: 'status', status: 200, match: LIST, body: list([], true) }
		],
		[
			'returns a list without an array',
			/incomplete.*not a list.*run again/,
			{ kind: 'status', status: 200, match: LIST, body: list(null, false) }
		],
		['returns HTML', /could not be parsed.*try again/, { kind: 'status', status: 200, match: LIST, body: '<html>a proxy</html>' }],
		['returns no subscription although the last run had some', /no subscription at all.*STRIPE_SECRET_KEY/, { kind: 'empty', match: LIST }],
		['fails to list the events since the run began', /outage.*Events/, { kind: '500', match: '/v1/events', after: 1 }]
	])('%s', async (_, reason, fault) => {
		await expectFailed(await runWith({ target: 'stripe', kind: fault.kind, fault }), reason);
	});

	test('returns test data although the last run read live data', async () => {
		harness.stripe.setLivemode(false);
		await expectFailed(await runWith(), /test data.*STRIPE_SECRET_KEY/);
		harness.stripe.setLivemode(true);
	});
});

/**
 * The list has three pages, and one more request checks that nothing follows. The first run guesses four start positions, three of
 * which have no data, and then reads page by page; a later run knows the page boundaries.
 */
describe.each([
	['first run', { first: 0, middle: 4, last: 5 }],
	['after an earlier run', { first: 0, middle: 1, last: 2 }]
] as const)('a run (%s) fails with a reason and changes nothing when the subscription list', (instance, at) => {
	test.each<[string, RegExp, Omit<Fault, 'id' | 'target'>]>([
		['loses the connection on the first page', /could not be reached.*Check/, { kind: 'drop', match: LIST, after: at.first }],
		['loses the connection on a middle page', /could not be reached.*Check/, { kind: 'drop', match: LIST, after: at.middle }],
		['loses the connection on the last page', /could not be reached.*Check/, { kind: 'drop', match: LIST, after: at.last }],
		['answers 500 on the last page', /outage/, { kind: '500', match: LIST, after: at.last }]
	])('%s', async (_, reason, fault) => {
		await expectFailed(await runWith({ target: 'stripe', kind: fault.kind, fault }, instance), reason);
	});

	test('is truncated with has_more false, unless the truncation loses nothing', async () => {
		const { issuesFound } = (await runWith(undefined, instance)) ?? {};
		let failed = 0;
		for (const times of [{ times: 1 }, {}]) {
			for (let after = 0; after <= at.last + 1; after++) {
				const result = await runWith({ target: 'stripe', kind: 'truncate', fault: { match: LIST, after, ...times } }, instance);
				if (result?.status === 'COMPLETED') {
					expect(result.issuesFound).toBe(issuesFound);
					continue;
				}
				failed += 1;
				expect(result).toMatchObject({ status: 'FAILED', issuesFound: 0, failure: expect.stringContaining('was said to be complete') });
				expect(harness.changes()).toEqual([]);
			}
		}
		expect(failed).toBeGreaterThanOrEqual(6);
	});
});

test('a run that reads page by page fails when a page repeats the previous one', async () => {
	const fault = { kind: 'repeat', match: LIST, after: 4 };
	await expectFailed(await runWith({ target: 'stripe', kind: 'repeat', fault }, 'first run'), /incomplete.*repeated.*run again/);
});

test('a run fails with a reason and changes nothing when any database statement fails', async () => {
	let failed = 0;
	for (let after = 0; ; after++) {
		await restore();
		harness.setRoles(driftedRoles(DRIFTERS));
		const reeve = harness.inject({ target: 'database', kind: 'away', after, lasting: false });
		// Before the run is stored, the error goes to the caller.
		const result = await reeve.runs.start({}).catch((error: unknown) => {
			expect(String(error)).toMatch(/The database does not answer/);
			return null;
		});
		const { injected } = harness;
		harness.clearFaults();
		expect(harness.changes()).toEqual([]);
		if (result?.status === 'FAILED') {
			failed += 1;
			expect(result).toMatchObject({
				issuesFound: 0,
				issues: [],
				failure: expect.stringMatching(/The database does not answer.*Check/)
			});
		} else if (result) expect(result.issues).toHaveLength(DRIFTERS.length);
		if (!injected) break;
	}
	expect(failed).toBeGreaterThan(10);
});

test('a run finds the same when Discord counts one member too many and lists the others twice', async () => {
	const { issuesFound } = (await runWith()) ?? {};
	harness.discord.setMemberCountOffset(1);
	const requests = () => harness.log.list().filter(({ method }) => method === 'REQUEST_GUILD_MEMBERS').length;
	const result = await runWith();
	expect(result).toMatchObject({ status: 'COMPLETED', issuesFound, failure: null });
	expect(result?.notices?.countMismatch).toEqual({
		listed: harness.discord.guild().members.length,
		counted: harness.discord.guild().members.length + 1
	});
	expect(requests()).toBe(2);
	harness.discord.setMemberCountOffset(0);
});

describe('a run fails with a reason and changes nothing when Discord', () => {
	const MEMBERS = 'REQUEST_GUILD_MEMBERS';
	test.each<[string, RegExp, Omit<Fault, 'id' | 'target'>]>([
		['sends a list with a missing chunk', /sent \d+ of \d+ member chunks.*Run it again/, { kind: 'missing-chunk' }],
		[
			'keeps rate-limiting the member list',
			/one listing of all members in 30 seconds.*Run it again/,
			{ kind: 'rate-limited', retryAfter: 0.01 }
		],
		['drops the gateway connection during the member list', /Discord.*again/, { kind: 'drop', match: MEMBERS, times: 1 }],
		['reports the guild unavailable during the member list', /Discord.*again/, { kind: 'unavailable', match: MEMBERS }],
		['reports the guild unavailable before the run', /outage.*Run it again later/, { kind: 'unavailable', match: undefined }]
	])('%s', async (_, reason, fault) => {
		await expectFailed(await runWith({ target: 'gateway', kind: fault.kind, fault }), reason);
	});

	test('counts far more members than it lists', async () => {
		await harness.connected();
		harness.discord.setMemberCountOffset(10);
		await expectFailed(await runWith(), /listed \d+ of the \d+ members.*Run it again/);
		harness.discord.setMemberCountOffset(0);
	});

	test('no longer has a managed role', async () => {
		await harness.connected();
		const lord = harness.discord.guild().roles.find(({ name }) => name === 'Lord')?.id;
		harness.discord.deleteRole('Lord');
		const result = await harness.reeve.runs.start({ autoFix: true });
		await expectFailed(result, new RegExp(`role for Lord \\(ID ${lord}\\) no longer exists.*DISCORD_LORD_ROLE`));
	});
});
