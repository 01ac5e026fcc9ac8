import { EventEmitter } from 'node:events';
import { container } from '@sapphire/framework';
import type { ScheduledTask } from '@sapphire/plugin-scheduled-tasks';
import { vi } from 'vitest';
import type { Schedule } from '../../src/reconciliation/domain/ports.js';

/** Fakes for schedules: task pieces in a client's store, a logger, a fallback. */

export function fakeTask(name: string, pattern: string | null, run: () => Promise<void> = async () => {}, timezone = 'UTC'): ScheduledTask {
	return { name, pattern, timezone, interval: null, run } as unknown as ScheduledTask;
}

/** Registers a client with these pieces in Sapphire's container, where the plugin looks for it. */
export function scheduleFixture(tasks: readonly ScheduledTask[]) {
	const client = Object.assign(new EventEmitter(), {
		stores: new Map([['scheduled-tasks', new Map(tasks.map((task) => [task.name, task]))]])
	});
	// Stays registered: closing connections still emit events on it.
	container.client = client as unknown as typeof container.client;
	return { client, tasks: () => tasks };
}

export function fakeLogger() {
	const lines: string[] = [];
	const log = (...values: readonly unknown[]) => void lines.push(values.map(String).join(' '));
	return { lines, info: log, warn: log, error: log };
}

/** Records its starts and stops. */
export function fakeSchedule() {
	const calls: string[] = [];
	const schedule: Schedule = { start: async () => void calls.push('start'), stop: async () => void calls.push('stop') };
	return { calls, schedule };
}

export const until = (assertion: () => void | Promise<void>) => vi.waitFor(assertion, { timeout: 30_000, interval: 20 });
