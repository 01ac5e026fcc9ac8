import { times } from '../lib/format.js';
import { type CaseResult, result } from '../lib/result.js';
import { runInChild } from '../processes/child.js';

/** Detecting: one pass, in memory. */

const MIB = 1024 * 1024;

/** As a multiple of the bare loop; of few members, what is measured is how well the compiler knows the loop. */
const GOAL = { times: 3, from: 100_000 };

/** @param searched - the size at which going through the lists is measured */
export async function detectCases({
	sizes,
	searched
}: {
	readonly sizes: readonly number[];
	readonly searched: number;
}): Promise<CaseResult[]> {
	const { searchMs } = await runInChild('detectAll', { size: searched, search: true });
	const results: CaseResult[] = [];
	for (const size of sizes) {
		const { wallMs, bareLoopMs, lookUpsMs, addedBytes, subscriptions, issues, expected, usage } = await runInChild('detectAll', {
			size,
			search: false
		});
		const ratio = wallMs / bareLoopMs;
		results.push(
			result(
				{
					group: 'Detecting',
					name: 'members with as many subscriptions',
					size,
					wallMs,
					peakRssBytes: usage.peakRssBytes,
					figures: { subscriptions, issues, 'µs a member': (wallMs / size) * 1000, 'added, MiB': Math.round(addedBytes / MIB) },
					goals: [
						{ words: `${issues} issues found, ${expected} are there`, reached: issues === expected },
						...(size < GOAL.from
							? []
							: [{ words: `${times(ratio)} of the bare loop, at most ${GOAL.times}`, reached: ratio <= GOAL.times }])
					]
				},
				[
					{ name: 'bare loop', wallMs: bareLoopMs, measured: true },
					{ name: 'its look-ups alone', wallMs: lookUpsMs, measured: true },
					...(searchMs === null
						? []
						: [{ name: 'search in lists', wallMs: searchMs * (size / searched) ** 2, measured: size === searched }])
				]
			)
		);
	}
	return results;
}
