import { debounce, type QueuedChange, type Subject } from '../../../src/reconciliation/changes/change.js';
import { advance, type BillingEvent, type EventCursor } from '../../../src/reconciliation/changes/event-cursor.js';
import type { ChangeStore } from '../../../src/reconciliation/changes/store.js';

/** The process was killed. */
export class Killed extends Error {}

/** A change store that outlives its processes, which can be killed before or after any transaction. */
export class MemoryChangeStore implements ChangeStore {
	public readonly rows = new Map<Subject, QueuedChange>();
	private cursor: EventCursor | null = null;
	private versions = 0;
	private leaseHolder: string | null = null;
	/** Transactions until the process is killed; an odd number: before one is committed, an even one: after. */
	public stepsLeft = Number.POSITIVE_INFINITY;

	private step(): void {
		this.stepsLeft -= 1;
		if (this.stepsLeft <= 0) throw new Killed();
	}

	private async transaction<Result>(work: () => Result): Promise<Result> {
		this.step();
		const result = work();
		this.step();
		return result;
	}

	private queue(changes: Parameters<ChangeStore['queueChanges']>[0], { settleMs, now }: Parameters<ChangeStore['queueChanges']>[1]): void {
		for (const { subject, at, urgent } of changes) {
			const merged = debounce(this.rows.get(subject) ?? null, { at: at > now ? now : at, urgent }, settleMs);
			this.versions += 1;
			this.rows.set(subject, { subject, version: String(this.versions), queuedAt: now, ...merged });
		}
	}

	public readonly queueChanges: ChangeStore['queueChanges'] = (changes, when) => this.transaction(() => this.queue(changes, when));
	public readonly dueChanges: ChangeStore['dueChanges'] = (now) =>
		this.transaction(() => [...this.rows.values()].filter(({ dueAt }) => dueAt <= now));
	public readonly nextChangeDueAt: ChangeStore['nextChangeDueAt'] = async () =>
		[...this.rows.values()].map(({ dueAt }) => dueAt).sort((a, b) => a.getTime() - b.getTime())[0] ?? null;
	public readonly removeChanges: ChangeStore['removeChanges'] = (taken) =>
		this.transaction(() => {
			for (const { subject, version } of taken) if (this.rows.get(subject)?.version === version) this.rows.delete(subject);
		});
	public readonly countChanges: ChangeStore['countChanges'] = async () => ({
		queued: this.rows.size,
		oldestAt: null,
		readAt: this.cursor?.readAt ?? null,
		newestEventAt: this.cursor?.newestAt ?? null
	});

	public readonly eventCursor: ChangeStore['eventCursor'] = () => this.transaction(() => this.cursor);
	public readonly recordEvents: ChangeStore['recordEvents'] = (from, page, when) =>
		this.transaction(() => {
			if (this.cursor?.eventId !== from.eventId || this.cursor.readAt.getTime() !== from.readAt.getTime()) return false;
			const { cursor, unknown } = advance(this.cursor, page, when.now);
			this.queue(unknown.flatMap(changesOf), when);
			this.cursor = cursor;
			return true;
		});
	public readonly restartEvents: ChangeStore['restartEvents'] = (newest, when) =>
		this.transaction(() => {
			this.queue([{ subject: 'all', at: when.now, urgent: false }], when);
			this.cursor = { eventId: newest?.id ?? null, seen: [], readAt: when.now, newestAt: newest?.at ?? null };
		});
	public readonly recordEvent: ChangeStore['recordEvent'] = (event, when) =>
		this.transaction(() => {
			if (this.cursor !== null && (this.cursor.eventId === event.id || this.cursor.seen.includes(event.id))) return false;
			this.queue(changesOf(event), when);
			if (this.cursor !== null) this.cursor = { ...this.cursor, seen: [...this.cursor.seen, event.id] };
			return true;
		});
	public readonly acquireEventLease: ChangeStore['acquireEventLease'] = async (holder) => {
		this.leaseHolder ??= holder;
		return this.leaseHolder === holder;
	};
	public readonly releaseEventLease: ChangeStore['releaseEventLease'] = async (holder) => {
		if (this.leaseHolder === holder) this.leaseHolder = null;
	};

	/** Its lease expires with the process. */
	public expireLease(): void {
		this.leaseHolder = null;
	}
}

function changesOf({ at, subjects }: BillingEvent) {
	return subjects.map((subject) => ({ subject, at, urgent: false }));
}
