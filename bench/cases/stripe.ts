import { lookUpEach, paginate } from '../baselines/reading.js';
import { PAGE, readingBound, scaled } from '../lib/bound.js';
import { call } from '../lib/call.js';
import { time } from '../lib/format.js';
import { REEVES_RATE, STRIPES_RATE } from '../lib/key.js';
import { type CaseResult, result } from '../lib/result.js';
import { runInChild, serveServices } from '../processes/child.js';
import type { Reading } from '../work/read-stripe.js';

/** Reading Stripe: as many requests as there are pages, as fast as the rate allows. */

export interface ReadingPlan {
	readonly latencyMs: number;
	readonly sizes: readonly number[];
	/** Up to this size it is read once more, as on the next day. */
	readonly againUpTo: number;
	/** The sizes at which the baselines are measured: subscriptions for the pages, members for the look-ups. */
	readonly paginated: number;
	readonly lookedUp: number;
	readonly lookedUpSleeping: number;
}

/** Beyond the pages: what a reading may cost at any size. */
const CONSTANT_REQUESTS = 15;
const REQUESTS_GOAL = 1.1;
const TIME_GOAL = 1.3;

export async function stripeCases({ latencyMs, ...plan }: ReadingPlan): Promise<CaseResult[]> {
	const [server, others] = await Promise.all([serveServices(), serveServices()]);
	try {
		await load(others.url, Math.max(plan.paginated, plan.lookedUp, plan.lookedUpSleeping), latencyMs);
		// It makes a request in two seconds: that disturbs nobody.
		const sleeping = lookUpEach(others.url, plan.lookedUpSleeping, { sleeping: true });
		// Where something else fails first, that is what is told.
		sleeping.catch(() => {});
		const paginated = { ms: await paginate(others.url), size: plan.paginated };
		const lookedUp = { ms: await lookUpEach(others.url, plan.lookedUp, { sleeping: false }), size: plan.lookedUp };
		const readings: SizedReading[] = [];
		for (const size of plan.sizes) readings.push(...(await read(server.url, size, latencyMs, size <= plan.againUpTo ? 2 : 1)));
		const lookedUpSleeping = { ms: await sleeping, size: plan.lookedUpSleeping };
		return readings.map((reading) => judge(reading, latencyMs, { paginated, lookedUp, lookedUpSleeping }));
	} finally {
		await Promise.all([server.stop(), others.stop()]);
	}
}

/** What was measured at one size, to be compared with what it takes at another. */
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
		if (subscriptions !== size) throw new Error(`${size} subscriptions were there, and ${subscriptions} were read`);
		return { ...reading, size, isFirst: index === 0, requestMs, peakRssBytes: usage.peakRssBytes };
	});
}

function judge(
	{ size, isFirst, requestMs, wallMs, peakRssBytes, requests, refused, serverMs }: SizedReading,
	latencyMs: number,
	baselines: Readonly<Record<'paginated' | 'lookedUp' | 'lookedUpSleeping', Measured>>
): CaseResult {
	const bound = readingBound(size, { perSecond: REEVES_RATE, requestMs, isFirst });
	const most = Math.floor(bound.requests * REQUESTS_GOAL) + CONSTANT_REQUESTS;
	return result(
		{
			group: `Reading Stripe, ${REEVES_RATE} requests a second`,
			name: `${latencyMs} ms of latency, ${isFirst ? 'first reading' : 'every later one'}`,
			size,
			requests,
			wallMs,
			boundMs: bound.ms,
			peakRssBytes,
			figures: { pages: bound.requests, 'a bare request, ms': requestMs, '429s': refused, 'sandbox, CPU ms a request': serverMs },
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

function looked(name: string, measured: Measured, size: number) {
	return { name, wallMs: scaled(measured.ms, measured.size, size), measured: size === measured.size };
}

async function load(url: string, subscriptions: number, latencyMs: number): Promise<void> {
	await call(url, 'POST /bench/load', { subscriptions, latencyMs, ratePerSecond: STRIPES_RATE });
}

const pagesOf = (subscriptions: number) => Math.max(1, Math.ceil(subscriptions / PAGE));
