import type { RequestCount } from '../../sandbox/wire/summary.js';
import { lookUpEach, paginate } from '../baselines/reading.js';
import { PAGE, readingBound, scaled } from '../ground/bound.js';
import { REEVES_RATE, STRIPES_RATE } from '../ground/key.js';
import { type CaseResult, result } from '../ground/result.js';
import { time } from '../ground/words.js';
import { call } from '../processes/call.js';
import { doApart, serveServices } from '../processes/child.js';

/** Reading Stripe: as many requests as there are pages, as fast as the rate allows. */

export interface ReadingPlan {
	readonly latencyMs: number;
	readonly sizes: readonly number[];
	/** The sizes at which the baselines are measured: subscriptions for the pages, members for the look-ups. */
	readonly paginated: number;
	readonly lookedUp: number;
	readonly lookedUpSleeping: number;
}

/** Beyond the pages: what a reading may cost at any size. */
const CONSTANT_REQUESTS = 15;
const REQUESTS_GOAL = 1.1;
const TIME_GOAL = 1.3;

interface Counted {
	readonly counts: readonly RequestCount[];
	readonly cpuMs: number;
}

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
		const readings: Reading[] = [];
		for (const size of plan.sizes) readings.push(await read(server.url, size, latencyMs));
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

interface Reading {
	readonly size: number;
	readonly wallMs: number;
	readonly peakRssBytes: number;
	readonly requests: number;
	readonly refused: number;
	/** Of the server, for a request. */
	readonly serverMs: number;
}

async function read(url: string, size: number, latencyMs: number): Promise<Reading> {
	await load(url, size, latencyMs);
	const before = await call<Counted>(url, 'GET /bench/requests');
	const { wallMs, subscriptions, usage } = await doApart('readStripe', { apiUrl: url });
	if (subscriptions !== size) throw new Error(`${size} subscriptions were there, and ${subscriptions} were read`);
	const { counts, cpuMs } = await call<Counted>(url, 'GET /bench/requests');
	const requests = sum(counts);
	const refused = sum(counts.filter(({ status }) => status === 429));
	return { size, wallMs, peakRssBytes: usage.peakRssBytes, requests, refused, serverMs: (cpuMs - before.cpuMs) / requests };
}

function judge(
	{ size, wallMs, peakRssBytes, requests, refused, serverMs }: Reading,
	latencyMs: number,
	baselines: Readonly<Record<'paginated' | 'lookedUp' | 'lookedUpSleeping', Measured>>
): CaseResult {
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
			peakRssBytes,
			figures: { pages: bound.requests, '429s': refused, 'sandbox, CPU ms a request': serverMs },
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
const sum = (counts: readonly RequestCount[]) => counts.reduce((total, { count }) => total + count, 0);
