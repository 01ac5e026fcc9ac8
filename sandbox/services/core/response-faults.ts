import type { Fault } from './faults.js';

/** Faults of the response itself, which Stripe and Discord share: bytes that trickle, and a clock that is off. */

const DEFAULT_BYTE_MS = 4_000;

/** Applies `slow` and `clock` to a response. */
export function applyResponseFaults(faults: readonly Fault[], response: Response): Response {
	let changed = response;
	for (const fault of faults) {
		if (fault.kind === 'slow') changed = new Response(trickle(changed.body, fault.ms ?? DEFAULT_BYTE_MS), changed);
		if (fault.kind === 'clock') {
			changed = new Response(changed.body, changed);
			changed.headers.set('Date', new Date(Date.now() + (fault.offsetSeconds ?? 0) * 1_000).toUTCString());
		}
	}
	return changed;
}

/** The same bytes, one at a time. Null stays null: without a body there is nothing to slow down. */
function trickle(body: ReadableStream<Uint8Array> | null, byteMs: number): ReadableStream<Uint8Array> | null {
	if (body === null) return null;
	const reader = body.getReader();
	let rest = new Uint8Array();
	let timer: NodeJS.Timeout | undefined;
	return new ReadableStream<Uint8Array>({
		pull: async (controller) => {
			while (rest.length === 0) {
				const { done, value } = await reader.read();
				if (done) return controller.close();
				rest = new Uint8Array(value);
			}
			await new Promise((resolve) => {
				timer = setTimeout(resolve, byteMs);
			});
			controller.enqueue(rest.slice(0, 1));
			rest = rest.slice(1);
		},
		cancel: async (reason) => {
			clearTimeout(timer);
			await reader.cancel(reason);
		}
	});
}
