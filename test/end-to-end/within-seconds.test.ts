import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import type { LoggedRequest } from '../../sandbox/services/core/request-log.js';
import { managedRolesOf, reconcile } from './operator.js';

const [ADA, BOB, EVE] = ['300000000000000001', '300000000000000002', '300000000000000003'];

/** Ada pays for Knight and has it; Bob's payment failed long ago, and he has nothing; Eve has no link and no role. */
const WORLD = {
	guild: {
		members: [
			{ id: ADA, username: 'ada', roles: ['Knight'] },
			{ id: BOB, username: 'bob', roles: [] },
			{ id: EVE, username: 'eve', roles: [] }
		]
	},
	stripe: {
		customers: [
			{ id: 'cus_ada', metadata: { discord_id: ADA } },
			{ id: 'cus_bob', metadata: { discord_id: BOB } }
		],
		subscriptions: [
			{ id: 'sub_ada', customer: 'cus_ada', status: 'active', price: 'price_knight' },
			{ id: 'sub_bob', customer: 'cus_bob', status: 'canceled', price: 'price_lord' }
		]
	}
};

/** Often enough for a test, and without settle time. */
const QUICK = { RECONCILIATION_EVENTS_SECONDS: 1, RECONCILIATION_SETTLE_SECONDS: 0 };

let sandbox: Sandbox;
afterAll(() => sandbox?.stop());

const isPoll = ({ path, query }: LoggedRequest) => path === '/v1/events' && query.limit === '100';
/** Readings of the events so far. */
const polls = () => sandbox.requests().filter(isPoll).length;
/** Waits until the events have been read so many times more. */
const afterPolls = async (more: number) => {
	const before = polls();
	await sandbox.until(() => polls() >= before + more);
};
/** The runs after a change, newest first. */
const targeted = async () => (await sandbox.runs(50)).filter(({ triggeredBy }) => triggeredBy === 'targeted');
const open = async () => (await sandbox.issues('OPEN')).map(({ discordId, type }) => `${discordId} ${type}`);

/** A first full run, and the comparison of everyone that follows the start, are done. */
async function start(env: Record<string, string | number | boolean> = {}): Promise<void> {
	await sandbox.reset({ world: WORLD, env: { ...QUICK, ...env } });
	// A comparison of everyone may be in progress.
	await sandbox.until(() => reconcile(sandbox));
	await sandbox.until(async () =>
		(await sandbox.runs()).some(({ triggeredBy, status }) => triggeredBy === 'manual' && status === 'COMPLETED')
	);
	await afterPolls(5);
}

describe('within seconds, with automatic fixes', () => {
	beforeAll(async () => {
		sandbox ??= await Sandbox.start();
	});
	beforeEach(() => start({ RECONCILIATION_AUTO_FIX: true }));

	it('gives the role back when a payment is made, and compares nothing more because of its own change', async () => {
		sandbox.stripe.update('subscriptions', 'sub_bob', { status: 'active' });
		await sandbox.until(() => managedRolesOf(sandbox, 'bob').includes('Lord'));
		await sandbox.until(async () => (await targeted()).find(({ status }) => status === 'COMPLETED'));
		const runs = (await targeted()).length;
		await afterPolls(5);
		expect((await targeted()).length).toBe(runs);
	});

	it('gives a payer who comes back the role, whatever the settle time', async () => {
		await sandbox.restart('SIGTERM', { RECONCILIATION_SETTLE_SECONDS: '3600' });
		await afterPolls(2);
		sandbox.discord.leave('ada');
		sandbox.discord.join({ id: ADA as string, username: 'ada' });
		expect(managedRolesOf(sandbox, 'ada')).toEqual([]);
		await sandbox.until(() => managedRolesOf(sandbox, 'ada').includes('Knight'));
	});

	it('makes no request to Discord and one to Stripe for each reading while nothing changes', async () => {
		const before = sandbox.requests().length;
		await afterPolls(10);
		const idle = sandbox.requests().slice(before);
		expect(idle.filter((request) => !isPoll(request) && request.method !== 'HEARTBEAT')).toEqual([]);
	});
});

