import { number } from '../../format/format.js';
import { cut } from '../../format/text.js';

/** Room for "… and 12 345 more". */
const MORE_LENGTH = 24;

/** As many whole lines as there is room for, and how many more there are: half a line may say the opposite. */
export function fitWholeLines(lines: readonly string[], max: number): string {
	const kept: string[] = [];
	let length = 0;
	for (const line of lines) {
		length += line.length + 1;
		if (length > max - MORE_LENGTH) break;
		kept.push(line);
	}
	const left = lines.length - kept.length;
	if (left === 0) return kept.join('\n');
	return kept.length === 0 ? cut(lines[0] ?? '', max) : `${kept.join('\n')}\n… and ${number(left)} more`;
}
