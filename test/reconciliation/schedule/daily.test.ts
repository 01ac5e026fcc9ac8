import { describe, expect, it } from 'vitest';
import { SourceError } from '../../../src/reconciliation/domain/ports.js';
import { type DailySettings, dueDay, runDailyIfDue } from '../../../src/reconciliation/schedule/daily.js';
import { nextRun, nextRunAt } from '../../../src/reconciliation/schedule/next-run.js';
import type { Pause, PauseStore } from '../../../src/reconciliation/schedule/pause.js';
import { customer, subscription, userId } from '../builders.js';
import { FakePorts, SETTINGS } from '../fakes.js';

const QUARTER_MS = 15 * 60_000;
const at = (iso: string) => new Date(iso);

describe('dueDay', () => {
	it.each([
		['America/New_York', 3, '2026-02-10T07:59:59Z', '2026-02-09'],
		['America/New_York', 3, '2026-02-10T08:00:00Z', '2026-02-10'],
		['America/New_York', 0, '2026-02-10T04:59:59Z', '2026-02-09'],
		['America/New_York', 0, '2026-02-10T05:00:00Z', '2026-02-10'],
		['America/New_York', 23, '2026-02-11T03:59:59Z', '2026-02-09'],
		['America/New_York', 23, '2026-02-11T04:00:00Z', '2026-02-10'],
		['Asia/Kolkata', 3, '2026-02-09T21:29:59Z', '2026-02-09'],
		['Asia/Kolkata', 3, '2026-02-09T21:30:00Z', '2026-02-10'],
		['Europe/Berlin', 3, '2026-01-01T01:59:59Z', '2025-12-31'],
		['Europe/Berlin', 3, '2026-01-01T02:00:00Z', '2026-01-01'],
		['Europe/Berlin', 3, '2024-03-01T01:00:00Z', '2024-02-29']
	])('for %s at %i:00, returns at %s the day %s', (timeZone, hour, now, day) => {
		expect(dueDay(at(now), { timeZone, hour })).toBe(day);
	});

	it.each([
		['New York skips 2:00 on 2026-03-08: due at 3:00', 'America/New_York', 2, '2026-03-08T06:59:59Z', '2026-03-08T07:00:00Z', '2026-03-08'],
		['Berlin skips 2:00 on 2026-03-29: due at 3:00', 'Europe/Berlin', 2, '2026-03-29T00:59:59Z', '2026-03-29T01:00:00Z', '2026-03-29'],
		[
			'New York repeats 1:00 on 2026-11-01: due at the first',
			'America/New_York',
			1,
			'2026-11-01T04:59:59Z',
			'2026-11-01T05:00:00Z',
			'2026-11-01'
		],
		[
			'Berlin repeats 2:00 on 2026-10-25: due at the first',
			'Europe/Berlin',
			2,
			'2026-10-24T23:59:59Z',
			'2026-10-25T00:00:00Z',
			'2026-10-25'
		]
	])('%s', (_, timeZone, hour, notYet, due, day) => {
		expect(dueDay(at(notYet), { timeZone, hour }) < day).toBe(true);
		expect(dueDay(at(due), { timeZone, hour })).toBe(day);
		for (let hours = 1; hours < 23; hours++) expect(dueDay(new Date(at(due).getTime() + hours * 3_600_000), { timeZone, hour })).toBe(day);
	});

	describe.each([
		['America/New_York', '2026-03-07T00:00:00Z'],
		['America/New_York', '2026-10-31T00:00:00Z'],
		['Europe/Berlin', '2026-03-28T00:00:00Z'],
		['Europe/Berlin', '2026-10-24T00:00:00Z'],
		['Asia/Kolkata', '2026-03-07T00:00:00Z']
	])('stepping the clock every 15 minutes across 3 days in %s from %s', (timeZone, start) => {
		const clock = new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' });

		// Without clock changes, one hour behaves like another.
		const hours = Array.from({ length: 24 }, (_, hour) => hour).filter(
			(hour) => timeZone !== 'Asia/Kolkata' || [0, 3, 5, 12, 23].includes(hour)
		);

		it.each(hours)('each day is due exactly once, at %i:00', (hour) => {
			const daily = { timeZone, hour };
			let last = dueDay(at(start), daily);
			let days = 0;
			for (let step = 1; step <= 3 * 96; step++) {
				const now = new Date(at(start).getTime() + step * QUARTER_MS);
				const day = dueDay(now, daily);
				if (day === last) continue;
				// Never backwards, never skipping a day, and exactly at the hour, or at the next one if the clocks skip it.
				expect(Date.parse(day) - Date.parse(last)).toBe(24 * 3_600_000);
				const skipped = hour === 2 && (day === '2026-03-08' || day === '2026-03-29') && timeZone !== 'Asia/Kolkata';
				const [year, month, date] = day.split('-');
				expect(clock.format(now)).toBe(`${date}/${month}/${year}, ${String(skipped ? 3 : hour).padStart(2, '0')}:00`);
				last = day;
				days += 1;
			}
			expect(days).toBeGreaterThanOrEqual(2);
			expect(days).toBeLessThanOrEqual(4);
		});
	});
});

