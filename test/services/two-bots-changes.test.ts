import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import type { LoggedRequest } from '../../sandbox/services/core/request-log.js';
import { managedRolesOf, reconcile } from '../end-to-end/operator.js';
import { databaseUrl, execute } from './databases.js';

const BOB = '300000000000000002';
const WORLD = {
	guild: { members: [{ id: BOB, username: 'bob', roles: [] }] },
	stripe: {
		customers: [{ id: 'cus_bob', metadata: { discord_id: BOB } }],
		subscriptions: [{ id: 'sub_bob', customer: 'cus_bob', status: 'canceled', price: 'price_knight' }]
	}
};
const ENV = { RECONCILIATION_EVENTS_SECONDS: 1, RECONCILIATION_SETTLE_SECONDS: 0, RECONCILIATION_AUTO_FIX: true };

describe('two processes on PostgreSQL that watch changes', () => {
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await Sandbox.start({ world: WORLD, env: ENV });
	});
	afterAll(() => sandbox?.stop());

	const isPoll = ({ path, query }: LoggedRequest) => path === '/v1/events' && query.limit === '100';
	const polls = () => sandbox.requests().filter(isPoll).length;
	const afterPolls = async (more: number) => {
		const before = polls();
		await sandbox.until(() => polls() >= before + more);
	};
	const query = (sql: string) => execute(databaseUrl(`reeve_sandbox_${sandbox.port}`), sql);
	const roles = () => managedRolesOf(sandbox, 'bob');

	it('grant a role once, and one of them goes on when the one that reads the events is killed', async () => {
		await reconcile(sandbox);
		await sandbox.startAnother();
		await afterPolls(5);
		sandbox.stripe.update('subscriptions', 'sub_bob', { status: 'active' });
		await sandbox.until(() => roles().includes('Knight'));
		// A fix that a killed process leaves half-done is settled later: that is another test's.
		await sandbox.until(async () => (await sandbox.runs()).some(({ status, issuesFixed }) => status === 'COMPLETED' && issuesFixed === 1));
		await sandbox.kill();
		sandbox.stripe.update('subscriptions', 'sub_bob', { status: 'canceled' });
		await sandbox.until(() => roles().length === 0);
		const grants = sandbox.requests().filter(({ method, path }) => method === 'PUT' && path.includes(`/members/${BOB}/roles/`));
		expect(grants).toHaveLength(1);
		// Whose lease it is now, and that nothing is left.
		await afterPolls(2);
		await query(`DO $$ BEGIN ASSERT (SELECT count(*) FROM "Lease" WHERE name LIKE 'events:%') = 1; END $$`);
	});
});
