import { DefaultRestOptions, type RESTOptions } from 'discord.js';

type MakeRequest = RESTOptions['makeRequest'];

/** Without a body by the Fetch standard, whose `Response` refuses to have one. */
const NULL_BODY_STATUSES: readonly number[] = [204, 205, 304];

/**
 * Ends each request by a deadline that includes the last byte of its response: discord.js's own ends with the headers, so that a response
 * of one byte every few seconds would never end. Reports a missed deadline as the `AbortError` after which discord.js retries.
 * @param deadlineMs - for one attempt
 */
export function createWholeResponseRequest(deadlineMs: number, request: MakeRequest = DefaultRestOptions.makeRequest): MakeRequest {
	return async (url, init) => {
		const controller = new AbortController();
		const { signal } = controller;
		const abort = () => controller.abort();
		if (init.signal?.aborted) abort();
		init.signal?.addEventListener('abort', abort);
		const timer = setTimeout(abort, deadlineMs);
		try {
			const response = await request(url, { ...init, signal });
			const { status, statusText } = response;
			const body = await response.arrayBuffer();
			return new Response(NULL_BODY_STATUSES.includes(status) ? null : body, { status, statusText, headers: [...response.headers] });
		} catch (error) {
			if (!signal.aborted) throw error;
			throw Object.assign(new Error('Discord did not answer in time.', { cause: error }), { name: 'AbortError' });
		} finally {
			clearTimeout(timer);
			init.signal?.removeEventListener('abort', abort);
		}
	};
}