/** Pauses that end by themselves or never. */
function bookOf(pauses: readonly Pause[]): Pick<PauseStore, 'currentPause' | 'lastPauseEnd'> {
	return {
		currentPause: async (now) => pauses.find(({ until }) => until === null || until > now) ?? null,
		lastPauseEnd: async (now) =>
			pauses
				.flatMap(({ until }) => (until !== null && until <= now ? [until] : []))
				.sort()
				.at(-1) ?? null
	};
}

describe('nextRunAt', () => {
	const NEW_YORK = { hour: 3, timeZone: 'America/New_York', paused: false };

	it.each([
		['before today’s hour', '2026-02-10T07:00:00Z', '2026-02-09', '2026-02-10T08:00:00.000Z'],
		['after today’s run', '2026-02-10T09:10:00Z', '2026-02-10', '2026-02-11T08:00:00.000Z'],
		['at once, where a day is due', '2026-02-10T09:10:00Z', '2026-02-09', '2026-02-10T09:10:00.000Z'],
		['on the day that skips the hour', '2026-03-08T01:00:00Z', '2026-03-07', '2026-03-08T07:00:00.000Z']
	])('%s', (_, now, done, expected) => {
		expect(nextRunAt(at(now), { ...NEW_YORK, hour: _.includes('skips') ? 2 : 3 }, done).toISOString()).toBe(expected);
	});

	it('returns the first instant at which the day is due, in any zone at any hour', () => {
		const zones = ['America/New_York', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/St_Johns', 'Asia/Kathmandu'];
		for (const timeZone of zones) {
			for (let hour = 0; hour < 24; hour++) {
				for (const start of ['2026-03-07T10:20:00Z', '2026-04-04T10:20:00Z', '2026-10-03T10:20:00Z', '2026-10-24T10:20:00Z']) {
					const daily = { hour, timeZone };
					const done = dueDay(at(start), daily);
					const next = nextRunAt(at(start), daily, done);
					expect(dueDay(next, daily) > done).toBe(true);
					expect(dueDay(new Date(next.getTime() - 1), daily)).toBe(done);
				}
			}
		}
	});

	it('returns a time after the pause, and null for a pause without an end', async () => {
		const ports = new FakePorts();
		ports.ledger.installed = at('2026-02-01T12:00:00Z');
		const now = at('2026-02-03T09:00:00Z');
		const pause = { pausedAt: now, pausedBy: 'ada', reason: null, until: at('2026-02-05T12:00:00Z') };
		expect((await nextRun(ports, bookOf([pause]), NEW_YORK, pause, now))?.toISOString()).toBe('2026-02-06T08:00:00.000Z');
		expect(await nextRun(ports, bookOf([]), NEW_YORK, { ...pause, until: null }, now)).toBeNull();
		expect(await nextRun(ports, bookOf([]), { ...NEW_YORK, paused: true }, null, now)).toBeNull();
	});
});

describe('runDailyIfDue', () => {
	const DAILY: DailySettings = { hour: 3, timeZone: 'America/New_York', paused: false };
	const installedAt = (iso: string) => {
		const ports = new FakePorts();
		ports.ledger.installed = at(iso);
		return ports;
	};
	const ask = async (ports: FakePorts, iso: string, daily: DailySettings = DAILY, pauses: Pause[] = []) => {
		ports.time = at(iso);
		return runDailyIfDue(ports, SETTINGS, daily, bookOf(pauses));
	};
	const days = (ports: FakePorts) => ports.ledger.runs.map(({ scheduledDay }) => scheduledDay);

	it('runs the due day as a scheduled run', async () => {
		const ports = installedAt('2026-02-09T12:00:00Z');
		expect(await ask(ports, '2026-02-10T07:59:00Z')).toBeNull();
		expect(await ask(ports, '2026-02-10T08:00:00Z')).toMatchObject({
			triggeredBy: 'scheduled',
			status: 'COMPLETED',
			isVerificationRun: false
		});
		expect(days(ports)).toEqual(['2026-02-10']);
	});

	it.each(['2026-02-01T12:00:00Z', '2026-03-22T12:00:00Z'])(
		'runs every day again after a clock that was 40 days fast is right (installed %s)',
		async (installed) => {
			const ports = installedAt(installed);
			await ask(ports, '2026-02-10T09:00:00Z');
			await ask(ports, '2026-03-22T09:00:00Z');
			expect(await ask(ports, '2026-02-10T10:00:00Z')).toBeNull();
			expect(await ask(ports, '2026-02-11T09:00:00Z')).toMatchObject({ status: 'COMPLETED' });
			expect(days(ports)).toContain('2026-02-11');
		}
	);

	it('stops fixing when a pause starts during its run, and reports its findings', async () => {
		const ports = installedAt('2026-02-09T12:00:00Z');
		ports.time = at('2026-02-10T09:00:00Z');
		for (const number of [1, 2, 3, 4, 5, 6]) {
			ports.billing.customers.push(customer({ id: `cus_${number}`, metadataDiscordId: userId(number) }));
			ports.billing.put(subscription({ id: `sub_${number}`, customerId: `cus_${number}` }));
			ports.guild.join(userId(number));
		}
		const pauses: Pause[] = [];
		ports.script.once('guild.addRole', () => {
			pauses.push({ pausedAt: ports.time, pausedBy: 'ada', reason: null, until: null });
		});
		const result = await runDailyIfDue(ports, { ...SETTINGS, autoFix: true }, DAILY, bookOf(pauses));
		expect(result).toMatchObject({ status: 'COMPLETED', issuesFound: 6, issuesFixed: 4 });
		// Fixes in progress are finished.
		expect([...ports.ledger.issues.values()].map(({ status }) => status)).toEqual(['FIXED', 'FIXED', 'FIXED', 'FIXED', 'OPEN', 'OPEN']);
		expect(ports.notifier.reports).toHaveLength(1);
	});

	it('runs a day once for repeated calls', async () => {
		const ports = installedAt('2026-02-09T12:00:00Z');
		for (let minute = 0; minute < 60; minute++) await ask(ports, `2026-02-10T09:${String(minute).padStart(2, '0')}:00Z`);
		expect(days(ports)).toEqual(['2026-02-10']);
		expect(ports.notifier.reports).toHaveLength(1);
	});

	it('runs a day once for concurrent calls', async () => {
		const ports = installedAt('2026-02-09T12:00:00Z');
		const results = await Promise.all(Array.from({ length: 20 }, () => ask(ports, '2026-02-10T09:00:00Z')));
		expect(results.filter((result) => result !== null)).toHaveLength(1);
		expect(days(ports)).toEqual(['2026-02-10']);
	});

	it('catches up missed days with one run of the newest', async () => {
		const ports = installedAt('2026-02-01T12:00:00Z');
		await ask(ports, '2026-02-03T09:00:00Z');
		await ask(ports, '2026-02-07T22:00:00Z');
		await ask(ports, '2026-02-07T22:15:00Z');
		expect(days(ports)).toEqual(['2026-02-03', '2026-02-07']);
	});

	it('runs a day again whose run was killed', async () => {
		const ports = installedAt('2026-02-01T12:00:00Z');
		await ask(ports, '2026-02-03T09:00:00Z');
		Object.assign(ports.ledger.runs[0] as object, { status: 'RUNNING' });
		await ask(ports, '2026-02-03T10:00:00Z');
		await ask(ports, '2026-02-03T11:00:00Z');
		expect(ports.ledger.runs.map(({ scheduledDay, status }) => [scheduledDay, status])).toEqual([
			[null, 'FAILED'],
			['2026-02-03', 'COMPLETED']
		]);
	});

	it('catches up a missed day before the next one is due', async () => {
		const ports = installedAt('2026-02-01T12:00:00Z');
		await ask(ports, '2026-02-03T09:00:00Z');
		await ask(ports, '2026-02-05T05:30:00Z');
		await ask(ports, '2026-02-05T08:00:00Z');
		expect(days(ports)).toEqual(['2026-02-03', '2026-02-04', '2026-02-05']);
	});

	it('does nothing while paused by the settings, then catches up once', async () => {
		const ports = installedAt('2026-02-01T12:00:00Z');
		expect(await ask(ports, '2026-02-03T09:00:00Z', { ...DAILY, paused: true })).toBeNull();
		expect(ports.script.calls).toEqual([]);
		expect(await ask(ports, '2026-02-04T09:00:00Z')).not.toBeNull();
		expect(days(ports)).toEqual(['2026-02-04']);
	});

	it('does nothing while paused by an operator, and does not catch up afterwards', async () => {
		const ports = installedAt('2026-02-01T12:00:00Z');
		const pause = [{ pausedAt: at('2026-02-02T12:00:00Z'), pausedBy: 'ada', reason: null, until: at('2026-02-04T12:00:00Z') }];
		for (const time of ['2026-02-03T09:00:00Z', '2026-02-04T09:00:00Z', '2026-02-04T12:00:00Z', '2026-02-05T07:00:00Z'])
			expect(await ask(ports, time, DAILY, pause)).toBeNull();
		expect(await ask(ports, '2026-02-05T08:00:00Z', DAILY, pause)).not.toBeNull();
		expect(days(ports)).toEqual(['2026-02-05']);
	});

	it('does not catch up days before the installation', async () => {
		const ports = new FakePorts();
		expect(await ask(ports, '2026-02-10T12:00:00Z')).toBeNull();
		expect(await ask(ports, '2026-02-11T07:45:00Z')).toBeNull();
		expect(await ask(ports, '2026-02-11T08:00:00Z')).not.toBeNull();
		expect(days(ports)).toEqual(['2026-02-11']);
	});

	it('runs on the day of the installation if installed before the hour', async () => {
		const ports = new FakePorts();
		expect(await ask(ports, '2026-02-10T07:00:00Z')).toBeNull();
		expect(await ask(ports, '2026-02-10T08:00:00Z')).not.toBeNull();
	});

	it('does nothing during another run and runs at the next wake-up', async () => {
		const ports = installedAt('2026-02-09T12:00:00Z');
		ports.ledger.lease = { holder: 'another', expiresAt: at('2026-02-10T08:00:10Z') };
		expect(await ask(ports, '2026-02-10T08:00:00Z')).toBeNull();
		expect(days(ports)).toEqual([]);
		expect(await ask(ports, '2026-02-10T08:15:00Z')).not.toBeNull();
	});

	it('does not repeat a day whose run failed', async () => {
		const ports = installedAt('2026-02-09T12:00:00Z');
		ports.script.once('billing.readAll', () => {
			throw new SourceError('stripe', 'Stripe is down.');
		});
		expect(await ask(ports, '2026-02-10T08:00:00Z')).toMatchObject({ status: 'FAILED' });
		expect(await ask(ports, '2026-02-10T08:15:00Z')).toBeNull();
	});

	it('ignores manual runs, and repeats no day when the hour changes', async () => {
		const ports = installedAt('2026-02-09T12:00:00Z');
		await ask(ports, '2026-02-10T08:00:00Z');
		expect(await ask(ports, '2026-02-10T13:00:00Z', { ...DAILY, hour: 6 })).toBeNull();
		expect(await ask(ports, '2026-02-10T09:00:00Z', { ...DAILY, hour: 6 })).toBeNull();
		expect(days(ports)).toEqual(['2026-02-10']);
	});

	it('throws a database error', async () => {
		const ports = installedAt('2026-02-09T12:00:00Z');
		ports.script.on('ledger.startRun', () => {
			throw new Error('connection lost');
		});
		await expect(ask(ports, '2026-02-10T08:00:00Z')).rejects.toThrow('connection lost');
	});

	it.each([
		['America/New_York', '2026-03-07T12:00:00Z', 2],
		['Europe/Berlin', '2026-10-24T12:00:00Z', 2],
		['Asia/Kolkata', '2026-03-07T12:00:00Z', 23]
	])('runs each day once when woken every 15 minutes for 3 days in %s from %s at %i:00', async (timeZone, start, hour) => {
		const ports = installedAt('2026-01-01T00:00:00Z');
		const daily = { timeZone, hour, paused: false };
		await ask(ports, start, daily);
		const began = days(ports);
		for (let step = 1; step <= 3 * 96; step++) await ask(ports, new Date(at(start).getTime() + step * QUARTER_MS).toISOString(), daily);
		const first = began[0] ?? '';
		expect(days(ports)).toEqual([0, 1, 2, 3].map((day) => new Date(Date.parse(first) + day * 86_400_000).toISOString().slice(0, 10)));
	});
});
