import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from '../../sandbox/services/core/faults.js';
import type { ReconciliationResult } from '../../src/reconciliation/index.js';
import { FaultHarness } from './harness.js';
import type { InjectedFault } from './injected-faults.js';
import { DRIFTERS, driftedRoles, makeWorld, rightRoles } from './world.js';

/** Enough for three pages. */
const SUPPORTERS = 250;
const MANY_CUSTOMERS = Array.from({ length: SUPPORTERS }, (_, index) => ({ id: `cus_s${index}`, email: null, name: null, metadata: {} }));

let house: FaultHarness;
let putBack: () => Promise<void>;

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
	house = await FaultHarness.open(world, { SMTP_URL: null, ADMIN_EMAIL: null });
	house.stripe.setLivemode(true);
	house.setRoles(rightRoles);
	expect(await house.reeve.runs.start({})).toMatchObject({ status: 'COMPLETED', issuesFound: 0 });
	house.setRoles(driftedRoles(DRIFTERS));
	putBack = await house.database.keep();
});
afterAll(() => house.close());

/** A run that would fix whatever it finds, with this going wrong from the beginning. */
async function runWith(
	mishap?: Pick<InjectedFault, 'target' | 'kind'> & Partial<InjectedFault>,
	whose: 'of one that has run before' | 'the first' = 'of one that has run before'
): Promise<ReconciliationResult | null> {
	await house.connected();
	await putBack();
	house.setRoles(driftedRoles(DRIFTERS));
	const reeve = mishap === undefined ? house.reeve : house.inject({ after: 0, lasting: true, ...mishap });
	const result = await (whose === 'the first' ? house.newcomer() : reeve).runs.start({ autoFix: true });
	house.clearFaults();
	return result;
}

/** Half a picture is no picture, and the operators read why. */
async function expectFailed(result: ReconciliationResult | null, reason: RegExp): Promise<void> {
	expect(result).toMatchObject({ status: 'FAILED', issuesFound: 0, issuesFixed: 0, issues: [], notices: null });
	expect(result?.failure).toMatch(reason);
	expect(house.changes()).toEqual([]);
	const { prisma } = house.database;
	expect(await prisma.issue.count()).toBe(0);
	expect(await prisma.reconciliationRun.findUnique({ where: { id: result?.runId ?? '' } })).toMatchObject({
		status: 'FAILED',
		failure: result?.failure
	});
	expect(house.errors).toEqual([]);
}

const LIST = 'GET /v1/subscriptions';
const list = (data: unknown, more: boolean) => ({ object: 'list', data, has_more: more, url: '/v1/subscriptions' });

describe('a run fails with a reason, finds nothing and changes nothing, where Stripe', () => {
	test.each<[string, RegExp, Omit<Fault, 'id' | 'target'>]>([
		['refuses the key', /refused the key.*STRIPE_SECRET_KEY/, { kind: 'status', status: 401 }],
		['lets the key not read', /may not read .* set \w+ to Read/, { kind: 'status', status: 403 }],
		['keeps refusing as too many', /too many requests.*try again later/, { kind: '429' }],
		['is in trouble', /outage.*status\.stripe\.com/, { kind: '500' }],
		['does not answer', /did not answer in time.*Try again later/, { kind: 'timeout' }],
		['does not answer about invoices', /did not answer in time.*Try again later/, { kind: 'timeout', match: '/v1/invoices' }],
		[
			'gives a page of nothing, and promises more',
			/incomplete.*empty.*run again/,
			{ kind: 'status', status: 200, match: LIST, body: list([], true) }
		],
		['gives what is no list', /incomplete.*not a list.*run again/, { kind: 'status', status: 200, match: LIST, body: list(null, false) }],
		[
			'gives what is no answer at all',
			/could not be parsed.*try again/,
			{ kind: 'status', status: 200, match: LIST, body: '<html>a proxy</html>' }
		],
		['gives no subscription at all where there were some', /no subscription at all.*STRIPE_SECRET_KEY/, { kind: 'empty', match: LIST }],
		['cannot tell what has changed meanwhile', /outage.*Events/, { kind: '500', match: '/v1/events', after: 1 }]
	])('%s', async (_, reason, fault) => {
		await expectFailed(await runWith({ target: 'stripe', kind: fault.kind, fault }), reason);
	});

	test('gives test data where the last run read live data', async () => {
		house.stripe.setLivemode(false);
		await expectFailed(await runWith(), /test data.*STRIPE_SECRET_KEY/);
		house.stripe.setLivemode(true);
	});
});

