import type { ScheduledTask } from '@sapphire/plugin-scheduled-tasks';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createInProcessSchedule } from '../../src/schedule/in-process.js';

const HOUR_MS = 3_600_000;

describe('createInProcessSchedule', () => {
	beforeEach(() => {
		vi.useFakeTimers({ now: new Date('2026-03-08T05:30:00Z') });
	});
	afterEach(() => {
		vi.useRealTimers();
	});

	function hourly(run: () => Promise<void>) {
		const errors: [task: string, error: unknown][] = [];
		const task = { name: 'daily', pattern: '0 * * * *', timezone: 'America/New_York', run } as unknown as ScheduledTask;
		return {
			errors,
			schedule: createInProcessSchedule(
				() => [task],
				(name, error) => errors.push([name, error])
			)
		};
	}

	test('runs an hourly task at every full hour, also on the day when the clocks skip one', async () => {
		const times: string[] = [];
		const { schedule } = hourly(async () => void times.push(new Date().toISOString().slice(11, 16)));
		await schedule.start();
		await vi.advanceTimersByTimeAsync(4 * HOUR_MS);
		expect(times).toEqual(['06:00', '07:00', '08:00', '09:00']);
		await schedule.stop();
	});

	test('reports the error of a failed task and keeps running it', async () => {
		const failure = new Error('the database is unavailable');
		const { schedule, errors } = hourly(() => Promise.reject(failure));
		await schedule.start();
		await vi.advanceTimersByTimeAsync(2 * HOUR_MS);
		expect(errors).toEqual([
			['daily', failure],
			['daily', failure]
		]);
		await schedule.stop();
	});

	test('runs nothing once it is stopped', async () => {
		const run = vi.fn(async () => {});
		const { schedule } = hourly(run);
		await schedule.start();
		await vi.advanceTimersByTimeAsync(HOUR_MS);
		expect(run).toHaveBeenCalledTimes(1);
		await schedule.stop();
		await vi.advanceTimersByTimeAsync(2 * HOUR_MS);
		expect(run).toHaveBeenCalledTimes(1);
	});
});
