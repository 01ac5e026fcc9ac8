import { describe, expect, test, vi } from 'vitest';
import { type Check, clockRemark, examine, lastRunRemark, modeRemark, type Remark } from '../../src/reconciliation/doctor.js';

const NOW = new Date('2026-11-20T12:00:00Z');
const later = (ms: number) => new Date(NOW.getTime() + ms);
const check = (about: string, look: Check['look'], otherwise: Check['otherwise'] = 'wrong'): Check => ({ about, look, otherwise });
const well = (words: string): Remark => ({ verdict: 'well', words });

describe('the doctor', () => {
	test('says what each look says, in order, and the same words once', async () => {
		const findings = await examine([
			check('Stripe', async () => [well('Fine.')]),
			check('Discord', async () => [well('Fine.'), { verdict: 'blocks', words: 'Above.' }]),
			check('Stripe', async () => [well('Fine.'), { verdict: 'warning', words: 'Old.' }])
		]);
		expect(findings).toEqual([
			{ about: 'Stripe', verdict: 'well', words: 'Fine.' },
			{ about: 'Discord', verdict: 'well', words: 'Fine.' },
			{ about: 'Discord', verdict: 'blocks', words: 'Above.' },
			{ about: 'Stripe', verdict: 'warning', words: 'Old.' }
		]);
	});

	test('takes a look that fails, or never ends, for a finding, and makes the others all the same', async () => {
		vi.useFakeTimers();
		try {
			const findings = examine([
				check('Mail', () => Promise.reject(new Error('Nobody answers.'))),
				check('Redis', () => new Promise(() => {}), 'warning'),
				check('Stripe', async () => [well('Fine.')])
			]);
			await vi.advanceTimersByTimeAsync(5_000);
			expect(await findings).toEqual([
				{ about: 'Mail', verdict: 'wrong', words: 'Nobody answers.' },
				{ about: 'Redis', verdict: 'warning', words: 'Redis did not answer within 5 seconds.' },
				{ about: 'Stripe', verdict: 'well', words: 'Fine.' }
			]);
		} finally {
			vi.useRealTimers();
		}
	});
});

test.each([
	[0, 'well', 'agrees'],
	[59_000, 'well', 'agrees'],
	[61_000, 'warning', '61 seconds ahead of'],
	[-299_000, 'warning', '299 seconds behind'],
	[300_000, 'wrong', '300 seconds ahead of']
])('a clock that is %d ms off is %s', (off, verdict, words) => {
	expect(clockRemark('Stripe', NOW, later(off))).toMatchObject({ verdict, words: expect.stringContaining(words) });
});

test.each([
	[false, true, 'blocks'],
	[true, true, 'well'],
	[false, false, 'well'],
	[true, false, 'well'],
	[false, null, 'well']
])('a key that reads live data: %s, where the last good run did: %s, is %s', (livemode, before, verdict) => {
	expect(modeRemark(livemode, { livemode: before }).verdict).toBe(verdict);
});

describe('the last run that read everything', () => {
	const book = (over: { lastSuccessAt?: Date; installedAt?: Date; paused?: boolean } = {}) => ({
		lastSuccessAt: async () => over.lastSuccessAt ?? null,
		installedAt: async () => over.installedAt ?? NOW,
		lastPauseEnd: async () => null,
		currentPause: async () =>
			over.paused === true ? { id: 'p', pausedAt: NOW, pausedBy: 'ada', reason: null, until: null, endedAt: null, endedBy: null } : null
	});
	const remark = (over: Parameters<typeof book>[0], hours: number, paused = false) =>
		lastRunRemark(book(over), { paused }, later(hours * 3_600_000), (moment) => moment.toISOString());

	test('is well within 26 hours, and before the first', async () => {
		expect(await remark({ lastSuccessAt: NOW }, 26)).toMatchObject({ verdict: 'well', words: expect.stringContaining(NOW.toISOString()) });
		expect(await remark({}, 1)).toMatchObject({ verdict: 'well', words: expect.stringContaining('makes the first') });
	});

	test('is to be looked at when it is longer ago, unless the schedule is paused', async () => {
		expect(await remark({ lastSuccessAt: NOW }, 27)).toMatchObject({ verdict: 'warning' });
		expect(await remark({}, 27)).toMatchObject({ verdict: 'warning' });
		expect(await remark({ lastSuccessAt: NOW }, 27, true)).toMatchObject({ verdict: 'well' });
		expect(await remark({ lastSuccessAt: NOW, paused: true }, 27)).toMatchObject({ verdict: 'well' });
	});
});
