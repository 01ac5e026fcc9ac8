/** Number formats of the tables. */

const MIB = 1024 * 1024;

/** 1 234 567 */
export function formatInteger(value: number): string {
	return Math.round(value)
		.toString()
		.replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** Milliseconds in a readable unit: 12 ms, 3.4 s, 5.1 min, 2.8 h, 23 d. */
export function formatDuration(ms: number): string {
	if (ms < 10) return `${ms.toFixed(1)} ms`;
	if (ms < 1_000) return `${formatInteger(ms)} ms`;
	for (const [unit, size, next] of UNITS) if (ms < next) return `${short(ms / size)} ${unit}`;
	return `${short(ms / DAY)} d`;
}

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000] as const;
const UNITS = [
	['s', SECOND, 2 * MINUTE],
	['min', MINUTE, 2 * HOUR],
	['h', HOUR, 2 * DAY]
] as const;

/** ×1.04, ×23, ×5 600 */
export function formatRatio(ratio: number): string {
	return `×${ratio < 10 ? ratio.toFixed(2) : formatInteger(ratio)}`;
}

export function formatMebibytes(bytes: number): string {
	return `${formatInteger(bytes / MIB)} MiB`;
}

function short(value: number): string {
	return value < 100 ? value.toFixed(1) : formatInteger(value);
}
