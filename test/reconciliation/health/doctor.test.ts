import { describe, expect, test, vi } from 'vitest';
import { type Check, type CheckRemark, clockRemark, lastRunRemark, runChecks } from '../../../src/reconciliation/health/doctor.js';

const NOW = new Date('2026-11-20T12:00:00Z');
const later = (ms: number) => new Date(NOW.getTime() + ms);
const check = (subject: string, run: Check['run'], severityOnFailure: Check['severityOnFailure'] = 'error'): Check => ({
	subject,
	run,
	severityOnFailure
});
const well = (message: string): CheckRemark => ({ verdict: 'ok', message });

describe('the doctor', () => {
	test('says what each run says, in order, and the same message once', async () => {
		const findings = await runChecks([
			check('Stripe', async () => [well('Fine.')]),
			check('Discord', async () => [well('Fine.'), { verdict: 'blocking', message: 'Above.' }]),
			check('Stripe', async () => [well('Fine.'), { verdict: 'warning', message: 'Old.' }])
		]);
		expect(findings).toEqual([
			{ subject: 'Stripe', verdict: 'ok', message: 'Fine.' },
			{ subject: 'Discord', verdict: 'ok', message: 'Fine.' },
			{ subject: 'Discord', verdict: 'blocking', message: 'Above.' },
			{ subject: 'Stripe', verdict: 'warning', message: 'Old.' }
		]);
	});

	test('takes a run that fails, or never ends, for a finding, and makes the others all the same', async () => {
		vi.useFakeTimers();
		try {
			const findings = runChecks([
				check('Mail', () => Promise.reject(new Error('Nobody answers.'))),
				check('Redis', () => new Promise(() => {}), 'warning'),
				check('Stripe', async () => [well('Fine.')])
			]);
			await vi.advanceTimersByTimeAsync(5_000);
			expect(await findings).toEqual([
				{ subject: 'Mail', verdict: 'error', message: 'Nobody answers.' },
				{ subject: 'Redis', verdict: 'warning', message: 'Redis did not answer within 5 seconds.' },
				{ subject: 'Stripe', verdict: 'ok', message: 'Fine.' }
			]);
		} finally {
			vi.useRealTimers();
		}
	});
});

test.each([
	[0, 'ok', 'agrees'],
	[59_000, 'ok', 'agrees'],
	[61_000, 'warning', '61 seconds ahead of'],
	[-299_000, 'warning', '299 seconds behind'],
	[300_000, 'error', '300 seconds ahead of']
])('a clock that is %d ms off is %s', (off, verdict, message) => {
	expect(clockRemark('Stripe', NOW, later(off))).toMatchObject({ verdict, message: expect.stringContaining(message) });
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
		expect(await remark({ lastSuccessAt: NOW }, 26)).toMatchObject({ verdict: 'ok', message: expect.stringContaining(NOW.toISOString()) });
		expect(await remark({}, 1)).toMatchObject({ verdict: 'ok', message: expect.stringContaining('starts the first') });
	});

	test('is to be looked at when it is longer ago, unless the schedule is paused', async () => {
		expect(await remark({ lastSuccessAt: NOW }, 27)).toMatchObject({ verdict: 'warning' });
		expect(await remark({}, 27)).toMatchObject({ verdict: 'warning' });
		expect(await remark({ lastSuccessAt: NOW }, 27, true)).toMatchObject({ verdict: 'ok' });
		expect(await remark({ lastSuccessAt: NOW, paused: true }, 27)).toMatchObject({ verdict: 'ok' });
	});
});
