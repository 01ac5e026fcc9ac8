import { randomUUID } from 'node:crypto';
import { backoffDelay } from '../../async/backoff.js';
import { createRecurring } from '../../async/recurring.js';
import { SourceError, type Track } from '../domain/ports.js';
import type { ChangeSettings, Subject } from './change.js';
import { type DrainDeps, drain } from './drain.js';
import type { BillingEvents } from './event-cursor.js';
import { createIntake } from './intake.js';
import { pollEvents } from './poll-events.js';
import type { ReadSignedEvent } from './signed-event.js';
import type { ChangeStatus, ChangeStore } from './store.js';

/** What happens to the members of the guild. */
export interface MemberWatch {
	/** @returns a function that ends it */
	watchMembers(handlers: MemberChangeHandlers): () => void;
}

export interface MemberChangeHandlers {
	/** The managed roles of a member may have changed, by anyone but Reeve. */
	onRolesChanged(discordId: string): void;
	onJoin(discordId: string): void;
	/** Anything may have happened meanwhile. */
	onGap(): void;
}

/** Finds drift within seconds: collects what changes, and has it compared. */
export interface ChangeService {
	/** Begins, with a comparison of everyone: what happened before is not known. Does nothing if the settings say so. */
	start(): void;
	/** Ends reading and comparing; a run in progress goes on. What is queued stays for the next start. */
	stop(): Promise<void>;
	/** Queues what an event concerns. Null: the settings allow none. */
	readonly receiveEvent: ((body: string, signature: string | null) => Promise<void>) | null;
	/** Null if the settings say that only full runs find drift. @throws errors of the database */
	status(): Promise<ChangeStatus | null>;
}

export interface ChangeDeps extends Omit<DrainDeps, 'store' | 'settleMs'> {
	readonly settings: ChangeSettings | null;
	readonly store: ChangeStore;
	readonly events: BillingEvents;
	readonly members: MemberWatch;
	/** Null: no signed events are received. */
	readonly readSignedEvent: ReadSignedEvent | null;
	readonly track: Track;
	readonly shouldContinue: () => boolean;
	readonly logger: { info(message: string): void; warn(message: string): void; error(...values: readonly unknown[]): void };
	readonly random?: () => number;
}

/** Other processes read the events after so many missed readings. */
const LEASE_POLLS = 3;
const MIN_LEASE_SECONDS = 30;

/** Another run is in progress. */
const BUSY_RETRY_MS = 2_000;

/** A change of roles in progress ends within a minute, also that of a process that was stopped. */
const POSTPONED_RETRY_MS = 15_000;

/** A source could not be read. */
const INITIAL_BACKOFF_MS = 15_000;
const MAX_BACKOFF_MS = 600_000;

export function createChangeService(deps: ChangeDeps): ChangeService {
	const { settings, store, events, members, readSignedEvent, track, shouldContinue, now, logger, random = Math.random } = deps;
	if (settings === null) return { start: () => {}, stop: async () => {}, receiveEvent: null, status: async () => null };
	const { pollMs, settleMs } = settings;
	const holder = randomUUID();
	const leaseSeconds = Math.max(MIN_LEASE_SECONDS, (LEASE_POLLS * pollMs) / 1000);
	const polling = createFailures(logger, "Reading Stripe's events");
	const comparing = createFailures(logger, 'Comparing what changed');
	const storing = createFailures(logger, 'Storing what changed');
	/** Consecutive. */
	let failedRuns = 0;
	let notBefore = 0;
	let stopWatching = () => {};
	let started = false;
	let stopped = false;
	const goesOn = () => !stopped && shouldContinue();

	const poll = async (): Promise<number | null> => {
		try {
			await track(() => pollEvents({ events, store, settleMs, now, shouldContinue: goesOn, holder, leaseSeconds }));
			polling.ended();
		} catch (error) {
			if (!goesOn()) return null;
			polling.failed(error);
		}
		drains.wake();
		return Math.max(pollMs, backoff(polling.count));
	};
	const compare = async (): Promise<number | null> => {
		const leftMs = notBefore - now().getTime();
		if (leftMs > 0) return leftMs;
		try {
			const drained = await track(() => drain({ ...deps, settleMs }));
			comparing.ended();
			// The next reading of events tries again.
			if (drained === 'waiting') return null;
			if (drained === 'busy') return BUSY_RETRY_MS;
			if (drained === 'failed') {
				failedRuns += 1;
				return waitAfter(failedRuns);
			}
			if (drained === 'compared' || drained === 'postponed') failedRuns = 0;
			if (drained === 'postponed') return POSTPONED_RETRY_MS;
			const dueAt = await store.nextChangeDueAt();
			return dueAt === null ? null : Math.max(0, dueAt.getTime() - now().getTime());
		} catch (error) {
			if (!goesOn()) return null;
			comparing.failed(error);
			return waitAfter(comparing.count);
		}
	};
	const waitAfter = (failures: number): number => {
		const waitMs = backoff(failures);
		notBefore = now().getTime() + waitMs;
		return waitMs;
	};
	const backoff = (failures: number) =>
		failures === 0 ? 0 : Math.min(MAX_BACKOFF_MS, backoffDelay(INITIAL_BACKOFF_MS, Math.min(failures - 1, 10), random));
	const polls = createRecurring(poll);
	const drains = createRecurring(compare);
	const intake = createIntake({
		store,
		settleMs,
		now,
		onQueued: () => {
			storing.ended();
			drains.wake();
		},
		onError: storing.failed
	});
	const add = (subject: Subject, urgent = false) => intake.add({ subject, at: now(), urgent });

	return {
		start: () => {
			if (started) return;
			started = true;
			stopWatching = members.watchMembers({
				onRolesChanged: (discordId) => add(`member:${discordId}`),
				onJoin: (discordId) => add(`member:${discordId}`, true),
				onGap: () => add('all')
			});
			add('all');
			polls.wake();
		},
		stop: async () => {
			if (!started || stopped) return;
			stopped = true;
			stopWatching();
			// Not awaited: a run in progress is in-flight work of its own.
			void polls.stop();
			void drains.stop();
			await intake.stop();
			await store.releaseEventLease(holder).catch(() => {});
		},
		receiveEvent:
			readSignedEvent === null
				? null
				: async (body, signature) => {
						const event = readSignedEvent(body, signature);
						if (event === null) return;
						await store.recordEvent(event, { settleMs, now: now() });
						drains.wake();
					},
		status: async () => ({ ...(await store.countChanges()), ...settings })
	};
}

/** Logs the first of consecutive failures, and their end. */
function createFailures(logger: ChangeDeps['logger'], what: string) {
	let count = 0;
	return {
		get count() {
			return count;
		},
		failed: (error: unknown) => {
			count += 1;
			if (count > 1) return;
			if (error instanceof SourceError) logger.warn(`${what} failed, and Reeve tries again: ${error.message}`);
			else logger.error(`${what} failed, and Reeve tries again:`, error);
		},
		ended: () => {
			if (count > 0) logger.info(`${what} works again.`);
			count = 0;
		}
	};
}
