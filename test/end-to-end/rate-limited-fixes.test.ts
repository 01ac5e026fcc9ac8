import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { buttonOf, linesOf, managedRolesOf, reconcile, runCommand } from './operator.js';

const HOUR = 3_600;
const now = () => Math.floor(Date.now() / 1000);
/** Eight who hold Lord and have been in debt for longer than the grace period. */
const people = Array.from({ length: 8 }, (_, index) => ({ id: `30000000000000000${index}`, username: `debtor${index}` }));

/** Role calls wait far longer for their turn than a look at the sources stays fresh. */
const ONE_CALL = { limit: 1, seconds: 5 };

describe('a bulk fix whose role calls wait for Discord’s rate limit', () => {
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await Sandbox.start();
	});
	afterAll(() => sandbox?.stop());
	beforeEach(async () => {
		await sandbox.reset({
			world: {
				guild: { members: people.map((person) => ({ ...person, roles: ['Lord'] })) },
				stripe: {
					customers: people.map(({ id }) => ({ id: `cus_${id}`, metadata: { discord_id: id } })),
					subscriptions: people.map(({ id }) => ({
						id: `sub_${id}`,
						customer: `cus_${id}`,
						status: 'past_due',
						price: 'price_lord',
						created: now() - 300 * 24 * HOUR,
						failedAt: now() - 100 * HOUR
					}))
				}
			},
			env: { RECONCILIATION_MAX_REVOKE_PERCENT: '100' }
		});
		sandbox.discord.setLimits({ memberRoles: ONE_CALL });
		await reconcile(sandbox);
	});

	const roleCalls = () => sandbox.requests().filter(({ method, path }) => method !== 'GET' && path.includes('/roles/'));
	const holders = () => people.filter(({ username }) => managedRolesOf(sandbox, username).includes('Lord'));
	/** Presses the button that removes access, and waits for the first role call. */
	async function fixAll(): Promise<void> {
		const { answer } = await runCommand(sandbox, 'reconcile fix', { all: true });
		sandbox.click('operator', answer.id, buttonOf(answer, /Remove access/));
		await sandbox.until(() => roleCalls().some(({ status }) => status === 204));
	}
	const settled = () => sandbox.until(async () => (await sandbox.issues()).every(({ status }) => status === 'RESOLVED'));

	test('takes nothing from members who pay while it waits, and takes back what it has given', async () => {
		await fixAll();
		for (const { id } of people) sandbox.stripe.update('subscriptions', `sub_${id}`, { status: 'active' });
		await settled();
		for (const { username } of people) expect([username, managedRolesOf(sandbox, username)]).toEqual([username, ['Lord']]);
		expect(roleCalls().filter(({ status }) => status === 204)).toHaveLength(2);
	});

	test('changes no role of a member after the operator has read that they are exempt', async () => {
		await fixAll();
		await Promise.all(
			people.map(async ({ id, username }) => {
				const { answer } = await runCommand(sandbox, 'reconcile exempt', { member: username, reason: 'a guest' });
				expect(answer.content).toContain('Reeve leaves their roles as they are');
				const held = managedRolesOf(sandbox, username);
				const sent = roleCalls().filter(({ path }) => path.includes(id)).length;
				await settled();
				expect([username, managedRolesOf(sandbox, username)]).toEqual([username, held]);
				expect(roleCalls().filter(({ path }) => path.includes(id))).toHaveLength(sent);
			})
		);
		expect(holders()).toHaveLength(people.length);
		expect(linesOf(sandbox).filter((line) => line.includes('exempted'))).toHaveLength(people.length);
	});

	test('looks at each member a few times only, however long it waits', async () => {
		await fixAll();
		const before = sandbox.requests().length;
		await sandbox.until(() => roleCalls().filter(({ status }) => status === 204).length >= 4);
		const reads = sandbox
			.requests()
			.slice(before)
			.filter(({ target, path }) => target === 'stripe' && path === '/v1/subscriptions');
		// Three calls were waited for. Fixes that started meanwhile look once; the one whose turn it is looks again.
		expect(reads.length).toBeLessThanOrEqual(12);
		sandbox.discord.setLimits({ memberRoles: { limit: 1_000, seconds: 1 } });
		await sandbox.until(async () => (await sandbox.issues()).every(({ status }) => status === 'FIXED'));
		for (const { username } of people) expect(managedRolesOf(sandbox, username)).toEqual(['Debtor']);
	});
});
