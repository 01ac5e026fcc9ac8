import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BillingEvent, EventPage } from '../../../src/reconciliation/changes/event-cursor.js';
import { type ChangeDeps, createChangeService, type MemberChangeHandlers } from '../../../src/reconciliation/changes/service.js';
import { SourceError } from '../../../src/reconciliation/domain/ports.js';
import type { Touched } from '../../../src/reconciliation/domain/run.js';
import { RunInProgressError } from '../../../src/reconciliation/runs/run.js';
import { MemoryChangeStore } from './memory-store.js';

const POLL_MS = 15_000;
const SETTLE_MS = 30_000;
const MINUTE_MS = 60_000;

function setUp(deps: Partial<ChangeDeps> = {}) {
	const store = new MemoryChangeStore();
	const runs: (Touched | null)[] = [];
	const log: string[] = [];
	const polls: (string | null)[] = [];
	let handlers: MemberChangeHandlers | null = null;
	const events: BillingEvent[] = [];
	const lines = (level: string) => (message: unknown) => void log.push(`${level}: ${message}`);
	const service = createChangeService({
		settings: { pollMs: POLL_MS, settleMs: SETTLE_MS },
		store,
		events: {
			readEvents: async (after): Promise<EventPage> => {
				polls.push(after);
				return { events: events.splice(0), hasMore: false };
			},
			newestEvent: async () => null
		},
		members: {
			watchMembers: (given) => {
				handlers = given;
				return () => {
					handlers = null;
				};
			}
		},
		readSignedEvent: null,
		compare: async (touched) => {
			runs.push(touched);
			return [];
		},
		isPaused: async () => false,
		isSetUp: async () => true,
		lastFullRunAt: async () => null,
		track: (work) => work(),
		shouldContinue: () => true,
		now: () => new Date(),
		logger: { info: lines('info'), warn: lines('warn'), error: lines('error') },
		random: () => 1,
		...deps
	});
	const happens = () => {
		if (handlers === null) throw new Error('No one watches.');
		return handlers;
	};
	return { service, store, runs, log, polls, events, happens, isWatching: () => handlers !== null };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('the change service', () => {
	it('begins with a comparison of everyone, and then reads the events four times a minute and does nothing else', async () => {
		const { service, runs, polls } = setUp();
		service.start();
		await pass(MINUTE_MS);
		expect(runs).toEqual([null]);
		polls.length = 0;
		await pass(10 * MINUTE_MS);
		expect(polls).toHaveLength(40);
		expect(runs).toHaveLength(1);
		await service.stop();
	});

	it('compares a member whose roles changed after the settle time, and one who joined at once', async () => {
		const { service, runs, happens } = setUp();
		service.start();
		await pass(MINUTE_MS);
		runs.length = 0;
		happens().onRolesChanged('1');
		await pass(500);
		happens().onRolesChanged('2');
		happens().onJoin('3');
		await pass(2_000);
		expect(runs).toEqual([{ discordIds: ['3'], customerIds: [] }]);
		await pass(SETTLE_MS);
		// Collected: both in one run, or one after the other.
		expect(runs.slice(1).flatMap((run) => run?.discordIds)).toEqual(['1', '2']);
		await service.stop();
	});

	it('compares a customer of an event as long after it as the settings say', async () => {
		const { service, runs, events } = setUp();
		service.start();
		await pass(MINUTE_MS);
		runs.length = 0;
		const at = new Date();
		events.push({ id: 'evt_1', at, subjects: ['customer:cus_1'] });
		await pass(2_000 + SETTLE_MS - 1);
		expect(runs).toEqual([]);
		await pass(1);
		expect(runs).toEqual([{ discordIds: [], customerIds: ['cus_1'] }]);
		await service.stop();
	});

	it('tries again while another run is in progress, and later and later while a source fails', async () => {
		const attempts: number[] = [];
		let problem: 'busy' | 'failed' | null = 'busy';
		const { service, store } = setUp({
			compare: async () => {
				attempts.push(Date.now());
				if (problem === 'busy') throw new RunInProgressError();
				return problem === null ? [] : null;
			}
		});
		service.start();
		await pass(2_000 + SETTLE_MS + 6_000);
		expect(attempts).toHaveLength(4);
		problem = 'failed';
		attempts.length = 0;
		await pass(20 * MINUTE_MS);
		const gaps = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
		expect(gaps.length).toBeGreaterThan(3);
		expect(gaps).toEqual([...gaps].sort((a, b) => a - b));
		expect(store.rows.size).toBe(1);
		problem = null;
		await pass(20 * MINUTE_MS);
		expect(store.rows.size).toBe(0);
		await service.stop();
	});

	it('logs once that the events cannot be read, and once that they can again', async () => {
		let isAway = true;
		const { service, log } = setUp({
			events: {
				readEvents: async () => {
					if (isAway) throw new SourceError('stripe', 'Stripe has an outage.');
					return { events: [], hasMore: false };
				},
				newestEvent: async () => null
			}
		});
		service.start();
		await pass(30 * MINUTE_MS);
		expect(log).toEqual(["warn: Reading Stripe's events failed, and Reeve tries again: Stripe has an outage."]);
		isAway = false;
		await pass(30 * MINUTE_MS);
		expect(log.slice(1)).toEqual(["info: Reading Stripe's events works again."]);
		await service.stop();
	});

	it('keeps what happens while the database is away', async () => {
		const { service, store, runs, happens, log } = setUp();
		service.start();
		await pass(MINUTE_MS);
		runs.length = 0;
		const { queueChanges } = store;
		Object.assign(store, { queueChanges: () => Promise.reject(new SourceError('database', 'The database is away.')) });
		happens().onRolesChanged('1');
		happens().onJoin('1');
		happens().onRolesChanged('2');
		await pass(10_000);
		Object.assign(store, { queueChanges });
		await pass(MINUTE_MS);
		expect(runs.flatMap((run) => run?.discordIds)).toEqual(['1', '2']);
		expect(log).toEqual([
			'warn: Storing what changed failed, and Reeve tries again: The database is away.',
			'info: Storing what changed works again.'
		]);
		await service.stop();
	});

	it('does nothing more once it is stopped, stores what it has, and lets another process read the events', async () => {
		const { service, store, runs, polls, happens, isWatching } = setUp();
		service.start();
		await pass(MINUTE_MS);
		happens().onRolesChanged('1');
		await service.stop();
		expect([...store.rows.keys()]).toEqual(['member:1']);
		expect(isWatching()).toBe(false);
		expect(await store.acquireEventLease('another', 60)).toBe(true);
		const before = [runs.length, polls.length];
		await pass(10 * MINUTE_MS);
		expect([runs.length, polls.length]).toEqual(before);
		expect(vi.getTimerCount()).toBe(0);
	});

	it('lets one of several processes read the events, and another one go on when it is gone', async () => {
		const first = setUp();
		const second = setUp({ store: first.store });
		first.service.start();
		await pass(100);
		second.service.start();
		await pass(5 * MINUTE_MS);
		expect(second.polls).toEqual([]);
		await first.service.stop();
		await pass(MINUTE_MS);
		expect(second.polls.length).toBeGreaterThan(2);
		await second.service.stop();
	});

	it('does nothing if the settings say that only full runs find drift', async () => {
		const { service, polls, isWatching } = setUp({ settings: null, readSignedEvent: () => null });
		service.start();
		await pass(10 * MINUTE_MS);
		expect([polls, isWatching(), service.receiveEvent, await service.status()]).toEqual([[], false, null, null]);
		await service.stop();
	});

	it('queues a signed event once, and one that concerns no member not at all', async () => {
		const event: BillingEvent = { id: 'evt_1', at: new Date(0), subjects: ['customer:cus_1'] };
		const { service, runs } = setUp({ readSignedEvent: (body) => (body === 'other' ? null : event) });
		service.start();
		await pass(MINUTE_MS);
		runs.length = 0;
		await service.receiveEvent?.('other', null);
		await service.receiveEvent?.('event', null);
		await pass(100);
		await service.receiveEvent?.('event', null);
		await pass(MINUTE_MS);
		expect(runs).toEqual([{ discordIds: [], customerIds: ['cus_1'] }]);
		await service.stop();
	});
});
