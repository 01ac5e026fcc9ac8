import { describe, expect, it, vi } from 'vitest';
import type { RoleChange } from '../../../src/reconciliation/domain/origin.js';
import {
	createRoleHistory,
	type RoleAuditLog,
	type RoleEntry,
	type RoleHistoryCursor
} from '../../../src/reconciliation/origins/history.js';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const DAY = 86_400_000;

/** Entries are a day apart, the newest an hour old. */
const entry = (id: number, count: number): RoleEntry => {
	const at = new Date(NOW - (count - id) * DAY - 3_600_000);
	const change: RoleChange = { entryId: String(1_000 + id), discordId: '7', roleId: 'r1', granted: true, by: '9', byBot: true, at };
	return { entryId: change.entryId, at, changes: [change, { ...change, roleId: 'other' }] };
};

/** A log of so many entries, in pages of 10. */
class FakeLog {
	public entries: RoleEntry[] = [];
	public readable = true;
	public failures = 0;
	public pages = 0;
	public handlers: Parameters<RoleAuditLog['watch']>[0] | null = null;
	public readonly stored = new Map<string, RoleChange>();
	public cursor: RoleHistoryCursor | null = null;
	public roleIds = ['r1'];
	public failedWrites = 0;

	public fill(count: number): void {
		this.entries = Array.from({ length: count }, (_, id) => entry(id + 1, count));
	}

	public open() {
		return createRoleHistory({
			auditLog: {
				watch: (handlers) => {
					this.handlers = handlers;
					return () => {};
				},
				canRead: () => this.readable,
				ownId: () => '1',
				managedRoleIds: async () => this.roleIds,
				readPage: async (before) => {
					this.pages += 1;
					if (this.failures > 0) {
						this.failures -= 1;
						throw new Error('Discord is down.');
					}
					const older = this.entries.filter(({ entryId }) => before === null || entryId < before);
					return older.toReversed().slice(0, 10);
				}
			},
			store: {
				roleHistoryCursor: async () => this.cursor,
				recordRoleChanges: async (changes, cursor) => {
					if (this.failedWrites > 0) {
						this.failedWrites -= 1;
						throw new Error('The database is down.');
					}
					for (const change of changes) this.stored.set(`${change.entryId} ${change.roleId}`, change);
					if (cursor !== null)
						this.cursor = { ...(this.cursor ?? { coveredSince: new Date(0), lastEntryId: null, roleIds: [] }), ...cursor };
				},
				roleChangesOf: async () => [...this.stored.values()],
				linkEventsOf: async () => new Map()
			},
			now: () => new Date(NOW),
			logger: { warn: () => {} },
			pause: () => new Promise((resolve) => setImmediate(resolve))
		});
	}
}

const coverageOf = async (history: ReturnType<FakeLog['open']>) => (await history.coverage(['r1']))?.since.getTime() ?? null;

describe('createRoleHistory', () => {
	it('reads what Discord keeps, stores the changes of managed roles alone, and covers 45 days', async () => {
		const log = new FakeLog();
		log.fill(60);
		const history = log.open();
		history.start();
		expect(await coverageOf(history)).toBe(NOW - 45 * DAY);
		expect([...log.stored.keys()].every((key) => key.endsWith(' r1'))).toBe(true);
		expect(log.stored.size).toBe(45);
		await history.stop();
	});

	it('reads after a restart only what is missing, and keeps what it covers', async () => {
		const log = new FakeLog();
		log.fill(60);
		const first = log.open();
		first.start();
		await first.coverage(['r1']);
		await first.stop();
		const since = log.cursor?.coveredSince;
		log.entries.push({ ...entry(61, 61), entryId: '1061' });
		log.pages = 0;
		const second = log.open();
		second.start();
		expect(await coverageOf(second)).toBe(since?.getTime());
		expect(log.pages).toBe(1);
		expect(log.cursor?.lastEntryId).toBe('1061');
		await second.stop();
	});

	it('covers no more than it could read within its limit of pages', async () => {
		const log = new FakeLog();
		log.entries = Array.from({ length: 1_500 }, (_, id) => ({ ...entry(id + 1, 1_500), at: new Date(NOW - (1_500 - id) * 1_000) }));
		const history = log.open();
		history.start();
		expect(await coverageOf(history)).toBe(NOW - 1_000 * 1_000);
		expect(log.pages).toBe(100);
		await history.stop();
	});

	it('reads all again for a role that is managed since', async () => {
		const log = new FakeLog();
		log.fill(20);
		const history = log.open();
		history.start();
		await history.coverage(['r1']);
		log.roleIds = ['r1', 'other'];
		expect(await history.coverage(['r1', 'other'])).toBeNull();
		expect(await history.coverage(['r1', 'other'])).not.toBeNull();
		expect(log.stored.size).toBe(40);
		await history.stop();
	});

	it('says nothing while entries may be missing: it may not read, a reading fails, or an entry was not stored', async () => {
		const log = new FakeLog();
		log.fill(5);
		log.readable = false;
		const history = log.open();
		history.start();
		expect(await coverageOf(history)).toBeNull();
		log.readable = true;
		log.failures = 1;
		log.handlers?.onGap();
		expect(await coverageOf(history)).not.toBeNull();
		expect(log.pages).toBeGreaterThan(1);
		// The cursor stays before an entry that was lost, and the log is read again.
		log.failedWrites = 1;
		log.pages = 0;
		log.handlers?.onChange(entry(6, 6));
		await vi.waitFor(() => expect(log.pages).toBeGreaterThan(0));
		expect(await coverageOf(history)).not.toBeNull();
		expect(log.cursor?.lastEntryId).toBe('1005');
		await history.stop();
	});

	it('stores what the gateway reports and moves the cursor with it', async () => {
		const log = new FakeLog();
		log.fill(5);
		const history = log.open();
		history.start();
		await history.coverage(['r1']);
		log.handlers?.onChange({ ...entry(6, 6), entryId: '1006' });
		await history.coverage(['r1']);
		expect(log.cursor?.lastEntryId).toBe('1006');
		await history.stop();
	});
});
