import { createThrottle } from '../../async/throttle.js';
import type { Progress } from '../../reconciliation/domain/run.js';
import { type ProgressSample, runProgressReply, secondsLeft } from './progress.js';

/** A reply is edited at most this often. */
const EDIT_EVERY_MS = 2_000;

/** Shows in a reply how far a run is. */
export interface ProgressReply {
	show(progress: Progress): void;
	/** Waits for an edit that is under way, so that the last word stays the last. */
	finish(): Promise<void>;
}

/**
 * @param edit - changes the reply; its failure (a reply deleted, a token past its 15 minutes) must not stop the run
 */
export function createProgressReply(edit: (content: string) => Promise<unknown>): ProgressReply {
	const state = new Map<Progress['source'], Progress>();
	let firstFix: ProgressSample | undefined;
	const paced = createThrottle(() => edit(runProgressReply(state, secondsLeft(firstFix, state.get('fix'), Date.now()))), {
		everyMs: EDIT_EVERY_MS
	});
	return {
		show: (progress) => {
			if (progress.source === 'fix') firstFix ??= { done: progress.done, atMs: Date.now() };
			state.set(progress.source, progress);
			paced.schedule();
		},
		finish: paced.flush
	};
}
