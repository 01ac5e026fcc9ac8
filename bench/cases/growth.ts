import { formatMebibytes } from '../lib/format.js';
import { type CaseResult, result } from '../lib/result.js';
import { runInChild } from '../processes/child.js';

/** Size of the embedded database's folder after a time with many open issues. */

const MEBIBYTE = 1024 * 1024;

/** Also after a year of 2,000 open issues among 20,000 members. */
const MAX_BYTES = 150 * MEBIBYTE;

export async function growthCases(plan: {
	readonly members: number;
	readonly openShare: number;
	readonly days: number;
}): Promise<CaseResult[]> {
	const { bytes, wallMs, maintenanceMs, issues, usage } = await runInChild('growDatabase', plan);
	return [
		result({
			group: 'Growth, embedded database',
			name: `${plan.days} days`,
			size: plan.members,
			wallMs,
			peakRssBytes: usage.peakRssBytes,
			figures: { 'open issues': issues, 'maintenance a day, ms': maintenanceMs, 'folder, MiB': bytes / MEBIBYTE },
			goals: [{ label: `${formatMebibytes(bytes)} on the disk, at most ${formatMebibytes(MAX_BYTES)}`, met: bytes <= MAX_BYTES }]
		})
	];
}
