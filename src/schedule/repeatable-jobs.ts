import type { ScheduledTask, ScheduledTaskHandler } from '@sapphire/plugin-scheduled-tasks';

/** So long after its time a job that nobody has taken counts as lost. A worker that is busy may be somewhat late. */
const LOST_AFTER_MS = 120_000;

/**
 * Brings what a queue repeats in line with the tasks there are: removes the schedules of other patterns, time zones and names
 * (BullMQ takes a changed pattern for a second schedule, and the first would fire for ever), and adds those that are missing.
 *
 * What is there already is left alone, since adding it again would take away a job that is just coming due; unless its time
 * has long passed, which means that its next job was lost.
 * @throws what Redis says; to be asked again then
 */
export async function ensureRepeatableJobs(handler: ScheduledTaskHandler, tasks: Iterable<ScheduledTask>): Promise<void> {
	const wanted = [...tasks].filter(({ pattern }) => pattern !== null);
	const known = await handler.listRepeated({});
	type Known = (typeof known)[number];
	const same = (job: Known, task: ScheduledTask) => job.name === task.name && job.pattern === task.pattern && job.tz === task.timezone;

	for (const job of known) if (!wanted.some((task) => same(job, task))) await handler.client.removeRepeatableByKey(job.key);
	for (const task of wanted) {
		const { pattern, timezone, customJobOptions } = task;
		const job = known.find((candidate) => same(candidate, task));
		if (pattern === null || (job?.next ?? 0) > Date.now() - LOST_AFTER_MS) continue;
		await handler.client.add(task.name, undefined, { ...customJobOptions, repeat: { pattern, tz: timezone } });
	}
}