describe('within seconds, without automatic fixes', () => {
	beforeAll(async () => {
		sandbox ??= await Sandbox.start();
	});
	beforeEach(() => start());

	it('finds a role that someone granted by hand', async () => {
		sandbox.discord.changeRoles({ user: 'eve', add: ['Lord'] });
		await sandbox.until(async () => (await open()).includes(`${EVE} UNAUTHORIZED_ACCESS`));
		sandbox.discord.changeRoles({ user: 'eve', remove: ['Lord'] });
		await sandbox.until(async () => (await open()).length === 0);
	});

	it('finds what happened while it was not running', async () => {
		await sandbox.kill();
		sandbox.stripe.update('subscriptions', 'sub_bob', { status: 'active' });
		sandbox.discord.changeRoles({ user: 'eve', add: ['Knight'] });
		await sandbox.restart();
		await sandbox.until(async () => {
			const found = await open();
			return found.includes(`${BOB} MISSING_ACCESS`) && found.includes(`${EVE} UNAUTHORIZED_ACCESS`);
		});
	});

	it('finds it once, and reports it once, after it was killed during the comparison', async () => {
		const hangs = () => sandbox.requests().some(({ path, status }) => path.startsWith('/v1/') && path !== '/v1/events' && status === null);
		sandbox.faults.add({ target: 'stripe', kind: 'hold', match: 'GET /v1/subscriptions' });
		sandbox.faults.add({ target: 'stripe', kind: 'hold', match: 'GET /v1/customers' });
		sandbox.stripe.update('subscriptions', 'sub_bob', { status: 'active' });
		await sandbox.until(hangs);
		await sandbox.kill();
		sandbox.faults.clear();
		await sandbox.restart();
		const reports = () => sandbox.messages().filter(({ embeds }) => JSON.stringify(embeds).includes(BOB as string));
		await sandbox.until(async () => (await open()).includes(`${BOB} MISSING_ACCESS`) && reports().length > 0);
		await afterPolls(5);
		expect([(await sandbox.issues()).length, reports().length]).toEqual([1, 1]);
	});

	it('finds what happened while Discord did not send it', async () => {
		sandbox.faults.add({ target: 'gateway', kind: 'invalid-session', times: 1 });
		sandbox.discord.changeRoles({ user: 'eve', add: ['Lord'] });
		await sandbox.until(async () => (await open()).includes(`${EVE} UNAUTHORIZED_ACCESS`));
	});

	it('finds a canceled subscription once its period has ended, and nothing in a refund or a dispute', async () => {
		sandbox.stripe.refund('sub_ada');
		sandbox.stripe.dispute('sub_ada');
		await afterPolls(3);
		expect(await open()).toEqual([]);
		sandbox.stripe.update('subscriptions', 'sub_ada', { cancel_at_period_end: true });
		sandbox.stripe.advance('sub_ada');
		await sandbox.until(async () => (await open()).includes(`${ADA} UNAUTHORIZED_ACCESS`));
	});

	it('finds a debt once it is older than the grace period', async () => {
		sandbox.stripe.failPayment('sub_ada');
		await afterPolls(3);
		expect(await open()).toEqual([]);
		sandbox.stripe.advance('sub_ada', { days: 5 });
		await sandbox.until(async () => (await open()).some((issue) => issue.startsWith(ADA as string)));
	});

	it('keeps what changes during a pause, and compares it afterwards', async () => {
		sandbox.command('operator', 'reconcile pause');
		await sandbox.until(async () => (await sandbox.audit()).some(({ action }) => action === 'pause'));
		const runs = (await targeted()).length;
		sandbox.stripe.update('subscriptions', 'sub_bob', { status: 'active' });
		await afterPolls(5);
		expect((await targeted()).length).toBe(runs);
		sandbox.command('operator', 'reconcile resume');
		await sandbox.until(async () => (await open()).includes(`${BOB} MISSING_ACCESS`));
	});

	it('tries again after Stripe could not be read', async () => {
		const failures = () => sandbox.requests().filter(({ status }) => status === 500).length;
		sandbox.faults.add({ target: 'stripe', kind: '500', times: 5 });
		sandbox.stripe.update('subscriptions', 'sub_bob', { status: 'active' });
		await sandbox.until(() => failures() === 5);
		await sandbox.until(async () => (await open()).includes(`${BOB} MISSING_ACCESS`), 180_000);
	});

	it('reads a burst of events within the pace, and compares all customers', async () => {
		const change = (events: number) => {
			for (let index = 0; index < events; index += 1)
				sandbox.stripe.update('customers', index % 2 === 0 ? 'cus_ada' : 'cus_bob', { name: `Name ${index} of ${events}` });
		};
		// The first events of this account: more than a page of them are a gap, after which the reading begins at the newest.
		change(2 * PAGE);
		await afterPolls(3);
		const before = polls();
		change(EVENTS);
		sandbox.stripe.update('subscriptions', 'sub_bob', { status: 'active' });
		await sandbox.until(async () => (await open()).includes(`${BOB} MISSING_ACCESS`));
		await sandbox.until(() => polls() - before > EVENTS / PAGE);
		const toStripe = sandbox.requests().filter(({ target }) => target === 'stripe');
		expect(toStripe.filter(({ status }) => status === 429)).toEqual([]);
		expect(busiestSecond(toStripe.map(({ at }) => Date.parse(at)))).toBeLessThanOrEqual(2 * TEST_RATE);
	});
});

/** Events of a burst, and of a page. */
const EVENTS = 10_000;
const PAGE = 100;

/** Requests per second with a test key. */
const TEST_RATE = 10;

/** The most times within any second. */
function busiestSecond(times: readonly number[]): number {
	return Math.max(...times.map((start, index) => times.slice(index).filter((time) => time < start + 1_000).length));
}