/**
 * The list has three pages, and one request looks whether that was all. The first reading begins at four moments at once, at three of
 * them in vain, and goes on page after page; a later one knows how the pages begin.
 */
describe.each([
	['the first', { first: 0, middle: 4, last: 5 }],
	['of one that has run before', { first: 0, middle: 1, last: 2 }]
] as const)('a run (%s) fails with a reason, finds nothing and changes nothing, where the list of Stripe', (whose, at) => {
	test.each<[string, RegExp, Omit<Fault, 'id' | 'target'>]>([
		['is cut off on the first page', /could not be reached.*Check/, { kind: 'drop', match: LIST, after: at.first }],
		['is cut off on a middle page', /could not be reached.*Check/, { kind: 'drop', match: LIST, after: at.middle }],
		['is cut off on the last page', /could not be reached.*Check/, { kind: 'drop', match: LIST, after: at.last }],
		['is in trouble on the last page', /outage/, { kind: '500', match: LIST, after: at.last }]
	])('%s', async (_, reason, fault) => {
		await expectFailed(await runWith({ target: 'stripe', kind: fault.kind, fault }, whose), reason);
	});

	test('is cut short somewhere and said to be whole, unless nothing is lost by it', async () => {
		const { issuesFound } = (await runWith(undefined, whose)) ?? {};
		let failed = 0;
		for (const times of [{ times: 1 }, {}]) {
			for (let after = 0; after <= at.last + 1; after++) {
				const result = await runWith({ target: 'stripe', kind: 'truncate', fault: { match: LIST, after, ...times } }, whose);
				if (result?.status === 'COMPLETED') {
					expect(result.issuesFound).toBe(issuesFound);
					continue;
				}
				failed += 1;
				expect(result).toMatchObject({ status: 'FAILED', issuesFound: 0, failure: expect.stringContaining('was said to be complete') });
				expect(house.changes()).toEqual([]);
			}
		}
		expect(failed).toBeGreaterThanOrEqual(6);
	});
});

test('a run that reads page after page fails where one repeats the one before', async () => {
	const fault = { kind: 'repeat', match: LIST, after: 4 };
	await expectFailed(await runWith({ target: 'stripe', kind: 'repeat', fault }, 'the first'), /incomplete.*repeated.*run again/);
});

test('a run fails with a reason, and changes nothing, where the database is away when something is read or written', async () => {
	let failed = 0;
	for (let after = 0; ; after++) {
		await putBack();
		house.setRoles(driftedRoles(DRIFTERS));
		const reeve = house.inject({ target: 'database', kind: 'away', after, lasting: false });
		// Before its row is there, nothing can be said of a run: whoever asked for it hears of the error.
		const result = await reeve.runs.start({}).catch((error: unknown) => {
			expect(String(error)).toMatch(/The database does not answer/);
			return null;
		});
		const { injected } = house;
		house.clearFaults();
		expect(house.changes()).toEqual([]);
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

describe('a run fails with a reason, finds nothing and changes nothing, where Discord', () => {
	const MEMBERS = 'REQUEST_GUILD_MEMBERS';
	test.each<[string, RegExp, Omit<Fault, 'id' | 'target'>]>([
		['lists fewer members than it counts', /listed \d+ of the \d+ members.*Run it again/, { kind: 'missing-chunk' }],
		[
			'keeps refusing to list the members',
			/one listing of all members in 30 seconds.*Run it again/,
			{ kind: 'rate-limited', retryAfter: 0.01 }
		],
		['drops the connection in the middle of the list', /Discord.*again/, { kind: 'drop', match: MEMBERS, times: 1 }],
		['has an outage in the middle of the list', /Discord.*again/, { kind: 'unavailable', match: MEMBERS }],
		['has an outage', /outage.*Run it again later/, { kind: 'unavailable', match: undefined }]
	])('%s', async (_, reason, fault) => {
		await expectFailed(await runWith({ target: 'gateway', kind: fault.kind, fault }), reason);
	});

	test('has no longer a role that Reeve manages', async () => {
		await house.connected();
		const lord = house.discord.guild().roles.find(({ name }) => name === 'Lord')?.id;
		house.discord.deleteRole('Lord');
		const result = await house.reeve.runs.start({ autoFix: true });
		await expectFailed(result, new RegExp(`role for Lord \\(ID ${lord}\\) no longer exists.*DISCORD_LORD_ROLE`));
	});
});
