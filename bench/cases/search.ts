import { formatDuration } from '../lib/format.js';
import { type CaseResult, result } from '../lib/result.js';
import { runInChild } from '../processes/child.js';

/** Issue autocomplete: CPU time per keystroke. The embedded database runs in the bot's process and blocks it meanwhile. */

const MAX_CPU_MS = 50;

export async function searchCases({ sizes }: { readonly sizes: readonly number[] }): Promise<CaseResult[]> {
	const results: CaseResult[] = [];
	for (const issues of sizes) {
		const { searches, loadAllMs, usage } = await runInChild('searchIssues', { issues });
		for (const { name, wallMs, cpuMs, found } of searches)
			results.push(
				result(
					{
						group: 'Searching open issues, embedded database',
						name,
						size: issues,
						wallMs,
						peakRssBytes: usage.peakRssBytes,
						figures: { found, 'CPU, ms': cpuMs },
						goals: [{ label: `${formatDuration(cpuMs)} of CPU per keystroke, at most ${MAX_CPU_MS} ms`, met: cpuMs <= MAX_CPU_MS }]
					},
					[{ name: 'load all open issues', wallMs: loadAllMs, measured: true }]
				)
			);
	}
	return results;
}
