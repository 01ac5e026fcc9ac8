import { createRequire } from 'node:module';
import { container } from '@sapphire/framework';
import type { ScheduledTask } from '@sapphire/plugin-scheduled-tasks';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { dueDay } from '../../src/reconciliation/schedule/daily.js';
import { nextRunAt } from '../../src/reconciliation/schedule/next-run.js';
import { createInProcessSchedule } from '../../src/schedule/in-process.js';
import { DailyReconciliationTask } from '../../tasks/daily-reconciliation.js';

/**
 * One run per day across clock changes, with the triggers that node-cron and BullMQ really compute for the daily task, in
 * time zones with unusual offsets and changes.
 */

const DAY_MS = 24 * 3_600_000;
const DAYS = 3;

/** Time zone, the day before its clocks change (if they do), and what is special about it. */
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
	['Asia/Kolkata', '2026-03-07', 'has an offset of half an hour'],
	['Asia/Kathmandu', '2026-03-07', 'has an offset of a quarter hour']
] as const;

/** The plugin's own copy of BullMQ. */
const fromPlugin = createRequire(createRequire(import.meta.url).resolve('@sapphire/plugin-scheduled-tasks'));
const { getNextMillis } = fromPlugin('bullmq') as {
	getNextMillis: (millis: number, repeat: { pattern: string | null; tz: string }) => number | undefined;
};

function dailyTask(): ScheduledTask {
	const context = { root: '', path: '', name: 'daily-reconciliation', store: { container } };
	return new DailyReconciliationTask(context as unknown as ScheduledTask.LoaderContext, {});
}

/** When BullMQ runs the task, in epoch milliseconds. */
function bullMqTriggers(task: ScheduledTask, from: number): number[] {
	const triggers: number[] = [];
	for (let at = from; at !== undefined && at < from + DAYS * DAY_MS; ) {
		at = getNextMillis(at, { pattern: task.pattern, tz: task.timezone }) ?? Number.POSITIVE_INFINITY;
		triggers.push(at);
	}
	return triggers;
}

/** When node-cron runs the task, in epoch milliseconds. */
async function nodeCronTriggers(task: ScheduledTask, from: number): Promise<number[]> {
	vi.setSystemTime(from);
	const triggers: number[] = [];
	const { pattern, timezone, name } = task;
	const fake = { pattern, timezone, name, run: async () => void triggers.push(Date.now()) } as unknown as ScheduledTask;
	const schedule = createInProcessSchedule(
		() => [fake],
		(_, error) => expect.fail(String(error))
	);
	await schedule.start();
	await vi.advanceTimersByTimeAsync(DAYS * DAY_MS);
	await schedule.stop();
	return triggers;
}

interface Triggers {
	readonly bullMq: readonly number[];
	readonly nodeCron: readonly number[];
}

/** Cache by start day, which several zones share: simulating days takes a while. */
const cache = new Map<number, Triggers>();

async function triggersFrom(from: number): Promise<Triggers> {
	vi.useFakeTimers();
	const task = dailyTask();
	const triggers = cache.get(from) ?? { bullMq: bullMqTriggers(task, from), nodeCron: await nodeCronTriggers(task, from) };
	cache.set(from, triggers);
	vi.useRealTimers();
	return triggers;
}

const localTime = (timeZone: string) => new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });

describe.each(CHANGES)('%s from %s (%s)', (timeZone, start) => {
	const from = Date.parse(start);
	let triggers: Triggers;
	beforeAll(async () => {
		triggers = await triggersFrom(from);
	});

	test.each(['bullMq', 'nodeCron'] as const)('%s triggers exactly one run per day at any configured hour', (driver) => {
		const clock = localTime(timeZone);
		for (let hour = 0; hour < 24; hour++) {
			const daily = { timeZone, hour };
			let settled = dueDay(new Date(from), daily);
			let expected = nextRunAt(new Date(from), daily, settled).getTime();
			for (const trigger of triggers[driver]) {
				const day = dueDay(new Date(trigger), daily);
				if (day <= settled) {
					// Nothing is due yet: this trigger is earlier than the next run that /reconcile status shows.
					expect(trigger).toBeLessThan(expected);
					continue;
				}
				expect(trigger).toBe(expected);
				// No day is skipped and none runs before its hour, or the next existing time if the clocks skip that hour.
				expect(Date.parse(day) - Date.parse(settled)).toBe(DAY_MS);
				const [date, time] = clock.format(trigger).split(' ') as [string, string];
				expect(date).toBe(day);
				const sharp = `${String(hour).padStart(2, '0')}:00`;
				if (time !== sharp) expect(existsOn(clock, day, sharp)).toBe(false);
				expect(time >= sharp).toBe(true);
				settled = day;
				expected = nextRunAt(new Date(trigger), daily, settled).getTime();
			}
			expect(settled).toBe(dueDay(new Date(triggers[driver].at(-1) as number), daily));
		}
	});
});

/** Whether this local time exists on this day. */
function existsOn(clock: Intl.DateTimeFormat, day: string, time: string): boolean {
	for (let at = Date.parse(day) - DAY_MS; at < Date.parse(day) + 2 * DAY_MS; at += 900_000)
		if (clock.format(at) === `${day} ${time}`) return true;
	return false;
}
