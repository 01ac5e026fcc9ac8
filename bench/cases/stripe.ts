import type { RequestCount } from '../../sandbox/wire/summary.js';
import { lookUpEach, paginate } from '../baselines/reading.js';
import { PAGE, readingBound, scaled } from '../ground/bound.js';
import { REEVES_RATE, STRIPES_RATE } from '../ground/key.js';
import { type CaseResult, result } from '../ground/result.js';
import { time } from '../ground/words.js';
import { call } from '../processes/call.js';
import { doApart, type Served, serveServices } from '../processes/child.js';

/** Reading Stripe: as many requests as there are pages, as fast as the rate allows. */

export interface ReadingPlan {
	readonly latencyMs: number;
	readonly sizes: readonly number[];
	/** The sizes at which the baselines are measured: subscriptions for the pages, members for the look-ups. */
	readonly paginated: number;
	readonly lookedUp: number;
	readonly lookedUpSleeping: number;
}

/** Beyond the pages: what a reading costs at any size. */
const CONSTANT_REQUESTS = 10;
const REQUESTS_GOAL = 1.1;
const TIME_GOAL = 1.3;

interface Counted {
	readonly counts: readonly RequestCount[];
	readonly cpuMs: number;
}

export async function stripeCases({ latencyMs, ...plan }: ReadingPlan): Promise<CaseResult[]> {
	const server = await serveServices();
	try {
		const baselines = await measureBaselines(server, { latencyMs, ...plan });
		const results: CaseResult[] = [];
		for (const size of plan.sizes) results.push(await read(server, size, latencyMs, baselines));
		return results;
	} finally {
		await server.stop();
	}
}

/** How long each takes for a subscription, or a member. */
interface Baselines {
	readonly paginated: { readonly ms: number; readonly size: number };
	readonly lookedUp: { readonly ms: number; readonly size: number };
	readonly lookedUpSleeping: { readonly ms: number; readonly size: number };
}

/** Side by side: they mostly wait. */
async function measureBaselines({ url }: Served, plan: ReadingPlan): Promise<Baselines> {
	await load(url, Math.max(plan.paginated, plan.lookedUp, plan.lookedUpSleeping), plan.latencyMs);
	const [lookedUp, lookedUpSleeping, paginated] = await Promise.all([
		lookUpEach(url, plan.lookedUp, { sleeping: false }),
		lookUpEach(url, plan.lookedUpSleeping, { sleeping: true }),
		paginate(url)
	]);
	return {
		paginated: { ms: paginated, size: plan.paginated },
		lookedUp: { ms: lookedUp, size: plan.lookedUp },
		lookedUpSleeping: { ms: lookedUpSleeping, size: plan.lookedUpSleeping }
	};
}

async function read({ url }: Served, size: number, latencyMs: number, baselines: Baselines): Promise<CaseResult> {
	await load(url, size, latencyMs);
	const before = await call<Counted>(url, 'GET /bench/requests');
	const { wallMs, subscriptions, usage } = await doApart('readStripe', { apiUrl: url });
	if (subscriptions !== size) throw new Error(`${size} subscriptions were there, and ${subscriptions} were read`);
	const { counts, cpuMs } = await call<Counted>(url, 'GET /bench/requests');
	const requests = sum(counts);
	const refused = sum(counts.filter(({ status }) => status === 429));
	const bound = readingBound(size, REEVES_RATE, latencyMs);
	const most = Math.floor(bound.requests * REQUESTS_GOAL) + CONSTANT_REQUESTS;
	return result(
		{
			group: `Reading Stripe, ${REEVES_RATE} requests a second`,
			name: `${latencyMs} ms of latency`,
			size,
			requests,
			wallMs,
			boundMs: bound.ms,
			peakRssBytes: usage.peakRssBytes,
			figures: { pages: bound.requests, '429s': refused, 'sandbox, CPU ms a request': (cpuMs - before.cpuMs) / requests },
			goals: [
				{ words: `${requests} requests, at most ${most}`, reached: requests <= most },
				{ words: `${time(wallMs)}, at most ${TIME_GOAL} of ${time(bound.ms)}`, reached: wallMs <= bound.ms * TIME_GOAL },
				{ words: `${refused} refused, none allowed`, reached: refused === 0 }
			]
		},
		[
			{
				name: 'auto-pagination',
				// Whole pages: what takes the time is the request.
				wallMs: scaled(baselines.paginated.ms, pagesOf(baselines.paginated.size), pagesOf(size)),
				measured: size === baselines.paginated.size
			},
			looked('two look-ups a member', baselines.lookedUp, size),
			looked('the same with 2 s of sleep', baselines.lookedUpSleeping, size)
		]
	);
}

function looked(name: string, measured: { readonly ms: number; readonly size: number }, size: number) {
	return { name, wallMs: scaled(measured.ms, measured.size, size), measured: size === measured.size };
}

async function load(url: string, subscriptions: number, latencyMs: number): Promise<void> {
	await call(url, 'POST /bench/load', { subscriptions, latencyMs, ratePerSecond: STRIPES_RATE });
}

const pagesOf = (subscriptions: number) => Math.max(1, Math.ceil(subscriptions / PAGE));
const sum = (counts: readonly RequestCount[]) => counts.reduce((total, { count }) => total + count, 0);
