import type { Touched } from '../domain/run.js';
import { RunInProgressError } from '../runs/run.js';
import { touchedBy } from './change.js';
import type { ChangeStore } from './store.js';

export interface DrainDeps {
	readonly store: Pick<ChangeStore, 'dueChanges' | 'queueChanges' | 'removeChanges'>;
	/** Compares members and customers; null: everyone. @returns whether the run completed @throws {RunInProgressError} */
	readonly compare: (touched: Touched | null) => Promise<boolean>;
	readonly isPaused: () => Promise<boolean>;
	/** Whether a full run was accepted and setup is finished: before that, only full runs report anything. */
	readonly isSetUp: () => Promise<boolean>;
	/** Start of the newest full run that succeeded; null if there is none. */
	readonly lastFullRunAt: () => Promise<Date | null>;
	readonly settleMs: number;
	readonly now: () => Date;
}

export type Drained =
	/** Nothing is due. */
	| 'idle'
	| 'compared'
	/** Another run is in progress. */
	| 'busy'
	/** The run failed: a source could not be read. */
	| 'failed'
	/** Paused, or not set up. */
	| 'waiting';

/**
 * Compares what is due by one targeted run. Changes are removed only after it completed, in the version that was taken before it began: what
 * changes meanwhile, or was taken when the process stops, is compared again.
 * @throws errors of the database
 */
export async function drain(deps: DrainDeps): Promise<Drained> {
	const { store, compare, isPaused, isSetUp, lastFullRunAt, settleMs, now } = deps;
	const due = await store.dueChanges(now());
	if (due.length === 0) return 'idle';
	if (await isPaused()) return 'waiting';
	if (!(await isSetUp())) {
		// One entry for all: compared after setup is finished, unless a full run does that.
		if (due.some(({ subject }) => subject !== 'all')) {
			await store.queueChanges([{ subject: 'all', at: now(), urgent: false }], { settleMs, now: now() });
			await store.removeChanges(due.filter(({ subject }) => subject !== 'all'));
		}
		return 'waiting';
	}
	const gap = due.find(({ subject }) => subject === 'all');
	const fullRunAt = gap === undefined ? null : await lastFullRunAt();
	if (gap !== undefined && fullRunAt !== null && fullRunAt > gap.queuedAt) {
		await store.removeChanges([gap]);
		return 'compared';
	}
	try {
		if (!(await compare(touchedBy(due)))) return 'failed';
	} catch (error) {
		if (error instanceof RunInProgressError) return 'busy';
		throw error;
	}
	await store.removeChanges(due);
	return 'compared';
}
