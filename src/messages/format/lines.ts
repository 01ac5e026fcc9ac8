import { number } from './format.js';
import { cut } from './text.js';

/** Room for "… and 12,345 more". */
const MORE_LENGTH = 24;

/** A line is only cut if at least this much of it fits. */
const MIN_CUT_LENGTH = 40;

export interface FitLinesOptions {
	readonly separator?: string;
	/** Cuts the last line that fits in part. Without it only whole lines are kept, and the rest is counted: half a line may state the opposite. */
	readonly cutLast?: boolean;
}

/** As many lines as fit into `max` characters. */
export function fitLines(lines: readonly string[], max: number, { separator = '\n', cutLast = false }: FitLinesOptions = {}): string {
	return cutLast ? fitCut(lines, separator, max) : fitWhole(lines, separator, max);
}

function fitCut(lines: readonly string[], separator: string, max: number): string {
	const kept: string[] = [];
	let left = max;
	for (const line of lines) {
		if (line.length > left && left < MIN_CUT_LENGTH) break;
		kept.push(cut(line, left));
		left -= line.length + separator.length;
		if (left <= 0) break;
	}
	return kept.join(separator);
}

function fitWhole(lines: readonly string[], separator: string, max: number): string {
	const kept: string[] = [];
	let length = 0;
	for (const line of lines) {
		length += line.length + separator.length;
		if (length > max - MORE_LENGTH) break;
		kept.push(line);
	}
	const left = lines.length - kept.length;
	if (left === 0) return kept.join(separator);
	return kept.length === 0 ? cut(lines[0] ?? '', max) : [...kept, `… and ${number(left)} more`].join(separator);
}
