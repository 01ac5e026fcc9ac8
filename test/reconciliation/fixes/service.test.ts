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
	const flushOutbox = vi.fn(async () => {});
	const store = stub<Store>({
		recordHold,
		openIssues: async () =>
			[...ports.ledger.issues.values()].filter(({ status }) => status === 'OPEN').map((issue) => ({ ...issue, lastRunId: 'run_1' })),
		newestReading: async () => {
			const detection = ports.ledger.runs[0]?.found?.detection;
			return detection === undefined ? null : { runId: 'run_1', ...detection };
		}
	});
	const service = (track: Track = (work) => work()) =>
		createFixService({ ports, store, settings: SETTINGS, holdChannels: ['report', 'mail'], flushOutbox, track });
	return { ports, recordHold, flushOutbox, service };
}

describe('FixService.planBulk', () => {
	it('stores a refused plan as a hold for the configured channels and flushes the outbox', async () => {
		const { ports, recordHold, flushOutbox, service } = await guildWithIssues(5);
		const plan = await service().planBulk('all', 'ada');
		expect(plan?.hold).toMatchObject({ losing: 5, holders: 6 });
		expect(recordHold).toHaveBeenCalledExactlyOnceWith(
			expect.objectContaining({
				scope: 'all',
				losing: 5,
				planHash: plan?.planHash,
				actor: 'ada',
				at: ports.now(),
				channels: ['report', 'mail']
			})
		);
		expect(flushOutbox).toHaveBeenCalledOnce();
	});

	it('stores no hold for a plan that the safety check allows', async () => {
		const { recordHold, flushOutbox, service } = await guildWithIssues(2, 30);
		expect(await service().planBulk('all', 'ada')).toMatchObject({ hold: null, issues: [{}, {}] });
		expect(recordHold).not.toHaveBeenCalled();
		expect(flushOutbox).not.toHaveBeenCalled();
	});

	it('returns null when no issue is open', async () => {
		const { recordHold, service } = await guildWithIssues(0);
		expect(await service().planBulk('all', 'ada')).toBeNull();
		expect(recordHold).not.toHaveBeenCalled();
	});

	it('returns the plan and reports the error when the outbox cannot be flushed', async () => {
		const { ports, flushOutbox, service } = await guildWithIssues(5);
		const failure = new Error('the mail server is away');
		flushOutbox.mockRejectedValue(failure);
		expect((await service().planBulk('all', 'ada'))?.hold).not.toBeNull();
		await vi.waitFor(() => expect(ports.unexpectedErrors).toEqual([failure]));
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
