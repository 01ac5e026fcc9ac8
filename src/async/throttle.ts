/** Shows what changes faster than Discord takes it: always the newest, one showing after the other. */
export interface Throttle {
	/** There is something new to be shown. */
	schedule(): void;
	/** Shows nothing more, and waits for a showing that is under way, so that the last word stays the last. */
	flush(): Promise<void>;
}

/**
 * @param show - shows what there is at that moment; its failure is nobody's concern
 * @param pace.everyMs - at most so often
 * @param pace.firstAfterMs - not before
 */
export function createThrottle(
	show: () => Promise<unknown>,
	{ everyMs, firstAfterMs = 0 }: { readonly everyMs: number; readonly firstAfterMs?: number }
): Throttle {
	let dueMs = Date.now() + firstAfterMs;
	let timer: NodeJS.Timeout | undefined;
	let showing: Promise<void> | null = null;
	let touched = false;
	let finished = false;
	const plan = () => {
		timer ??= setTimeout(begin, Math.max(0, dueMs - Date.now()));
	};
	const begin = () => {
		timer = undefined;
		touched = false;
		dueMs = Date.now() + everyMs;
		showing = show()
			.catch(() => {})
			.then(() => {
				showing = null;
				if (touched && !finished) plan();
			});
	};
	return {
		schedule: () => {
			touched = true;
			if (showing === null && !finished) plan();
		},
		flush: async () => {
			finished = true;
			clearTimeout(timer);
			await showing;
		}
	};
}
