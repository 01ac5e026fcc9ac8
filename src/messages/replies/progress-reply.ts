import { createThrottle } from '../../async/throttle.js';
import type { Progress } from '../../reconciliation/domain/run.js';
import { type ProgressSample, runProgressReply, secondsLeft } from './progress.js';

/** A reply is edited at most this often. */
const EDIT_EVERY_MS = 2_000;

/** Shows a run's progress in a reply. */
export interface ProgressReply {
	show(progress: Progress): void;
	/** Waits for an edit in flight, so that it cannot overwrite the result. */
	finish(): Promise<void>;
}

/**
 * @param edit - edits the reply; its failure (a reply deleted, a token past its 15 minutes) must not stop the run
 */
export function createProgressReply(edit: (content: string) => Promise<unknown>): ProgressReply {
	const state = new Map<Progress['source'], Progress>();
	let firstFix: ProgressSample | undefined;
	const throttle = createThrottle(() => edit(runProgressReply(state, secondsLeft(firstFix, state.get('fix'), Date.now()))), {
		everyMs: EDIT_EVERY_MS
	});
	return {
		show: (progress) => {
			if (progress.source === 'fix') firstFix ??= { done: progress.done, atMs: Date.now() };
			state.set(progress.source, progress);
			throttle.schedule();
		},
		finish: throttle.flush
	};
}
