/** Throttles updates: renders the latest state at a limited rate, one render at a time. */
export interface Throttle {
	/** Requests a render of the current state. */
	schedule(): void;
	/** Cancels what is scheduled, waits for the render in progress, and ignores later requests: the caller then renders the final state. */
	flush(): Promise<void>;
}

/**
 * @param render - renders the state at the time of the call; errors are ignored
 * @param rate.everyMs - minimum time between the starts of two renders
 * @param rate.firstAfterMs - delay before the first render
 */
export function createThrottle(
	render: () => Promise<unknown>,
	{ everyMs, firstAfterMs = 0 }: { readonly everyMs: number; readonly firstAfterMs?: number }
): Throttle {
	let dueAt = Date.now() + firstAfterMs;
	let timer: NodeJS.Timeout | undefined;
	let rendering: Promise<void> | null = null;
	let requested = false;
	let finished = false;
	const startTimer = () => {
		timer ??= setTimeout(start, Math.max(0, dueAt - Date.now()));
	};
	const start = () => {
		timer = undefined;
		requested = false;
		dueAt = Date.now() + everyMs;
		rendering = render()
			.catch(() => {})
			.then(() => {
				rendering = null;
				if (requested && !finished) startTimer();
			});
	};
	return {
		schedule: () => {
			requested = true;
			if (rendering === null && !finished) startTimer();
		},
		flush: async () => {
			finished = true;
			clearTimeout(timer);
			await rendering;
		}
	};
}
