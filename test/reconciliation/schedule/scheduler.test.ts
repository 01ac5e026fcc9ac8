import { describe, expect, it, vi } from 'vitest';

describe('startReconciliationScheduler', () => {
	it('says what to do if Reeve is not mounted, and waits for the mounted schedule otherwise', async () => {
		vi.resetModules();
		const { mountScheduler, startReconciliationScheduler } = await import('../../../src/reconciliation/schedule/scheduler.js');
		await expect(startReconciliationScheduler()).rejects.toThrow(/^Reeve is not mounted, .*import 'reeve\/register'/);
		const stop = async () => {};
		mountScheduler(async () => stop);
		expect(await startReconciliationScheduler()).toBe(stop);
		mountScheduler(() => Promise.reject(new Error('Reeve does not run.')));
		await expect(startReconciliationScheduler()).rejects.toThrow('Reeve does not run.');
	});
});
