import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/reconciliation/changes/change.js';
import type { BillingEvent } from '../../../src/reconciliation/changes/event-cursor.js';
import type { Database } from '../../../src/store/connection/database.js';
import { ledgerOf, minute } from '../builders.js';

const SETTLE_MS = 30_000;
const second = (seconds: number) => minute(seconds / 60);
const when = (seconds: number) => ({ settleMs: SETTLE_MS, now: second(seconds) });
const change = (subject: Change['subject'], seconds: number, urgent = false): Change => ({ subject, at: second(seconds), urgent });
const event = (id: string, seconds: number, customer: string): BillingEvent => ({
	id,
	at: second(seconds),
	subjects: [`customer:${customer}`]
});

export function changeContract(database: () => Database): void {
	describe('changes', () => {
		it('are due after collecting and settling, merged by subject', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.nextChangeDueAt()).toBeNull();
			await ledger.queueChanges([change('member:1', 0), change('customer:cus_1', 0), change('member:1', 1)], when(1));
			expect(await ledger.nextChangeDueAt()).toEqual(second(32));
			expect(await ledger.dueChanges(second(31))).toEqual([]);
			expect(await ledger.dueChanges(second(32))).toMatchObject([{ subject: 'customer:cus_1', firstAt: second(0), dueAt: second(32) }]);
			await ledger.queueChanges([change('member:1', 5, true)], when(5));
			expect(await ledger.dueChanges(second(7))).toMatchObject([
				{ subject: 'member:1', firstAt: second(0), dueAt: second(7), urgent: true }
			]);
		});

		it('stay if they changed again after they were taken', async () => {
			const { ledger } = ledgerOf(database());
			await ledger.queueChanges([change('member:1', 0), change('member:2', 0)], when(0));
			const taken = await ledger.dueChanges(second(60));
			await ledger.queueChanges([change('member:1', 61)], when(61));
			await ledger.removeChanges(taken);
			expect((await ledger.dueChanges(second(600))).map(({ subject }) => subject)).toEqual(['member:1']);
			// What was removed and came back has another version, too.
			await ledger.queueChanges([change('member:2', 62)], when(62));
			await ledger.removeChanges(taken);
			expect(await ledger.countChanges()).toMatchObject({ queued: 2, oldestAt: second(0) });
		});

		it('of several processes at once are all kept', async () => {
			const { ledger, guildId } = ledgerOf(database());
			const other = ledgerOf(database(), guildId).ledger;
			const batches = Array.from({ length: 20 }, (_, batch) =>
				(batch % 2 === 0 ? ledger : other).queueChanges(
					Array.from({ length: 50 }, (_, index) => change(`member:${(batch * 7 + index) % 100}`, batch)),
					when(batch)
				)
			);
			await Promise.all([...batches, ledger.removeChanges([{ subject: 'member:1', version: 'none' }])]);
			expect((await ledger.dueChanges(second(1_000))).length).toBe(100);
		});

		it('never lie in the future, so that a wrong clock cannot delay them', async () => {
			const { ledger } = ledgerOf(database());
			await ledger.queueChanges([change('member:1', 9_000)], when(10));
			expect(await ledger.nextChangeDueAt()).toEqual(second(42));
		});
	});

	describe('the position in the events', () => {
		it('begins at the newest event, with everyone', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.eventCursor()).toBeNull();
			expect(await ledger.countChanges()).toEqual({ queued: 0, oldestAt: null, readAt: null, newestEventAt: null });
			await ledger.restartEvents(event('evt_1', 0, 'cus_1'), when(5));
			expect(await ledger.eventCursor()).toEqual({ eventId: 'evt_1', seen: [], readAt: second(5), newestAt: second(0) });
			expect(await ledger.dueChanges(second(60))).toMatchObject([{ subject: 'all' }]);
		});

		it('moves together with the changes, once for a page', async () => {
			const { ledger } = ledgerOf(database());
			await ledger.restartEvents(null, when(0));
			await ledger.removeChanges(await ledger.dueChanges(second(100)));
			const cursor = await ledger.eventCursor();
			if (cursor === null) throw new Error('There is no cursor.');
			const page = { events: [event('evt_2', 99, 'cus_2'), event('evt_1', 10, 'cus_1')], hasMore: false };
			const recorded = await Promise.all([1, 2, 3].map(() => ledger.recordEvents(cursor, page, when(100))));
			expect(recorded.filter(Boolean)).toHaveLength(1);
			expect(await ledger.eventCursor()).toEqual({ eventId: 'evt_1', seen: ['evt_2'], readAt: second(100), newestAt: second(99) });
			expect(await ledger.countChanges()).toEqual({ queued: 2, oldestAt: second(10), readAt: second(100), newestEventAt: second(99) });
		});

		it('knows the events that arrived by themselves', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.recordEvent(event('evt_0', 0, 'cus_1'), when(0))).toBe(true);
			await ledger.restartEvents(event('evt_0', 0, 'cus_1'), when(1));
			await ledger.removeChanges(await ledger.dueChanges(second(100)));
			expect(await ledger.recordEvent(event('evt_0', 0, 'cus_1'), when(2))).toBe(false);
			expect(await ledger.recordEvent(event('evt_1', 50, 'cus_1'), when(50))).toBe(true);
			expect(await ledger.recordEvent(event('evt_1', 50, 'cus_1'), when(51))).toBe(false);
			const [queued] = await ledger.dueChanges(second(100));
			const cursor = await ledger.eventCursor();
			if (cursor === null) throw new Error('There is no cursor.');
			await ledger.recordEvents(cursor, { events: [event('evt_1', 50, 'cus_1')], hasMore: false }, when(60));
			expect(await ledger.dueChanges(second(100))).toEqual([queued]);
		});
	});

	describe('the lease to read events', () => {
		it('has one holder, and is free when released', async () => {
			const { ledger } = ledgerOf(database());
			expect(await Promise.all(['a', 'b'].map((holder) => ledger.acquireEventLease(holder, 60)))).toContain(false);
			const holder = (await ledger.acquireEventLease('a', 60)) ? 'a' : 'b';
			const other = holder === 'a' ? 'b' : 'a';
			expect(await ledger.acquireEventLease(other, 60)).toBe(false);
			expect(await ledger.acquireLease('run', 60)).toBe(true);
			await ledger.releaseEventLease(other);
			expect(await ledger.acquireEventLease(other, 60)).toBe(false);
			await ledger.releaseEventLease(holder);
			expect(await ledger.acquireEventLease(other, 60)).toBe(true);
		});
	});
}
