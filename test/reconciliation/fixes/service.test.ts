import { describe, expect, it, vi } from 'vitest';
import type { Track } from '../../../src/reconciliation/domain/ports.js';
import { createFixService } from '../../../src/reconciliation/fixes/service.js';
import { runReconciliation } from '../../../src/reconciliation/runs/run.js';
import { customer, subscription, userId } from '../builders.js';
import { FakePorts, SETTINGS } from '../fakes.js';
import { stub } from '../stub.js';

type Store = Parameters<typeof createFixService>[0]['store'];

/** A guild whose open issues are members who hold Knight and no longer pay, among some who do pay. */
async function guildWithIssues(unpaid: number, paid = 1) {
	const ports = new FakePorts();
	for (let number = 1; number <= unpaid + paid; number++) {
		const status = number <= unpaid ? 'canceled' : 'active';
		ports.billing.customers.push(customer({ id: `cus_${number}`, metadataDiscordId: userId(number) }));
		ports.billing.put(subscription({ id: `sub_${number}`, customerId: `cus_${number}`, status }));
		ports.guild.join(userId(number), 'Knight');
	}
	await runReconciliation(ports, SETTINGS);
	const recordHold = vi.fn(async () => {});
	const store = stub<Store>({
		recordHold,
		openIssues: async () =>
			[...ports.ledger.issues.values()].filter(({ status }) => status === 'OPEN').map((issue) => ({ ...issue, lastRunId: 'run_1' })),
		newestReading: async () => ports.ledger.reading()
	});
	const service = (track: Track = (work) => work()) => createFixService({ ports, store, settings: SETTINGS, track });
	return { ports, recordHold, service };
}

describe('FixService.planBulk', () => {
	it('shows a plan that the safety check refuses without storing or announcing anything', async () => {
		const { ports, recordHold, service } = await guildWithIssues(5);
		const plan = await service().planBulk('all');
		expect(plan?.hold).toMatchObject({ losing: 5, holders: 6 });
		expect(recordHold).not.toHaveBeenCalled();
		expect(ports.notifier.delivered).toBe(0);
	});

	it('returns null when no issue is open', async () => {
		const { service } = await guildWithIssues(0);
		expect(await service().planBulk('all')).toBeNull();
	});
});

describe('FixService.requestBulk', () => {
	it('stores and announces the hold on a part that the safety check refuses', async () => {
		const { ports, recordHold, service } = await guildWithIssues(5);
		const plan = await service().planBulk('all');
		const planHash = plan?.parts.removes.planHash ?? '';
		await service().requestBulk({ scope: 'all', part: 'removes', planHash, actor: 'ada' });
		expect(recordHold).toHaveBeenCalledExactlyOnceWith(
			expect.objectContaining({ scope: 'all', losing: 5, planHash, actor: 'ada', at: ports.now(), channels: ['report', 'mail'] })
		);
		expect(ports.notifier.delivered).toBe(1);
	});
});

describe('FixService.apply', () => {
	it('rejects without touching a role once shutdown has begun', async () => {
		const { ports, service } = await guildWithIssues(1, 30);
		const [issue] = [...ports.ledger.issues.values()];
		const shuttingDown = service(() => Promise.reject(new Error('shutting down')));
		await expect(
			shuttingDown.apply({ issueId: issue?.id ?? '', planHash: issue?.planHash ?? '', actor: 'ada', runId: 'run_1' })
		).rejects.toThrow('shutting down');
		expect(ports.touched).toBe(0);
	});
});
