import type { LoggedRequest, Target } from './request-log.js';

/** Requests of one kind. */
export interface RequestCount {
	readonly target: Target;
	readonly method: string;
	/** With `:id` in place of every ID and token. */
	readonly path: string;
	readonly status: number | null;
	readonly count: number;
}

/** Counts requests by kind, in the order each kind first occurred. */
export function countRequests(requests: readonly LoggedRequest[]): RequestCount[] {
	const counts = new Map<string, RequestCount>();
	for (const { target, method, path, status } of requests) {
		const kind = withoutIds(path);
		const key = `${target} ${method} ${kind} ${status}`;
		counts.set(key, { target, method, path: kind, status, count: (counts.get(key)?.count ?? 0) + 1 });
	}
	return [...counts.values()];
}

/** Snowflakes, Stripe IDs, interaction tokens. */
const ID = /^(\d{15,}|[a-z]+_.+|.{30,})$/;

function withoutIds(path: string): string {
	return path
		.split('/')
		.map((part, index, parts) => (ID.test(part) && parts[index - 1] !== 'v1' ? ':id' : part))
		.join('/');
}
