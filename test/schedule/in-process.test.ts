import type { ScheduledTask } from '@sapphire/plugin-scheduled-tasks';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createInProcessSchedule } from '../../src/schedule/in-process.js';

const HOUR_MS = 3_600_000;

describe('the in-process schedule', () => {
	beforeEach(() => {
		vi.useFakeTimers({ now: new Date('2026-03-08T05:30:00Z') });
	});
	afterEach(() => {
		vi.useRealTimers();
	});

	function hourly(run: () => Promise<void>) {
		const errors: unknown[] = [];
		const task = { name: 'daily', pattern: '0 * * * *', timezone: 'America/New_York', run } as unknown as ScheduledTask;
		return {
			errors,
			schedule: createInProcessSchedule(
				() => [task],
				(_, error) => errors.push(error)
			)
		};
	}

	test('wakes a task at every full hour, also on the day when the clocks skip one', async () => {
		const woken: string[] = [];
		const { schedule } = hourly(async () => void woken.push(new Date().toISOString().slice(11, 16)));
		await schedule.start();
		await vi.advanceTimersByTimeAsync(4 * HOUR_MS);
		expect(woken).toEqual(['06:00', '07:00', '08:00', '09:00']);
		await schedule.stop();
	});

	test('goes on after a task has failed, and tells of it', async () => {
		const { schedule, errors } = hourly(() => Promise.reject(new Error('the database is away')));
		await schedule.start();
		await vi.advanceTimersByTimeAsync(2 * HOUR_MS);
		expect(errors).toHaveLength(2);
		await schedule.stop();
	});

	test('wakes nobody once it is stopped', async () => {
		const run = vi.fn(async () => {});
		const { schedule } = hourly(run);
		await schedule.start();
		await schedule.stop();
		await vi.advanceTimersByTimeAsync(2 * HOUR_MS);
		expect(run).not.toHaveBeenCalled();
	});
});
