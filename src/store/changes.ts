import { randomUUID } from 'node:crypto';
import { type Change, debounce, type QueuedChange, type Subject } from '../reconciliation/changes/change.js';
import { advance, type BillingEvent, type EventCursor } from '../reconciliation/changes/event-cursor.js';
import type { ChangeStore } from '../reconciliation/changes/store.js';
import { lockUntilEnd } from './advisory-lock.js';
import type { Prisma, EventCursor as StoredCursor } from './client/client.js';
import type { Database } from './connection/database.js';
import { fromJson } from './json.js';
import { acquireLease, releaseLease } from './lease.js';

type When = { readonly settleMs: number; readonly now: Date };

const CHANGE = { subject: true, version: true, firstAt: true, queuedAt: true, dueAt: true, urgent: true } as const;

/** The queue of changes, and the position in Stripe's events. */
export function changeStore({ prisma }: Database, guildId: string): ChangeStore {
	const lease = `events:${guildId}`;

	/** Serialized per guild: a change is merged with what is queued, and removed in the version that was taken. */
	const serialized = <Result>(work: (transaction: Prisma.TransactionClient) => Promise<Result>): Promise<Result> =>
		prisma.$transaction(async (transaction) => {
			await lockUntilEnd(transaction, `changes:${guildId}`);
			return work(transaction);
		});

	const readCursor = async (client: Pick<Prisma.TransactionClient, 'eventCursor'>): Promise<EventCursor | null> => {
		const row = await client.eventCursor.findUnique({ where: { guildId } });
		return row === null ? null : toCursor(row);
	};

	const writeCursor = async (transaction: Prisma.TransactionClient, { seen, ...cursor }: EventCursor): Promise<void> => {
		const data = { ...cursor, seen: [...seen] };
		await transaction.eventCursor.upsert({ where: { guildId }, create: { guildId, ...data }, update: data });
	};

	const queue = async (transaction: Prisma.TransactionClient, changes: readonly Change[], { settleMs, now }: When): Promise<void> => {
		if (changes.length === 0) return;
		const subjects = [...new Set(changes.map(({ subject }) => subject))];
		const rows = await transaction.$queryRaw<Pick<QueuedChange, 'subject' | 'firstAt' | 'dueAt' | 'urgent'>[]>`
			SELECT subject, "firstAt", "dueAt", urgent FROM $schema."Change"
			WHERE "guildId" = ${guildId} AND subject = ANY(${subjects}::text[])`;
		const merged = new Map<Subject, ReturnType<typeof debounce>>(rows.map((row) => [row.subject, row]));
		for (const { subject, at, urgent } of changes)
			merged.set(subject, debounce(merged.get(subject) ?? null, { at: at > now ? now : at, urgent }, settleMs));
		const values = subjects.map((subject) => ({ subject, ...merged.get(subject) }));
		await transaction.$executeRaw`
			INSERT INTO $schema."Change" ("guildId", subject, version, "firstAt", "queuedAt", "dueAt", urgent)
			SELECT ${guildId}, subject, ${randomUUID()}, "firstAt", ${now}, "dueAt", urgent
			FROM jsonb_to_recordset(${JSON.stringify(values)}::jsonb) AS change (subject text, "firstAt" timestamptz, "dueAt" timestamptz, urgent boolean)
			ON CONFLICT ("guildId", subject) DO UPDATE SET version = EXCLUDED.version, "firstAt" = EXCLUDED."firstAt",
				"queuedAt" = EXCLUDED."queuedAt", "dueAt" = EXCLUDED."dueAt", urgent = EXCLUDED.urgent`;
	};

	return {
		queueChanges: (changes, when) => serialized((transaction) => queue(transaction, changes, when)),
		dueChanges: async (now) => {
			const rows = await prisma.change.findMany({
				where: { guildId, dueAt: { lte: now } },
				orderBy: [{ firstAt: 'asc' }, { subject: 'asc' }],
				select: CHANGE
			});
			return rows as QueuedChange[];
		},
		nextChangeDueAt: async () => {
			const next = await prisma.change.findFirst({ where: { guildId }, orderBy: { dueAt: 'asc' }, select: { dueAt: true } });
			return next?.dueAt ?? null;
		},
		removeChanges: (taken) =>
			serialized(async (transaction) => {
				const rows = JSON.stringify(taken.map(({ subject, version }) => ({ subject, version })));
				await transaction.$executeRaw`
					DELETE FROM $schema."Change" AS change USING jsonb_to_recordset(${rows}::jsonb) AS taken (subject text, version text)
					WHERE change."guildId" = ${guildId} AND change.subject = taken.subject AND change.version = taken.version`;
			}),
		countChanges: async () => {
			const { _count, _min } = await prisma.change.aggregate({ where: { guildId }, _count: true, _min: { firstAt: true } });
			const cursor = await readCursor(prisma);
			return { queued: _count, oldestAt: _min.firstAt, readAt: cursor?.readAt ?? null, newestEventAt: cursor?.newestAt ?? null };
		},

		eventCursor: () => readCursor(prisma),
		recordEvents: (from, page, when) =>
			serialized(async (transaction) => {
				const current = await readCursor(transaction);
				if (current?.eventId !== from.eventId || current.readAt.getTime() !== from.readAt.getTime()) return false;
				const { cursor, unknown } = advance(current, page, when.now);
				await queue(transaction, unknown.flatMap(changesOf), when);
				await writeCursor(transaction, cursor);
				return true;
			}),
		restartEvents: (newest, when) =>
			serialized(async (transaction) => {
				await queue(transaction, [{ subject: 'all', at: when.now, urgent: false }], when);
				await writeCursor(transaction, { eventId: newest?.id ?? null, seen: [], readAt: when.now, newestAt: newest?.at ?? null });
			}),
		recordEvent: (event, when) =>
			serialized(async (transaction) => {
				const cursor = await readCursor(transaction);
				if (cursor !== null && (cursor.eventId === event.id || cursor.seen.includes(event.id))) return false;
				await queue(transaction, changesOf(event), when);
				if (cursor !== null) await writeCursor(transaction, { ...cursor, seen: [...cursor.seen, event.id] });
				return true;
			}),
		acquireEventLease: (holder, seconds) => acquireLease(prisma, { name: lease, holder, seconds }),
		releaseEventLease: (holder) => releaseLease(prisma, { name: lease, holder })
	};
}

function changesOf({ at, subjects }: BillingEvent): readonly Change[] {
	return subjects.map((subject) => ({ subject, at, urgent: false }));
}

function toCursor({ eventId, seen, readAt, newestAt }: StoredCursor): EventCursor {
	return { eventId, seen: fromJson<readonly string[]>(seen), readAt, newestAt };
}
