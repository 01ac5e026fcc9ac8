import { describe, expect, it } from 'vitest';
import { readEndDate } from '../../../src/messages/replies/end-date.js';
import { END_DATE_EXAMPLES } from '../../../src/reconciliation/schedule/parse-end-date.js';

const NOW = new Date('2026-11-20T08:00:00Z');
const SETTINGS = { timeZone: 'UTC' };

describe('readEndDate', () => {
	it('reads a duration or a date', () => {
		expect(readEndDate('2h', SETTINGS, null, NOW)).toEqual({ until: new Date('2026-11-20T10:00:00Z') });
	});

	it.each([null, ''])('reads %j as no end', (typed) => {
		expect(readEndDate(typed, SETTINGS)).toEqual({ until: null });
	});

	it('answers unreadable text with examples and repeats what else was typed', () => {
		expect(readEndDate('soon', SETTINGS, 'a reason')).toEqual({
			problem: `Nothing was changed. Reeve does not understand the time "soon". Write it like ${END_DATE_EXAMPLES}.\nYou wrote: a reason`
		});
	});

	it('refuses a date in the past and one more than ten years away', () => {
		expect(readEndDate('2020-01-01', SETTINGS, null, NOW)).toMatchObject({ problem: expect.stringContaining('is in the past') });
		expect(readEndDate('999 weeks', SETTINGS, null, NOW)).toMatchObject({ problem: expect.stringContaining('ten years') });
	});
});
