import { describe, expect, it, vi } from 'vitest';
import {
	type Check,
	type CheckRemark,
	clockRemark,
	lastRunRemark,
	runChecks,
	storageClockRemark
} from '../../../src/reconciliation/health/doctor.js';

const NOW = new Date('2026-11-20T12:00:00Z');
const later = (ms: number) => new Date(NOW.getTime() + ms);
const check = (subject: string, run: Check['run'], severityOnFailure: Check['severityOnFailure'] = 'error'): Check => ({
	subject,
	run,
	severityOnFailure
});
const well = (message: string): CheckRemark => ({ verdict: 'ok', message });

describe('runChecks', () => {
	it('returns the results in order without duplicates', async () => {
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

	it('turns a check that fails or hangs into a result and runs the others', async () => {
		vi.useFakeTimers();
		try {
			const findings = runChecks([
				check('Mail', () => Promise.reject(new Error('No answer.'))),
				check('Redis', () => new Promise(() => {}), 'warning'),
				check('Stripe', async () => [well('Fine.')])
			]);
			await vi.advanceTimersByTimeAsync(5_000);
			expect(await findings).toEqual([
				{ subject: 'Mail', verdict: 'error', message: 'No answer.' },
				{ subject: 'Redis', verdict: 'warning', message: 'Redis did not answer within 5 seconds.' },
				{ subject: 'Stripe', verdict: 'ok', message: 'Fine.' }
			]);
		} finally {
			vi.useRealTimers();
		}
	});
});

it.each([
	[0, 'ok', 'agrees'],
	[59_000, 'ok', 'agrees'],
	[61_000, 'warning', "61 seconds ahead of Stripe's"],
	[-120_000, 'warning', "2 minutes behind Stripe's"],
	[121_000, 'blocking', "2 minutes ahead of Stripe's"],
	[-40 * 86_400_000, 'blocking', "40 days behind Stripe's"]
])('clockRemark returns for a skew of %d ms: %s', (off, verdict, message) => {
	expect(clockRemark({ service: 'Stripe', theirs: NOW, ours: later(off) })).toMatchObject({
		verdict,
		message: expect.stringContaining(message)
	});
});

it.each([
	[59_000, 'ok'],
	[86_400_000, 'warning']
])('storageClockRemark returns for a skew of %d ms: %s', (off, verdict) => {
	expect(storageClockRemark({ service: 'the database', theirs: NOW, ours: later(off) })).toMatchObject({ verdict });
});

describe('lastRunRemark', () => {
	const book = (over: { lastSuccessAt?: Date; installedAt?: Date; paused?: boolean } = {}) => ({
		lastSuccessAt: async () => over.lastSuccessAt ?? null,
		installedAt: async () => over.installedAt ?? NOW,
		lastPauseEnd: async () => null,
		currentPause: async () =>
			over.paused === true ? { id: 'p', pausedAt: NOW, pausedBy: 'ada', reason: null, until: null, endedAt: null, endedBy: null } : null
	});
	const remark = (over: Parameters<typeof book>[0], hours: number, paused = false) =>
		lastRunRemark(book(over), { paused }, later(hours * 3_600_000), (moment) => moment.toISOString());

	it('is ok within 26 hours and before the first run', async () => {
		expect(await remark({ lastSuccessAt: NOW }, 26)).toMatchObject({ verdict: 'ok', message: expect.stringContaining(NOW.toISOString()) });
		expect(await remark({}, 1)).toMatchObject({ verdict: 'ok', message: expect.stringContaining('starts the first') });
	});

	it('warns after 26 hours unless the schedule is paused', async () => {
		expect(await remark({ lastSuccessAt: NOW }, 27)).toMatchObject({ verdict: 'warning' });
		expect(await remark({}, 27)).toMatchObject({ verdict: 'warning' });
		expect(await remark({ lastSuccessAt: NOW }, 27, true)).toMatchObject({ verdict: 'ok' });
		expect(await remark({ lastSuccessAt: NOW, paused: true }, 27)).toMatchObject({ verdict: 'ok' });
	});
});
