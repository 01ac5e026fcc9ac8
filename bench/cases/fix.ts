import type { LoggedRequest } from '../../sandbox/services/core/request-log.js';
import { fiveThenSleep, patchRoleLists } from '../baselines/roles.js';
import { bucketBound } from '../lib/bound.js';
import { call } from '../lib/call.js';
import { formatDuration } from '../lib/format.js';
import { type CaseResult, result } from '../lib/result.js';
import type { RoleChange } from '../lib/role-change.js';
import { serveHost, serveServices } from '../processes/child.js';
import { reconcile } from '../processes/reconcile.js';

/** Fixing: exactly the role calls that the plans need, as fast as Discord's rate-limit bucket allows. */

/** The bucket as the sandbox's Discord announces it; observed on the real one. */
const BUCKET = { limit: 10, seconds: 5 };
const LATENCY_MS = 100;
const MAX_TIME_RATIO = 1.3;
/** Each member is read before and after. */
const READS_PER_ISSUE = 2;
const FIX_EVERYTHING = { RECONCILIATION_AUTO_FIX: true, RECONCILIATION_MAX_REVOKE_PERCENT: 100, RECONCILIATION_FIX_UNLINKED: true };

export async function fixCases({ members }: { readonly members: number }): Promise<CaseResult[]> {
	const [host, patchMs, sleepMs] = await Promise.all([
		serveHost({ scenario: 'metropolis', size: members, env: FIX_EVERYTHING }),
		baseline(members, patchRoleLists),
		baseline(members, fiveThenSleep)
	]);
	try {
		const { url } = host;
		await call(url, 'POST /api/stripe/settings', { latencyMs: LATENCY_MS, ratePerSecond: 25 });
		await call(url, 'POST /api/discord/settings', { limits: { memberRoles: BUCKET } });
		const { issues } = await call<{ issues: readonly { add: readonly string[]; remove: readonly string[] }[] }>(url, 'GET /api/expected');
		await reconcile(url);
		const { peakRssBytes } = await call<{ peakRssBytes: number }>(url, 'GET /api/usage');
		const traffic = summarize(await call<readonly LoggedRequest[]>(url, 'GET /api/requests'));
		const planned = issues.reduce((total, { add, remove }) => total + add.length + remove.length, 0);
		const boundMs = bucketBound(planned, BUCKET);
		return [
			result(
				{
					group: `Fixing, ${BUCKET.limit} role calls per ${BUCKET.seconds} s`,
					name: 'auto-fix, four at a time',
					size: issues.length,
					requests: traffic.roleCalls + traffic.reads,
					wallMs: traffic.wallMs,
					boundMs,
					peakRssBytes,
					figures: { planned, 'role calls': traffic.roleCalls, reads: traffic.reads, '429s': traffic.rateLimited },
					goals: [
						{ label: `${traffic.roleCalls} role calls, ${planned} planned`, met: traffic.roleCalls === planned },
						{
							label: `${traffic.reads} reads, at most ${READS_PER_ISSUE} per issue`,
							met: traffic.reads <= READS_PER_ISSUE * issues.length
						},
						{ label: `${traffic.rateLimited} answered 429, none allowed`, met: traffic.rateLimited === 0 },
						{
							label: `${formatDuration(traffic.wallMs)}, at most ${MAX_TIME_RATIO} × ${formatDuration(boundMs)}`,
							met: traffic.wallMs <= Math.max(boundMs, BUCKET.seconds * 1000) * MAX_TIME_RATIO
						}
					]
				},
				[
					{ name: 'PATCH of the role list', wallMs: patchMs, measured: true },
					{ name: 'five fixes, then 2 s sleep', wallMs: sleepMs, measured: true }
				]
			)
		];
	} finally {
		await host.stop();
	}
}

async function baseline(
	members: number,
	fix: (url: string, guildId: string, changes: readonly RoleChange[]) => Promise<number>
): Promise<number> {
	const server = await serveServices();
	try {
		const { guildId, changes } = await call<{ guildId: string; changes: readonly RoleChange[] }>(server.url, 'POST /bench/load', {
			members
		});
		return await fix(server.url, guildId, changes);
	} finally {
		await server.stop();
	}
}

/** Requests to Discord about members; `wallMs` from the first role call to the end of the last. */
function summarize(requests: readonly LoggedRequest[]) {
	const toDiscord = requests.filter(({ target }) => target === 'discord');
	const roleCalls = toDiscord.filter(({ path }) => /\/members\/\d+\/roles\/\d+$/.test(path));
	const reads = toDiscord.filter(({ method, path }) => method === 'GET' && /\/members\/\d+$/.test(path));
	const [first, last] = [roleCalls.at(0), roleCalls.at(-1)];
	return {
		roleCalls: roleCalls.length,
		reads: reads.length,
		rateLimited: toDiscord.filter(({ status }) => status === 429).length,
		wallMs: first && last ? Date.parse(last.at) + (last.ms ?? 0) - Date.parse(first.at) : 0
	};
}
