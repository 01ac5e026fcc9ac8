import { createRecurring } from '../../async/recurring.js';
import type { Change, Subject } from './change.js';
import type { ChangeStore } from './store.js';

/** Stores changes that arrive one by one. While a transaction is under way the next ones are collected, so that a burst needs few. */
export interface Intake {
	add(change: Change): void;
	/** Stores what is left, and ends. */
	stop(): Promise<void>;
}

/** After the database did not answer. */
const RETRY_MS = 5_000;

export function createIntake(deps: {
	readonly store: Pick<ChangeStore, 'queueChanges'>;
	readonly settleMs: number;
	readonly now: () => Date;
	readonly onQueued: () => void;
	readonly onError: (error: unknown) => void;
}): Intake {
	const { store, settleMs, now, onQueued, onError } = deps;
	let collected = new Map<Subject, Change>();
	const flush = async (): Promise<number | null> => {
		if (collected.size === 0) return null;
		const batch = collected;
		collected = new Map();
		try {
			await store.queueChanges([...batch.values()], { settleMs, now: now() });
			onQueued();
			return null;
		} catch (error) {
			onError(error);
			const newer = collected.values();
			collected = batch;
			for (const change of newer) collect(change);
			return RETRY_MS;
		}
	};
	const collect = (change: Change) => {
		const earlier = collected.get(change.subject);
		collected.set(change.subject, { ...change, urgent: change.urgent || (earlier?.urgent ?? false) });
	};
	const flushing = createRecurring(flush);
	return {
		add: (change) => {
			collect(change);
			flushing.wake();
		},
		stop: async () => {
			await flushing.stop();
			await flush();
		}
	};
}
