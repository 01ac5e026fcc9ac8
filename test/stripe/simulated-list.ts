import type Stripe from 'stripe';
import { vi } from 'vitest';
import type { Timing } from '../../src/async/backoff.js';
import { RateLimiter } from '../../src/stripe/api/rate-limiter.js';
import type { StripeRequest } from '../../src/stripe/api/request.js';
import type { PageBoundaryCache } from '../../src/stripe/lists/page-boundaries.js';
import { type Oldest, readParallelList } from '../../src/stripe/lists/parallel-list.js';

/** A simulated Stripe list, read with fake timers. */

export interface Thing {
	readonly id: string;
	readonly created: number;
}

type Page = Stripe.ApiList<Thing>;

export interface PageQuery {
	readonly limit: number;
	readonly created?: { readonly lte: number };
	readonly starting_after?: string;
}

export const NOW_SECONDS = 1_780_000_000;

/** Newest first, and by ID within a second. */
export function newestFirst(things: readonly Thing[]): Thing[] {
	return [...things].sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1));
}

/** Serves pages of the list as Stripe does. */
export function serveList(list: readonly Thing[]) {
	const positions = new Map(list.map(({ id }, index) => [id, index]));
	return ({ limit, created, starting_after: after }: PageQuery): Page => {
		let from = after === undefined ? 0 : (positions.get(after) ?? 0) + 1;
		if (created) {
			let [low, high] = [0, list.length];
			while (low < high) {
				const middle = (low + high) >> 1;
				if ((list[middle] as Thing).created <= created.lte) high = middle;
				else low = middle + 1;
			}
			from = Math.max(from, low);
		}
		return { object: 'list', data: list.slice(from, from + limit), has_more: from + limit < list.length, url: '/v1/things' };
	};
}

const INITIAL_SPLITS = [30, 365, 1_095].map((days) => NOW_SECONDS - days * 86_400);

export interface Reading {
	readonly items: Thing[];
	readonly oldest: Oldest | null;
	readonly requests: number;
	/** From the first request to the last response. */
	readonly ms: number;
}

/** Reads the list to its end. Needs fake timers. @param latencyMs - of each response */
export async function readSimulated(
	serve: (query: PageQuery) => Page,
	{
		latencyMs,
		perSecond = 20,
		cache = { boundaries: null },
		maxPages = 20_000
	}: { latencyMs: number | (() => number); perSecond?: number; cache?: PageBoundaryCache; maxPages?: number }
): Promise<Reading> {
	const timing: Timing = {
		now: () => performance.now(),
		sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
		random: () => 0.5
	};
	const rateLimiter = new RateLimiter(perSecond, timing);
	const request: StripeRequest = async (_, send) => {
		await rateLimiter.acquire();
		return send(undefined as unknown as Stripe);
	};
	let requests = 0;
	const listPage = async (_: Stripe, page: PageQuery) => {
		requests += 1;
		await timing.sleep(typeof latencyMs === 'number' ? latencyMs : latencyMs());
		return serve(page);
	};
	const items: Thing[] = [];
	const startedAt = performance.now();
	const read = async (): Promise<Reading> => {
		const oldest = await readParallelList<Thing>({
			request,
			rateLimiter,
			now: timing.now,
			resource: 'Subscriptions',
			listPage,
			cache,
			initialSplits: INITIAL_SPLITS,
			nowSeconds: NOW_SECONDS,
			maxPages,
			onItems: (page) => items.push(...page)
		});
		return { items, oldest, requests, ms: performance.now() - startedAt };
	};
	const reading = read();
	reading.catch(() => {});
	await vi.runAllTimersAsync();
	return reading;
}
