import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { managedRolesOf, reconcile, runCommand } from './operator.js';

/** Lives through a run in live mode that was followed by a key for test data. */

const ADA = '300000000000000001';
let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await Sandbox.start({
		world: {
			guild: { members: [{ id: ADA, username: 'ada', roles: ['Knight'] }] },
			stripe: {
				customers: [{ id: 'cus_ada', metadata: { discord_id: ADA } }],
				subscriptions: [{ id: 'sub_ada', customer: 'cus_ada', status: 'active', price: 'price_knight' }]
			}
		},
		env: { RECONCILIATION_AUTO_FIX: 'true' }
	});
	sandbox.stripe.setLivemode(true);
	expect((await reconcile(sandbox)).run).toMatchObject({ status: 'COMPLETED', issuesFound: 0 });
	sandbox.stripe.setLivemode(false);
	sandbox.stripe.update('subscriptions', 'sub_ada', { status: 'canceled' });
});
afterAll(() => sandbox?.stop());

const accept = async (confirm?: string) =>
	(await runCommand(sandbox, 'reconcile accept-account', confirm === undefined ? {} : { confirm })).answer.content;

test('a run fails and says how to accept the test data; the doctor says the same', async () => {
	expect((await reconcile(sandbox)).run).toMatchObject({ status: 'FAILED', failure: expect.stringContaining('/reconcile accept-account') });
	const { answer } = await runCommand(sandbox, 'reconcile doctor');
	expect(JSON.stringify(answer.embeds)).toContain('The key is for test data, and the last good run read live data');
});

test('accepts nothing before the operator has typed what it is', async () => {
	for (const typed of [undefined, 'yes']) expect(await accept(typed)).toContain('/reconcile accept-account confirm:test data');
	expect((await reconcile(sandbox)).run.status).toBe('FAILED');
});

test('lets runs succeed once it is accepted, and takes no role even with automatic fixes', async () => {
	expect(await accept('test data')).toContain("You have accepted Stripe's test data");
	// The announcement follows the reply.
	await sandbox.until(() => sandbox.messages().at(-1)?.content.includes("accepted that Reeve works with Stripe's test data"));
	expect((await reconcile(sandbox)).run).toMatchObject({ status: 'COMPLETED', issuesFound: 1, issuesFixed: 0 });
	expect(managedRolesOf(sandbox, ADA)).toEqual(['Knight']);
	expect((await sandbox.audit()).filter(({ action }) => action === 'accept-account')).toHaveLength(1);
	expect(await accept('test data')).toContain('You have accepted');
});
