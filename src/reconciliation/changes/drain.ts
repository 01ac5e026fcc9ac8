import type { Touched } from '../domain/run.js';
import { RunInProgressError } from '../runs/run.js';
import { type Change, touchedBy } from './change.js';
import type { ChangeStore } from './store.js';

export interface DrainDeps {
	readonly store: Pick<ChangeStore, 'dueChanges' | 'queueChanges' | 'removeChanges'>;
	/**
	 * Compares members and customers; null: everyone.
	 * @returns the Discord IDs of members left to the next run; null if the run failed
	 * @throws {RunInProgressError}
	 */
	readonly compare: (touched: Touched | null) => Promise<readonly string[] | null>;
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
	/** Compared, except for members whose roles were being changed: they are compared again. */
	| 'postponed'
	/** Another run is in progress. */
	| 'busy'
	/** The run failed: a source could not be read. */
	| 'failed'
	/** Paused, or not set up. */
	| 'waiting';

/**
 * Compares what is due by one targeted run. Changes are removed only after it completed, in the version that was taken before it began: what
 * changes meanwhile, or was taken when the process stops, is compared again. So are members whose roles were being changed.
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
	let again: readonly Change[];
	try {
		const postponed = await compare(touchedBy(due));
		if (postponed === null) return 'failed';
		again = postponed.map((discordId) => ({ subject: `member:${discordId}`, at: now(), urgent: false }));
	} catch (error) {
		if (error instanceof RunInProgressError) return 'busy';
		throw error;
	}
	if (again.length > 0) await store.queueChanges(again, { settleMs, now: now() });
	await store.removeChanges(due);
	return again.length > 0 ? 'postponed' : 'compared';
}
