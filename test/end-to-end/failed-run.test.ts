import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import type { Fault } from '../../sandbox/services/core/faults.js';
import { managedRolesOf, reconcile } from './operator.js';

const PAYERS = 150;

/** Every member pays and holds the right role, so every reported issue is wrong. */
function world() {
	const ids = Array.from({ length: PAYERS }, (_, index) => String(300000000000000000n + BigInt(index)));
	return {
		guild: { members: ids.map((id, index) => ({ id, username: `person${index}`, roles: ['Knight'] })) },
		stripe: {
			customers: ids.map((id, index) => ({ id: `cus_${index}`, metadata: { discord_id: id } })),
			// Created in the same second, so the pages are read one after another.
			subscriptions: ids.map((_, index) => ({
				id: `sub_${index}`,
				customer: `cus_${index}`,
				status: 'active',
				price: 'price_knight',
				created: 1_700_000_000
			}))
		}
	};
}

describe('a run without complete data fails, reports no issue, revokes nothing and says why', () => {
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await Sandbox.start({ world: world(), env: { RECONCILIATION_AUTO_FIX: 'true' } });
		expect((await reconcile(sandbox)).run).toMatchObject({ status: 'COMPLETED', issuesFound: 0 });
	});
	afterAll(() => sandbox?.stop());
	beforeEach(() => sandbox.faults.clear());

	test.each<[string, Omit<Fault, 'id'>, RegExp]>([
		['Stripe errs on the second page', { target: 'stripe', kind: '500', match: 'GET /v1/subscriptions', after: 1 }, /Stripe/],
		['Stripe cuts the connection on every page', { target: 'stripe', kind: 'drop', match: 'GET /v1/subscriptions' }, /Stripe/],
		[
			'Stripe refuses the key',
			{ target: 'stripe', kind: 'status', status: 401, body: { error: { type: 'invalid_request_error', message: 'Invalid API Key' } } },
			/key/
		],
		['Stripe repeats a page', { target: 'stripe', kind: 'repeat', match: 'GET /v1/subscriptions', after: 1, times: 1 }, /Stripe/],
		[
			'Stripe gives an empty list where there were customers',
			{ target: 'stripe', kind: 'empty', match: 'GET /v1/subscriptions' },
			/no subscription at all where the last good run read 150/
		],
		['a chunk of the member list is missing', { target: 'gateway', kind: 'missing-chunk' }, /^Discord sent 1 of 2 member chunks/]
	])('when %s', async (_, fault, why) => {
		sandbox.faults.add(fault);
		const { answer, run, report } = await reconcile(sandbox);
		expect(answer).toMatch(/^The run failed/);
		expect(run).toMatchObject({ status: 'FAILED', issuesFound: 0, issuesFixed: 0, issues: [] });
		expect(run.failure).toMatch(why);
		expect(report.embeds[0]?.title).toBe('Reconciliation failed');
		expect(await sandbox.issues()).toEqual([]);
		expect(sandbox.guild().members.filter(({ id }) => managedRolesOf(sandbox, id).length > 0)).toHaveLength(PAYERS);
	});

	test("when a managed role is above Reeve's own, with the remedy", async () => {
		sandbox.discord.moveRole('Lord', 99);
		const { run } = await reconcile(sandbox);
		expect(run).toMatchObject({ status: 'FAILED', issues: [] });
		expect(run.failure).toMatch(/Reeve's role is below Lord: .* drag Reeve's role above it/);
		sandbox.discord.moveRole('Lord', 1);
		expect((await reconcile(sandbox)).run).toMatchObject({ status: 'COMPLETED', issuesFound: 0 });
	});

	test('when a managed role was deleted', async () => {
		sandbox.discord.deleteRole('Lord');
		const { run } = await reconcile(sandbox);
		expect(run).toMatchObject({ status: 'FAILED', issues: [] });
		expect(run.failure).toMatch(/role for Lord .* no longer exists/);
	});
});

describe('auto-fix', () => {
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await Sandbox.start();
	});
	afterAll(() => sandbox?.stop());

	test('grants roles at once, and holds revocations of too many members', async () => {
		const { guild, stripe } = world();
		stripe.subscriptions = stripe.subscriptions.map((subscription, index) =>
			index < 30 ? { ...subscription, status: 'canceled' } : subscription
		);
		const [payer] = guild.members.slice(-1);
		guild.members = guild.members.map((member) => (member === payer ? { ...member, roles: [] } : member));
		await sandbox.reset({ world: { guild, stripe }, env: { RECONCILIATION_AUTO_FIX: 'true' } });
		const { run, report } = await reconcile(sandbox);
		expect(run).toMatchObject({ status: 'COMPLETED', issuesFound: 31, issuesFixed: 1, held: { losing: 30 } });
		expect(managedRolesOf(sandbox, payer?.id as string)).toEqual(['Knight']);
		expect(managedRolesOf(sandbox, guild.members[0]?.id as string)).toEqual(['Knight']);
		expect(report.embeds[0]?.title).toContain('on hold');
	});

	test('applies all fixes when few members would lose a role', async () => {
		const { guild, stripe } = world();
		stripe.subscriptions = stripe.subscriptions.map((subscription, index) =>
			index < 3 ? { ...subscription, status: 'canceled' } : subscription
		);
		await sandbox.reset({ world: { guild, stripe }, env: { RECONCILIATION_AUTO_FIX: 'true' } });
		const { run } = await reconcile(sandbox);
		expect(run).toMatchObject({ issuesFound: 3, issuesFixed: 3, held: null });
		expect(guild.members.slice(0, 3).map(({ id }) => managedRolesOf(sandbox, id))).toEqual([[], [], []]);
		expect((await reconcile(sandbox)).run).toMatchObject({ issuesFound: 0 });
	});
});
