import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggedRequest } from '../../sandbox/services/core/request-log.js';
import { call } from '../lib/call.js';
import { formatDuration } from '../lib/format.js';
import { type CaseResult, result } from '../lib/result.js';
import { serveHost } from '../processes/child.js';
import { reconcile } from '../processes/reconcile.js';

/** How soon a change takes effect, with the default interval between readings of the events, in the bot's own process. */

/** Limits beyond the settle time, for 95 of 100 changes. */
const PAYMENT_MS = 30_000;
const REPORT_MS = 5_000;
const REJOIN_MS = 5_000;
/** Requests per minute in which nothing changes. */
const IDLE_STRIPE_REQUESTS = 4;
/** The work on the last change is over after so long without a request to Discord. */
const QUIET_MS = 5_000;

const LATENCY_MS = 100;
const POLL_INTERVAL_MS = 50;
const TIMEOUT_MS = 600_000;
/** Changes come at any time between two readings. */
const SPREAD_MS = 3_700;

interface Plan {
	/** Changes of each kind. */
	readonly changes: number;
	readonly settleSeconds: number;
	/** How long the bot is watched while nothing changes. */
	readonly idleSeconds: number;
}

const idOf = (kind: number, index: number) => `3000000000${kind}${String(index).padStart(7, '0')}`;
const [PAYER, REJOINER, STRANGER] = [1, 2, 3];

export async function secondsCases({ changes, settleSeconds, idleSeconds }: Plan): Promise<CaseResult[]> {
	const indexes = Array.from({ length: changes }, (_, index) => index);
	const world = {
		guild: {
			members: indexes.flatMap((index) => [
				{ id: idOf(PAYER, index), username: `payer${index}`, roles: [] },
				{ id: idOf(REJOINER, index), username: `rejoiner${index}`, roles: ['Knight'] },
				{ id: idOf(STRANGER, index), username: `stranger${index}`, roles: [] }
			])
		},
		stripe: {
			customers: indexes.flatMap((index) =>
				[PAYER, REJOINER].map((kind) => ({ id: `cus_${kind}_${index}`, metadata: { discord_id: idOf(kind, index) } }))
			),
			subscriptions: indexes.flatMap((index) => [
				{ id: `sub_${PAYER}_${index}`, customer: `cus_${PAYER}_${index}`, status: 'canceled', price: 'price_knight' },
				{ id: `sub_${REJOINER}_${index}`, customer: `cus_${REJOINER}_${index}`, status: 'active', price: 'price_knight' }
			])
		}
	};
	const env = {
		RECONCILIATION_EVENTS_SECONDS: null,
		RECONCILIATION_SETTLE_SECONDS: settleSeconds,
		RECONCILIATION_AUTO_FIX: true
	};
	const host = await serveHost({ world, env });
	try {
		const { url } = host;
		await call(url, 'POST /api/stripe/settings', { latencyMs: LATENCY_MS, ratePerSecond: 25 });
		await reconcile(url);
		const settleMs = settleSeconds * 1000;
		const rolesOf = async (id: string) => {
			const { members } = await call<{ members: readonly { id: string; roles: readonly string[] }[] }>(url, 'GET /api/guild');
			return members.find((member) => member.id === id)?.roles ?? [];
		};
		const hasKnight = (id: string) => async () => (await rolesOf(id)).includes('Knight');
		const payments = await measure(indexes, async (index) => {
			await call(url, `PATCH /api/stripe/subscriptions/sub_${PAYER}_${index}`, { status: 'active' });
			return hasKnight(idOf(PAYER, index));
		});
		const reports = await measure(indexes, async (index) => {
			await call(url, 'POST /api/roles', { user: `stranger${index}`, add: ['Knight'] });
			return async () => JSON.stringify(await call(url, 'GET /api/messages')).includes(idOf(STRANGER, index));
		});
		const rejoins = await measure(indexes, async (index) => {
			const member = { id: idOf(REJOINER, index), username: `rejoiner${index}` };
			await call(url, 'POST /api/guild', { action: 'leave', user: member.username });
			await call(url, 'POST /api/guild', { action: 'join', member });
			return hasKnight(member.id);
		});
		const of = (name: string, times: readonly number[], waitMs: number, limitMs: number) =>
			caseOf(name, { times, settleSeconds, limitMs: waitMs + limitMs });
		return [
			of('payment made → role', payments, settleMs, PAYMENT_MS),
			of('role granted by hand → reported', reports, settleMs, REPORT_MS),
			of('payer rejoins → role', rejoins, 0, REJOIN_MS),
			await idleCase(url, { size: changes, idleSeconds })
		];
	} finally {
		await host.stop();
	}
}

/** Makes a change for each, some time after the one before. @param change - makes it, and returns whether its effect is there @returns milliseconds until then */
async function measure(indexes: readonly number[], change: (index: number) => Promise<() => Promise<boolean>>): Promise<readonly number[]> {
	return Promise.all(
		indexes.map(async (index) => {
			await sleep(index * SPREAD_MS);
			const startedAt = performance.now();
			const isThere = await change(index);
			while (!(await isThere())) {
				if (performance.now() - startedAt > TIMEOUT_MS) throw new Error('A change had no effect within ten minutes.');
				await sleep(POLL_INTERVAL_MS);
			}
			return performance.now() - startedAt;
		})
	);
}

function caseOf(
	name: string,
	{ times, settleSeconds, limitMs }: { readonly times: readonly number[]; readonly settleSeconds: number; readonly limitMs: number }
): CaseResult {
	const [p50, p95] = [percentile(times, 50), percentile(times, 95)];
	return result({
		group: `Within seconds, settle time ${settleSeconds} s`,
		name,
		size: times.length,
		wallMs: p95,
		figures: { 'p50, ms': Math.round(p50), 'p95, ms': Math.round(p95) },
		goals: [{ label: `p95 ${formatDuration(p95)}, at most ${formatDuration(limitMs)}`, met: p95 <= limitMs }]
	});
}

/** Requests while nothing changes. */
async function idleCase(url: string, { size, idleSeconds }: { readonly size: number; readonly idleSeconds: number }): Promise<CaseResult> {
	// Heartbeats keep the connection to Discord's gateway open.
	const requests = async () =>
		(await call<readonly LoggedRequest[]>(url, 'GET /api/requests')).filter(({ method }) => method !== 'HEARTBEAT');
	const toDiscord = async () => (await requests()).filter(({ target }) => target === 'discord').length;
	// The last report is posted and edited some seconds after its change.
	for (let count = -1; count !== (await toDiscord()); await sleep(QUIET_MS)) count = await toDiscord();
	const before = (await requests()).length;
	await sleep(idleSeconds * 1000);
	const idle = (await requests()).slice(before);
	const [stripe, discord] = ['stripe', 'discord'].map((target) => idle.filter((request) => request.target === target).length);
	const allowed = Math.ceil((IDLE_STRIPE_REQUESTS * idleSeconds) / 60);
	return result({
		group: 'Within seconds, idle',
		name: `${idleSeconds} s without a change`,
		size,
		wallMs: idleSeconds * 1000,
		requests: (stripe ?? 0) + (discord ?? 0),
		figures: { Stripe: stripe ?? 0, Discord: discord ?? 0 },
		goals: [
			{ label: `${stripe} requests to Stripe, at most ${allowed}`, met: (stripe ?? 0) <= allowed },
			{ label: `${discord} requests to Discord, none allowed`, met: discord === 0 }
		]
	});
}

/** The smallest time that so many percent do not exceed. */
function percentile(times: readonly number[], percent: number): number {
	const sorted = [...times].sort((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}
