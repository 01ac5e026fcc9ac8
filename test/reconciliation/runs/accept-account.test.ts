import { describe, expect, it } from 'vitest';
import { acceptAccount } from '../../../src/reconciliation/runs/accept-account.js';
import { runReconciliation } from '../../../src/reconciliation/runs/run.js';
import { customer, subscription, userId } from '../builders.js';
import { FakePorts, SETTINGS } from '../fakes.js';

const AUTO = { ...SETTINGS, autoFix: true };

/** Thirty members pay with live data and hold their role, and a run has seen it. */
async function community(): Promise<FakePorts> {
	const ports = new FakePorts();
	for (let number = 1; number <= 30; number += 1) {
		ports.billing.customers.push(customer({ id: `cus_${number}`, metadataDiscordId: userId(number) }));
		ports.billing.put(subscription({ id: `sub_${number}`, customerId: `cus_${number}` }));
		ports.guild.join(userId(number), 'Knight');
	}
	expect(await runReconciliation(ports, AUTO)).toMatchObject({ status: 'COMPLETED', issuesFound: 0 });
	ports.pass({ hours: 24 });
	return ports;
}

/** The key is now one for test data, where one member no longer pays. */
function useTestKey(ports: FakePorts): void {
	ports.billing.livemode = false;
	ports.billing.put(subscription({ id: 'sub_1', customerId: 'cus_1', status: 'canceled' }));
}

const accept = (ports: FakePorts, typed: string | null) => acceptAccount(ports, { typed, actor: 'ada' });

describe('acceptAccount', () => {
	it('accepts nothing while Stripe gives what the last good run leads one to expect', async () => {
		const ports = await community();
		expect(await accept(ports, 'test data')).toEqual({ kind: 'nothing-to-accept' });
		expect(await accept(new FakePorts(), 'test data')).toEqual({ kind: 'nothing-to-accept' });
		expect(ports.ledger.acceptedAccounts).toEqual([]);
	});

	it.each([null, '', 'yes', 'new account'])('stores nothing for %j, and says what there is to accept', async (typed) => {
		const ports = await community();
		useTestKey(ports);
		expect(await accept(ports, typed)).toEqual({ kind: 'not-confirmed', change: 'test-data', subscriptionsBefore: 30 });
		expect(ports.ledger.acceptedAccounts).toEqual([]);
		expect(await runReconciliation(ports, AUTO)).toMatchObject({
			status: 'FAILED',
			failure: expect.stringContaining('/reconcile accept-account')
		});
	});

	it('lets runs on test data succeed again, without ever taking access by itself', async () => {
		const ports = await community();
		useTestKey(ports);
		expect(await accept(ports, ' Test data ')).toEqual({ kind: 'accepted', change: 'test-data' });
		for (let day = 1; day <= 3; day += 1) {
			expect(await runReconciliation(ports, AUTO)).toMatchObject({
				status: 'COMPLETED',
				issuesFound: 1,
				issuesFixed: 0,
				hold: { losing: 1, reason: expect.stringContaining('another account or mode') }
			});
			ports.pass({ hours: 24 });
		}
		expect(ports.touched).toBe(0);
	});

	it('needs no hold once a run on test data was good', async () => {
		const ports = await community();
		ports.billing.livemode = false;
		await accept(ports, 'test data');
		expect(await runReconciliation(ports, AUTO)).toMatchObject({ status: 'COMPLETED', hold: null });
		ports.pass({ hours: 24 });
		useTestKey(ports);
		expect(await runReconciliation(ports, AUTO)).toMatchObject({ status: 'COMPLETED', issuesFixed: 1, hold: null });
	});

	it('accepts an account without subscriptions by another phrase', async () => {
		const ports = await community();
		ports.billing.subscriptions = [];
		expect(await runReconciliation(ports, AUTO)).toMatchObject({
			status: 'FAILED',
			failure: expect.stringContaining('no subscription at all')
		});
		expect(await accept(ports, 'test data')).toMatchObject({ kind: 'not-confirmed', change: 'new-account' });
		expect(await accept(ports, 'new account')).toEqual({ kind: 'accepted', change: 'new-account' });
		expect(await runReconciliation(ports, AUTO)).toMatchObject({ status: 'COMPLETED', issuesFixed: 0 });
		expect(ports.touched).toBe(0);
	});
});
