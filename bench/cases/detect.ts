import { formatRatio } from '../lib/format.js';
import { type CaseResult, result } from '../lib/result.js';
import { runInChild } from '../processes/child.js';

/** Drift detection: in memory, in one pass. */

const MIB = 1024 * 1024;

/** As a multiple of the minimal join. Small sizes mostly measure JIT warm-up and have no goal. */
const GOAL = { ratio: 3, fromSize: 100_000 };

/** @param scanned - the size at which the linear scan is measured */
export async function detectCases({
	sizes,
	scanned
}: {
	readonly sizes: readonly number[];
	readonly scanned: number;
}): Promise<CaseResult[]> {
	const { scanMs } = await runInChild('detectAll', { size: scanned, scan: true });
	const results: CaseResult[] = [];
	for (const size of sizes) {
		const { wallMs, minimalJoinMs, lookupsMs, allocatedBytes, subscriptions, issues, expected, usage } = await runInChild('detectAll', {
			size,
			scan: false
		});
		const ratio = wallMs / minimalJoinMs;
		results.push(
			result(
				{
					group: 'Detecting drift',
					name: 'members, as many subscriptions',
					size,
					wallMs,
					peakRssBytes: usage.peakRssBytes,
					figures: { subscriptions, issues, 'µs per member': (wallMs / size) * 1000, 'allocated, MiB': Math.round(allocatedBytes / MIB) },
					goals: [
						{ label: `${issues} of ${expected} issues found`, met: issues === expected },
						...(size < GOAL.fromSize
							? []
							: [{ label: `${formatRatio(ratio)} of the minimal join, at most ${GOAL.ratio}`, met: ratio <= GOAL.ratio }])
					]
				},
				[
					{ name: 'minimal join', wallMs: minimalJoinMs, measured: true },
					{ name: 'its lookups only', wallMs: lookupsMs, measured: true },
					...(scanMs === null ? [] : [{ name: 'linear scan', wallMs: scanMs * (size / scanned) ** 2, measured: size === scanned }])
				]
			)
		);
	}
	return results;
}
