import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEndDate } from '../../../src/reconciliation/schedule/parse-end-date.js';

const NEW_YORK = 'America/New_York';
const NOW = new Date('2026-11-20T15:00:00Z');
const at = (text: string, zone = NEW_YORK, now = NOW) => {
	const end = parseEndDate(text, now, zone);
	return end instanceof Date ? end.toISOString() : end;
};

describe('parseEndDate', () => {
	it.each([
		['2h', '2026-11-20T17:00:00.000Z'],
		['90 minutes', '2026-11-20T16:30:00.000Z'],
		['3 days', '2026-11-23T15:00:00.000Z'],
		['1w 2d', '2026-11-29T15:00:00.000Z'],
		['1 day, 12 hours', '2026-11-22T03:00:00.000Z'],
		['For 2H', '2026-11-20T17:00:00.000Z'],
		['45s', '2026-11-20T15:00:45.000Z'],
		['1 month', '2026-12-20T15:00:00.000Z'],
		['1y', '2027-11-20T15:00:00.000Z'],
		['2026-12-01T18:00:00Z', '2026-12-01T18:00:00.000Z'],
		['2026-12-01T18:00:00.5+01:00', '2026-12-01T17:00:00.500Z'],
		['2026-12-01T18:00:00', '2026-12-01T23:00:00.000Z'],
		['2026-12-01 18:00', '2026-12-01T23:00:00.000Z'],
		['2026-12-01', '2026-12-02T04:59:59.999Z'],
		['2026-11-20', '2026-11-21T04:59:59.999Z']
	])('reads %j in the configured time zone', (text, expected) => {
		expect(at(text)).toBe(expected);
	});

	it.each([
		['today', '2026-11-21T04:59:59.999Z'],
		['tomorrow', '2026-11-22T04:59:59.999Z'],
		['until tomorrow', '2026-11-22T04:59:59.999Z'],
		['Tomorrow 18:00', '2026-11-21T23:00:00.000Z'],
		['tomorrow at 9:00', '2026-11-21T14:00:00.000Z'],
		['next Monday', '2026-11-24T04:59:59.999Z'],
		['monday', '2026-11-24T04:59:59.999Z'],
		['on mon', '2026-11-24T04:59:59.999Z'],
		['thursday', '2026-11-27T04:59:59.999Z'],
		// NOW is a Friday.
		['next friday', '2026-11-28T04:59:59.999Z'],
		['next week', '2026-11-28T04:59:59.999Z'],
		['next month', '2026-12-21T04:59:59.999Z']
	])('reads the day %j', (text, expected) => {
		expect(at(text)).toBe(expected);
	});

	it('takes the day from the configured time zone', () => {
		expect(at('tomorrow', 'Asia/Tokyo')).toBe('2026-11-22T14:59:59.999Z');
	});

	it('counts calendar days across clock changes', () => {
		expect(at('1 day', NEW_YORK, new Date('2026-03-07T17:00:00Z'))).toBe('2026-03-08T16:00:00.000Z');
	});

	it.each([
		'',
		'soon',
		'2 moons',
		'2026-13-01',
		'2026-02-30',
		'12',
		'2h tomorrow',
		'1.5h',
		'-2h',
		'yesterday',
		'last monday',
		'mo',
		'tomorrow 25:00',
		'next'
	])('returns invalid for %j', (text) => {
		expect(at(text)).toBe('invalid');
	});

	it('distinguishes past from too far', () => {
		expect(at('2026-11-19')).toBe('past');
		expect(at('0h')).toBe('past');
		expect(at('today 9:00')).toBe('past');
		expect(at('2026-11-20 09:59')).toBe('past');
		expect(at('2036-11-21')).toBe('too-far');
		expect(at('999999 weeks')).toBe('too-far');
	});

	it('never throws', () => {
		fc.assert(
			fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[0-9]{0,7} ?[a-z]{0,8}[ ,]?$/)), (text) => {
				const end = parseEndDate(text, NOW, NEW_YORK);
				if (end instanceof Date) expect(end.getTime()).toBeGreaterThan(NOW.getTime());
			})
		);
	});
});
