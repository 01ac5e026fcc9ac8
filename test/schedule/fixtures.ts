import { EventEmitter } from 'node:events';
import { container } from '@sapphire/framework';
import type { ScheduledTask } from '@sapphire/plugin-scheduled-tasks';
import { vi } from 'vitest';
import type { Schedule } from '../../src/reconciliation/domain/ports.js';

/** What a driver finds when it is started: pieces in a client's store, a log, and a driver for the meantime. */

export function fakeTask(name: string, pattern: string | null, run: () => Promise<void> = async () => {}, timezone = 'UTC'): ScheduledTask {
	return { name, pattern, timezone, interval: null, run } as unknown as ScheduledTask;
}

/** Puts a client with these pieces where the plugin looks for it. */
export function scheduleFixture(tasks: readonly ScheduledTask[]) {
	const client = Object.assign(new EventEmitter(), {
		stores: new Map([['scheduled-tasks', new Map(tasks.map((task) => [task.name, task]))]])
	});
	// Left there afterwards: connections that are being ended have last words for it.
	container.client = client as unknown as typeof container.client;
	return { client, tasks: () => tasks };
}

export function fakeLogger() {
	const lines: string[] = [];
	const say = (...values: readonly unknown[]) => void lines.push(values.map(String).join(' '));
	return { lines, info: say, warn: say, error: say };
}

/** A driver that only notes when it is on. */
export function fakeSchedule() {
	const calls: string[] = [];
	const schedule: Schedule = { start: async () => void calls.push('start'), stop: async () => void calls.push('stop') };
	return { calls, schedule };
}

export const until = (look: () => void | Promise<void>) => vi.waitFor(look, { timeout: 30_000, interval: 20 });
