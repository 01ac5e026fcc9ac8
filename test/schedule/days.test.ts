import { createRequire } from 'node:module';
import { container } from '@sapphire/framework';
import type { ScheduledTask } from '@sapphire/plugin-scheduled-tasks';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { dueDay } from '../../src/reconciliation/index.js';
import { nextRunAt } from '../../src/reconciliation/schedule/next-run.js';
import { createInProcessSchedule } from '../../src/schedule/in-process.js';
import { DailyReconciliationTask } from '../../tasks/daily-reconciliation.js';

/**
 * One run on each day, whatever the clocks do: with the wake-ups that node-cron and BullMQ really give for the daily task, in
 * every zone of interest, around the days when its clocks are changed.
 */

const DAY_MS = 24 * 3_600_000;
const DAYS = 3;

/** Zone, and the day before its clocks are changed (where they ever are). */
const CHANGES = [
	['America/New_York', '2026-03-07', 'skips 2:00'],
	['America/New_York', '2026-10-31', 'repeats 1:00'],
	['Europe/Berlin', '2026-03-28', 'skips 2:00'],
	['Europe/Berlin', '2026-10-24', 'repeats 2:00'],
	['Australia/Lord_Howe', '2026-10-03', 'skips 2:00 to 2:30'],
	['Australia/Lord_Howe', '2026-04-04', 'repeats 1:30 to 2:00'],
	['America/St_Johns', '2026-03-07', 'skips 2:00'],
	['America/St_Johns', '2026-10-31', 'repeats 1:00'],
	['Africa/Cairo', '2026-04-23', 'skips midnight'],
	['America/Havana', '2026-10-31', 'repeats midnight'],
	['Asia/Kolkata', '2026-03-07', 'stands at a half hour'],
	['Asia/Kathmandu', '2026-03-07', 'stands at a quarter']
] as const;

/** BullMQ as the plugin has it. */
const fromPlugin = createRequire(createRequire(import.meta.url).resolve('@sapphire/plugin-scheduled-tasks'));
const { getNextMillis } = fromPlugin('bullmq') as {
	getNextMillis: (millis: number, repeat: { pattern: string | null; tz: string }) => number | undefined;
};

function dailyTask(): ScheduledTask {
	const context = { root: '', path: '', name: 'daily-reconciliation', store: { container } };
	return new DailyReconciliationTask(context as unknown as ScheduledTask.LoaderContext, {});
}

/** When BullMQ wakes the task. */
function wakesOfBullMq(task: ScheduledTask, from: number): number[] {
	const wakes: number[] = [];
	for (let at = from; at !== undefined && at < from + DAYS * DAY_MS; ) {
		at = getNextMillis(at, { pattern: task.pattern, tz: task.timezone }) ?? Number.POSITIVE_INFINITY;
		wakes.push(at);
	}
	return wakes;
}

/** When node-cron wakes it. */
async function wakesOfNodeCron(task: ScheduledTask, from: number): Promise<number[]> {
	vi.setSystemTime(from);
	const wakes: number[] = [];
	const { pattern, timezone, name } = task;
	const fake = { pattern, timezone, name, run: async () => void wakes.push(Date.now()) } as unknown as ScheduledTask;
	const schedule = createInProcessSchedule(
		() => [fake],
		(_, error) => expect.fail(String(error))
	);
	await schedule.start();
	await vi.advanceTimersByTimeAsync(DAYS * DAY_MS);
	await schedule.stop();
	return wakes;
}

interface Wakes {
	readonly bullMq: readonly number[];
	readonly nodeCron: readonly number[];
}

/** Known for as many zones as begin with the same day: days of fake time take a while. */
const known = new Map<number, Wakes>();

async function wakesFrom(from: number): Promise<Wakes> {
	vi.useFakeTimers();
	const task = dailyTask();
	const wakes = known.get(from) ?? { bullMq: wakesOfBullMq(task, from), nodeCron: await wakesOfNodeCron(task, from) };
	known.set(from, wakes);
	vi.useRealTimers();
	return wakes;
}

const localTime = (timeZone: string) => new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });

describe.each(CHANGES)('%s from %s (%s)', (timeZone, start) => {
	const from = Date.parse(start);
	let wakes: Wakes;
	beforeAll(async () => {
		wakes = await wakesFrom(from);
	});

	test.each(['bullMq', 'nodeCron'] as const)('woken by %s, each day has one run, at its hour, whichever that is', (driver) => {
		const clock = localTime(timeZone);
		for (let hour = 0; hour < 24; hour++) {
			const daily = { timeZone, hour };
			let settled = dueDay(new Date(from), daily);
			let expected = nextRunAt(new Date(from), daily, settled).getTime();
			for (const wake of wakes[driver]) {
				const day = dueDay(new Date(wake), daily);
				if (day <= settled) {
					// A wake-up at which nothing is due is one before the run that is told in the status.
					expect(wake).toBeLessThan(expected);
					continue;
				}
				expect(wake).toBe(expected);
				// No day is left out, and none is run before its hour: that is the next one where the clocks skip it.
				expect(Date.parse(day) - Date.parse(settled)).toBe(DAY_MS);
				const [date, time] = clock.format(wake).split(' ') as [string, string];
				expect(date).toBe(day);
				const sharp = `${String(hour).padStart(2, '0')}:00`;
				if (time !== sharp) expect(existsOn(clock, day, sharp)).toBe(false);
				expect(time >= sharp).toBe(true);
				settled = day;
				expected = nextRunAt(new Date(wake), daily, settled).getTime();
			}
			expect(settled).toBe(dueDay(new Date(wakes[driver].at(-1) as number), daily));
		}
	});
});

/** Whether a clock shows that time on that day at all. */
function existsOn(clock: Intl.DateTimeFormat, day: string, time: string): boolean {
	for (let at = Date.parse(day) - DAY_MS; at < Date.parse(day) + 2 * DAY_MS; at += 900_000)
		if (clock.format(at) === `${day} ${time}`) return true;
	return false;
}
