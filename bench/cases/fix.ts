import type { LoggedRequest } from '../../sandbox/services/core/request-log.js';
import { fiveThenSleep, patchRoleLists } from '../baselines/fixing.js';
import { bucketBound } from '../lib/bound.js';
import { call } from '../lib/call.js';
import type { Change } from '../lib/change.js';
import { time } from '../lib/format.js';
import { type CaseResult, result } from '../lib/result.js';
import { serveHost, serveServices } from '../processes/child.js';
import { reconcile } from '../processes/reconcile.js';

/** Fixing: the role calls that the plans need, as fast as the bucket that Discord announces. */

/** As the sandbox's Discord announces it, and as the real one was seen to. */
const BUCKET = { limit: 10, seconds: 5 };
const LATENCY_MS = 100;
const TIME_GOAL = 1.3;
/** A person is read before and after. */
const READS = 2;
const FIXES_EVERYTHING = { RECONCILIATION_AUTO_FIX: true, RECONCILIATION_MAX_REVOKE_PERCENT: 100, RECONCILIATION_FIX_UNLINKED: true };

export async function fixCases({ members }: { readonly members: number }): Promise<CaseResult[]> {
	const [house, patchMs, sleepMs] = await Promise.all([
		serveHost({ scenario: 'metropolis', size: members, env: FIXES_EVERYTHING }),
		baseline(members, patchRoleLists),
		baseline(members, fiveThenSleep)
	]);
	try {
		const { url } = house;
		await call(url, 'POST /api/stripe/settings', { latencyMs: LATENCY_MS, ratePerSecond: 25 });
		await call(url, 'POST /api/discord/settings', { limits: { memberRoles: BUCKET } });
		const { issues } = await call<{ issues: readonly { add: readonly string[]; remove: readonly string[] }[] }>(url, 'GET /api/expected');
		await reconcile(url);
		const { peakRssBytes } = await call<{ peakRssBytes: number }>(url, 'GET /api/usage');
		const seen = look(await call<readonly LoggedRequest[]>(url, 'GET /api/requests'));
		const planned = issues.reduce((total, { add, remove }) => total + add.length + remove.length, 0);
		const boundMs = bucketBound(planned, BUCKET);
		return [
			result(
				{
					group: `Fixing, ${BUCKET.limit} role calls in ${BUCKET.seconds} s`,
					name: 'automatic, four at a time',
					size: issues.length,
					requests: seen.roleCalls + seen.reads,
					wallMs: seen.wallMs,
					boundMs,
					peakRssBytes,
					figures: { planned, 'role calls': seen.roleCalls, reads: seen.reads, '429s': seen.refused },
					goals: [
						{ words: `${seen.roleCalls} role calls, ${planned} planned`, reached: seen.roleCalls === planned },
						{ words: `${seen.reads} reads, ${READS} an issue`, reached: seen.reads <= READS * issues.length },
						{ words: `${seen.refused} refused, none allowed`, reached: seen.refused === 0 },
						{
							words: `${time(seen.wallMs)}, at most ${TIME_GOAL} of ${time(boundMs)}`,
							reached: seen.wallMs <= Math.max(boundMs, BUCKET.seconds * 1000) * TIME_GOAL
						}
					]
				},
				[
					{ name: 'whole role lists', wallMs: patchMs, measured: true },
					{ name: 'five fixes, then 2 s of sleep', wallMs: sleepMs, measured: true }
				]
			)
		];
	} finally {
		await house.stop();
	}
}

async function baseline(
	members: number,
	fix: (url: string, guildId: string, changes: readonly Change[]) => Promise<number>
): Promise<number> {
	const server = await serveServices();
	try {
		const { guildId, changes } = await call<{ guildId: string; changes: readonly Change[] }>(server.url, 'POST /bench/load', { members });
		return await fix(server.url, guildId, changes);
	} finally {
		await server.stop();
	}
}

/** What was asked of Discord about members, from the first role call to the last. */
function look(requests: readonly LoggedRequest[]) {
	const toDiscord = requests.filter(({ target }) => target === 'discord');
	const roleCalls = toDiscord.filter(({ path }) => /\/members\/\d+\/roles\/\d+$/.test(path));
	const reads = toDiscord.filter(({ method, path }) => method === 'GET' && /\/members\/\d+$/.test(path));
	const [first, last] = [roleCalls.at(0), roleCalls.at(-1)];
	return {
		roleCalls: roleCalls.length,
		reads: reads.length,
		refused: toDiscord.filter(({ status }) => status === 429).length,
		wallMs: first && last ? Date.parse(last.at) + (last.ms ?? 0) - Date.parse(first.at) : 0
	};
}
