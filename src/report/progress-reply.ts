import type { Progress } from '../reconciliation/types.js';
import { type Measured, progressMessage, secondsLeft } from './progress.js';

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
	let firstFix: Measured | undefined;
	let timer: NodeJS.Timeout | undefined;
	let editing: Promise<unknown> = Promise.resolve();
	let finished = false;
	let lastEdit = 0;
	const write = () => {
		timer = undefined;
		lastEdit = Date.now();
		editing = edit(progressMessage(state, secondsLeft(firstFix, state.get('fix'), Date.now()))).catch(() => {});
	};
	return {
		show: (progress) => {
			if (progress.source === 'fix') firstFix ??= { done: progress.done, atMs: Date.now() };
			state.set(progress.source, progress);
			if (!finished) timer ??= setTimeout(write, Math.max(0, lastEdit + EDIT_EVERY_MS - Date.now()));
		},
		finish: async () => {
			finished = true;
			clearTimeout(timer);
			await editing;
		}
	};
}
