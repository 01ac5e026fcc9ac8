import { END_DATE_EXAMPLES, parseEndDate } from '../../reconciliation/schedule/parse-end-date.js';
import { escapeText } from '../format/text.js';

/** Maximum length of an end date as an operator types it. */
export const MAX_END_DATE_LENGTH = 60;

const MAX_REPEATED_LENGTH = 500;

/** The end date, null for none; or the reply that says why it cannot be used. */
export type EndDate = { readonly until: Date | null } | { readonly problem: string };

/**
 * Reads an end date that an operator typed.
 * @param typed - null or empty for no end
 * @param alsoTyped - other text of the same form, repeated in the reply so that it is not lost
 */
export function readEndDate(
	typed: string | null,
	{ timeZone }: { readonly timeZone: string },
	alsoTyped: string | null = null,
	now = new Date()
): EndDate {
	if (typed === null || typed === '') return { until: null };
	const until = parseEndDate(typed, now, timeZone);
	if (until instanceof Date) return { until };
	const quoted = `"${escapeText(typed, MAX_END_DATE_LENGTH)}"`;
	const problem = {
		invalid: `Reeve does not understand the time ${quoted}.`,
		past: `The time ${quoted} is in the past.`,
		'too-far': `The time ${quoted} is more than ten years away: leave it out for "without an end".`
	}[until];
	const repeated = alsoTyped === null ? '' : `\nYou wrote: ${escapeText(alsoTyped, MAX_REPEATED_LENGTH)}`;
	return { problem: `Nothing was changed. ${problem} Write it like ${END_DATE_EXAMPLES}.${repeated}` };
}
