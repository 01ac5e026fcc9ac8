import { describe, expect, it } from 'vitest';
import { plainDay, timeInText, withPlainDays } from '../../../src/reconciliation/domain/time-in-text.js';

describe('times in texts', () => {
	it('are ISO 8601 to the second, and can become days', () => {
		const text = `ended ${timeInText(new Date('2026-09-28T22:30:00.500Z'))} (sub_1)`;
		expect(text).toBe('ended 2026-09-28T22:30:00Z (sub_1)');
		expect(withPlainDays(text)).toBe('ended 28 Sep 2026 (sub_1)');
		expect(withPlainDays(text, new Date('2026-10-01T00:00:00Z'))).toBe('ended 28 Sep (sub_1)');
		expect(withPlainDays(text, new Date('2027-01-01T00:00:00Z'))).toBe('ended 28 Sep 2026 (sub_1)');
	});

	it('are days of a time zone', () => {
		expect(plainDay(new Date('2026-11-28T22:30:00Z'))).toBe('28 Nov 2026');
		expect(plainDay(new Date('2026-11-28T23:30:00Z'), 'Europe/Berlin')).toBe('29 Nov 2026');
	});
});
