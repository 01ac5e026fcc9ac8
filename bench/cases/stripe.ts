import { lookUpPerMember, paginate } from '../baselines/stripe.js';
import type { Reading } from '../jobs/read-stripe.js';
import { PAGE_SIZE, readingBound, scaled } from '../lib/bound.js';
import { call } from '../lib/call.js';
import { formatDuration } from '../lib/format.js';
import { REEVE_RATE, STRIPE_RATE } from '../lib/rates.js';
import { type CaseResult, result } from '../lib/result.js';
import { runInChild, serveServices } from '../processes/child.js';

/** Reading Stripe: as many requests as there are pages, as fast as the rate limit allows. */

export interface ReadingPlan {
	readonly latencyMs: number;
	readonly sizes: readonly number[];
	/** Up to this size a second reading is measured, as on the next day. */
	readonly rereadUpTo: number;
	/** Sizes at which the baselines are measured: subscriptions for pagination, members for lookups. */
	readonly paginated: number;
	readonly lookedUp: number;
	readonly lookedUpSleeping: number;
}

/** Allowed requests besides the pages, at any size. */
const EXTRA_REQUESTS = 15;
const MAX_REQUESTS_RATIO = 1.1;
const MAX_TIME_RATIO = 1.3;

export async function stripeCases({ latencyMs, ...plan }: ReadingPlan): Promise<CaseResult[]> {
	const [server, baselineServer] = await Promise.all([serveServices(), serveServices()]);
	try {
		await load(baselineServer.url, Math.max(plan.paginated, plan.lookedUp, plan.lookedUpSleeping), latencyMs);
		// One request every two seconds does not disturb the other measurements.
		const sleeping = lookUpPerMember(baselineServer.url, plan.lookedUpSleeping, { sleeping: true });
		// Awaited below; if another measurement fails first, its error is the one to report.
		sleeping.catch(() => {});
		const paginated = { ms: await paginate(baselineServer.url), size: plan.paginated };
		const lookedUp = { ms: await lookUpPerMember(baselineServer.url, plan.lookedUp, { sleeping: false }), size: plan.lookedUp };
		const readings: SizedReading[] = [];
		for (const size of plan.sizes) readings.push(...(await read(server.url, size, latencyMs, size <= plan.rereadUpTo ? 2 : 1)));
		const lookedUpSleeping = { ms: await sleeping, size: plan.lookedUpSleeping };
		return readings.map((reading) => evaluate(reading, latencyMs, { paginated, lookedUp, lookedUpSleeping }));
	} finally {
		await Promise.all([server.stop(), baselineServer.stop()]);
	}
}

/** A measurement at one size, to be scaled to another. */
interface Measured {
	readonly ms: number;
	readonly size: number;
}

type SizedReading = Reading & {
	readonly size: number;
	readonly isFirst: boolean;
	readonly requestMs: number;
	readonly peakRssBytes: number;
};

async function read(url: string, size: number, latencyMs: number, times: number): Promise<SizedReading[]> {
	await load(url, size, latencyMs);
	const { readings, requestMs, usage } = await runInChild('readStripe', { apiUrl: url, times });
	return readings.map((reading, index) => {
		const { subscriptions } = reading;
		if (subscriptions !== size) throw new Error(`Read ${subscriptions} of ${size} subscriptions.`);
		return { ...reading, size, isFirst: index === 0, requestMs, peakRssBytes: usage.peakRssBytes };
	});
}

function evaluate(
	{ size, isFirst, requestMs, wallMs, peakRssBytes, requests, rateLimited, serverMs }: SizedReading,
	latencyMs: number,
	baselines: Readonly<Record<'paginated' | 'lookedUp' | 'lookedUpSleeping', Measured>>
): CaseResult {
	const bound = readingBound(size, { perSecond: REEVE_RATE, requestMs, isFirst });
	const maxRequests = Math.floor(bound.requests * MAX_REQUESTS_RATIO) + EXTRA_REQUESTS;
	return result(
		{
			group: `Reading Stripe, ${REEVE_RATE} requests per second`,
			name: `${latencyMs} ms latency, ${isFirst ? 'first reading' : 'later readings'}`,
			size,
			requests,
			wallMs,
			boundMs: bound.ms,
			peakRssBytes,
			figures: { pages: bound.requests, 'single request, ms': requestMs, '429s': rateLimited, 'sandbox CPU, ms per request': serverMs },
			goals: [
				{ label: `${requests} requests, at most ${maxRequests}`, met: requests <= maxRequests },
				{
					label: `${formatDuration(wallMs)}, at most ${MAX_TIME_RATIO} × ${formatDuration(bound.ms)}`,
					met: wallMs <= bound.ms * MAX_TIME_RATIO
				},
				{ label: `${rateLimited} answered 429, none allowed`, met: rateLimited === 0 }
			]
		},
		[
			{
				name: 'auto-pagination',
				// Scaled by pages: the time is spent on requests.
				wallMs: scaled(baselines.paginated.ms, pagesOf(baselines.paginated.size), pagesOf(size)),
				measured: size === baselines.paginated.size
			},
			lookupBaseline('two lookups per member', baselines.lookedUp, size),
			lookupBaseline('the same, 2 s sleep after each', baselines.lookedUpSleeping, size)
		]
	);
}

function lookupBaseline(name: string, measured: Measured, size: number) {
	return { name, wallMs: scaled(measured.ms, measured.size, size), measured: size === measured.size };
}

async function load(url: string, subscriptions: number, latencyMs: number): Promise<void> {
	await call(url, 'POST /bench/load', { subscriptions, latencyMs, ratePerSecond: STRIPE_RATE });
}

const pagesOf = (subscriptions: number) => Math.max(1, Math.ceil(subscriptions / PAGE_SIZE));
