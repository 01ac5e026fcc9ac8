import type { ScheduledTask, ScheduledTaskHandler } from '@sapphire/plugin-scheduled-tasks';

/** A job this long overdue counts as lost. A busy worker may be somewhat late. */
const LOST_AFTER_MS = 120_000;

/**
 * Makes the queue's repeatable jobs match the tasks. Idempotent; call it again after an error.
 *
 * Removes jobs with another pattern, time zone or name: BullMQ treats a changed pattern as a second schedule, and the first would
 * repeat forever. Adds missing ones. Leaves existing ones untouched, since adding one again removes a job that is about to run,
 * unless it is long overdue, which means that the queue lost it.
 * @throws Redis errors
 */
export async function ensureRepeatableJobs(handler: ScheduledTaskHandler, tasks: Iterable<ScheduledTask>): Promise<void> {
	const wanted = [...tasks].filter(({ pattern }) => pattern !== null);
	const known = await handler.listRepeated({});
	type Known = (typeof known)[number];
	const matches = (job: Known, task: ScheduledTask) => job.name === task.name && job.pattern === task.pattern && job.tz === task.timezone;

	for (const job of known) if (!wanted.some((task) => matches(job, task))) await handler.client.removeRepeatableByKey(job.key);
	for (const task of wanted) {
		const { pattern, timezone, customJobOptions } = task;
		const job = known.find((candidate) => matches(candidate, task));
		if (pattern === null || (job?.next ?? 0) > Date.now() - LOST_AFTER_MS) continue;
		await handler.client.add(task.name, undefined, { ...customJobOptions, repeat: { pattern, tz: timezone } });
	}
}
