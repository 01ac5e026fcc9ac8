import { describe, expect, it, vi } from 'vitest';
import { type HousekeepingDeps, housekeep } from '../../../src/reconciliation/health/housekeeping.js';
import type { OutboxDeps } from '../../../src/reconciliation/outbox/outbox.js';
import { NOW } from '../builders.js';
import { stub } from '../stub.js';

const HOUR_MS = 3_600_000;

/** Housekeeping over a database whose last successful run is `hoursAgo` hours old, with everything it does in order. */
function fixture({ hoursAgo = 1, mails = true, paused = false } = {}) {
	const calls: string[] = [];
	const claimMessages = vi.fn<OutboxDeps['outbox']['claimMessages']>(async () => {
		calls.push('flush');
		return [];
	});
	const addMessages = vi.fn<OutboxDeps['outbox']['addMessages']>(async () => void calls.push('alert'));
	const store = stub<HousekeepingDeps['store']>({
		claimMessages,
		addMessages,
		runningSince: async () => null,
		lastSuccessAt: async () => new Date(NOW.getTime() - hoursAgo * HOUR_MS),
		installedAt: async () => new Date(0),
		lastPauseEnd: async () => null,
		currentPause: async () => null,
		maintain: async (now) => void calls.push(`maintain ${now.toISOString()}`)
	});
	const messenger = stub<OutboxDeps['messenger']>({ mails, webhooks: false });
	const deps: HousekeepingDeps = {
		store,
		outbox: { outbox: store, messenger, now: () => NOW, onAttempt: () => {}, logger: { error: () => {} } },
		recover: async () => void calls.push('recover'),
		pausedBySettings: paused
	};
	return { calls, claimMessages, addMessages, deps };
}

describe('housekeep', () => {
	it('recovers, flushes what is due, then maintains the database', async () => {
		const { calls, claimMessages, deps } = fixture();
		await housekeep(deps, { atStart: false });
		expect(calls).toEqual(['recover', 'flush', `maintain ${NOW.toISOString()}`]);
		expect(claimMessages).toHaveBeenCalledExactlyOnceWith({ due: NOW, failedToo: false }, expect.any(Date));
	});

	it('alerts the channel and the mailbox before it flushes when no run succeeded for 27 hours', async () => {
		const { calls, addMessages, deps } = fixture({ hoursAgo: 27 });
		await housekeep(deps, { atStart: false });
		expect(calls).toEqual(['alert', 'recover', 'flush', `maintain ${NOW.toISOString()}`]);
		expect(addMessages).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^overdue:/), ['report', 'mail'], NOW);
	});

	it('alerts the channel alone when no mail is configured', async () => {
		const { addMessages, deps } = fixture({ hoursAgo: 27, mails: false });
		await housekeep(deps, { atStart: false });
		expect(addMessages).toHaveBeenCalledExactlyOnceWith(expect.any(String), ['report'], NOW);
	});

	it('does not alert while the settings pause the schedule', async () => {
		const { addMessages, deps } = fixture({ hoursAgo: 27, paused: true });
		await housekeep(deps, { atStart: false });
		expect(addMessages).not.toHaveBeenCalled();
	});

	it('only delivers at start, failed messages included, and does not alert about a missed day', async () => {
		const { calls, claimMessages, deps } = fixture({ hoursAgo: 27 });
		await housekeep(deps, { atStart: true });
		expect(calls).toEqual(['flush']);
		expect(claimMessages).toHaveBeenCalledExactlyOnceWith({ due: NOW, failedToo: true }, expect.any(Date));
	});
});
