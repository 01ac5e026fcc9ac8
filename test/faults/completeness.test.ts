import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from '../../sandbox/wire/traffic.js';
import type { ReconciliationResult } from '../../src/reconciliation/index.js';
import { House } from './house.js';
import type { Mishap } from './trouble.js';
import { DRIFTERS, driftedRoles, makeWorld, rightRoles } from './world.js';

/** Enough for three pages. */
const SUPPORTERS = 250;
const MANY_CUSTOMERS = Array.from({ length: SUPPORTERS }, (_, index) => ({ id: `cus_s${index}`, email: null, name: null, metadata: {} }));

let house: House;
let putBack: () => Promise<void>;

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
			created: Math.floor(now.getTime() / 1000) - 100_000 - index,
			metadata: {},
			cancel_at_period_end: false
		}))
	);
	house = await House.open(world, { SMTP_URL: null, ADMIN_EMAIL: null });
	house.stripe.setLivemode(true);
	house.setRoles(rightRoles);
	expect(await house.reeve.run({})).toMatchObject({ status: 'COMPLETED', issuesFound: 0 });
	house.setRoles(driftedRoles(DRIFTERS));
	putBack = await house.database.keep();
});
afterAll(() => house.close());

/** A run that would fix whatever it finds, with this going wrong from the beginning. */
async function runWith(mishap?: Pick<Mishap, 'target' | 'kind'> & Partial<Mishap>): Promise<ReconciliationResult | null> {
	await house.connected();
	await putBack();
	house.setRoles(driftedRoles(DRIFTERS));
	const reeve = mishap === undefined ? house.reeve : house.befall({ after: 0, lasting: true, ...mishap });
	const result = await reeve.run({ autoFix: true });
	house.mend();
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

/** Requests that only say where the list is to be cut. */
const SOUNDINGS = 2;
const LIST = 'GET /v1/subscriptions';
const list = (data: unknown, more: boolean) => ({ object: 'list', data, has_more: more, url: '/v1/subscriptions' });

describe('a run fails with a reason, finds nothing and changes nothing, where Stripe', () => {
	test.each<[string, RegExp, Omit<Fault, 'id' | 'target'>]>([
		['refuses the key', /refused the key.*STRIPE_SECRET_KEY/, { kind: 'status', status: 401 }],
		['lets the key not read', /may not read .* set \w+ to Read/, { kind: 'status', status: 403 }],
		['keeps refusing as too many', /too many requests.*try again later/, { kind: '429' }],
		['is in trouble', /in trouble.*status\.stripe\.com/, { kind: '500' }],
		['does not answer', /did not answer in time.*Try again later/, { kind: 'timeout' }],
		['does not answer about invoices', /did not answer in time.*Try again later/, { kind: 'timeout', match: '/v1/invoices' }],
		['drops the connection on the first page', /could not be reached.*Check/, { kind: 'drop', match: LIST, after: SOUNDINGS }],
		['drops the connection on a middle page', /could not be reached.*Check/, { kind: 'drop', match: LIST, after: SOUNDINGS + 1 }],
		['drops the connection on the last page', /could not be reached.*Check/, { kind: 'drop', match: LIST, after: SOUNDINGS + 2 }],
		['is in trouble on the last page', /in trouble/, { kind: '500', match: LIST, after: SOUNDINGS + 2 }],
		['repeats a page', /incomplete.*repeated.*Run it again/, { kind: 'repeat', match: LIST, after: SOUNDINGS + 1 }],
		[
			'gives a page of nothing, and promises more',
			/incomplete.*empty.*Run it again/,
			{ kind: 'status', status: 200, match: LIST, body: list([], true) }
		],
		['gives what is no list', /incomplete.*no list.*Run it again/, { kind: 'status', status: 200, match: LIST, body: list(null, false) }],
		[
			'gives what is no answer at all',
			/cannot be understood.*try again/,
			{ kind: 'status', status: 200, match: LIST, body: '<html>a proxy</html>' }
		],
		['gives no subscription at all where there were some', /no subscription at all.*STRIPE_SECRET_KEY/, { kind: 'empty', match: LIST }],
		['cannot tell what has changed meanwhile', /in trouble.*Events/, { kind: '500', match: '/v1/events', after: 1 }]
	])('%s', async (_, reason, fault) => {
		await expectFailed(await runWith({ target: 'stripe', kind: fault.kind, fault }), reason);
	});

	test('gives test data where the last run read live data', async () => {
		house.stripe.setLivemode(false);
		await expectFailed(await runWith(), /test data.*STRIPE_SECRET_KEY/);
		house.stripe.setLivemode(true);
	});
});

test.each([0, 1, 2])(
	'a list of Stripe that is cut short at page %i and says it is whole is seen through: no issue, no fix',
	async (after) => {
		for (const times of [{ times: 1 }, {}]) {
			const result = await runWith({ target: 'stripe', kind: 'truncate', fault: { match: LIST, after: SOUNDINGS + after, ...times } });
			expect(result).toMatchObject({ status: 'FAILED', issuesFound: 0, failure: expect.stringContaining('was said to be whole') });
			expect(house.changes()).toEqual([]);
		}
	}
);

test('a run fails with a reason, and changes nothing, where the database is away when something is read or written', async () => {
	let failed = 0;
	for (let after = 0; ; after++) {
		await putBack();
		house.setRoles(driftedRoles(DRIFTERS));
		const reeve = house.befall({ target: 'database', kind: 'away', after, lasting: false });
		// Before its row is there, nothing can be said of a run: whoever asked for it hears of the error.
		const result = await reeve.run({}).catch((error: unknown) => {
			expect(String(error)).toMatch(/The database does not answer/);
			return null;
		});
		const { befallen } = house;
		house.mend();
		expect(house.changes()).toEqual([]);
		if (result?.status === 'FAILED') {
			failed += 1;
			expect(result).toMatchObject({
				issuesFound: 0,
				issues: [],
				failure: expect.stringMatching(/The database does not answer.*Check/)
			});
		} else if (result) expect(result.issues).toHaveLength(DRIFTERS.length);
		if (!befallen) break;
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
		const result = await house.reeve.run({ autoFix: true });
		await expectFailed(result, new RegExp(`role for Lord \\(ID ${lord}\\) no longer exists.*DISCORD_LORD_ROLE`));
	});
});
