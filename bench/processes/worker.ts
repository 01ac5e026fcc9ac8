import { usage } from '../../sandbox/bot/usage.js';
import { type JobCall, runJob } from '../jobs/registry.js';

/** Runs one job, sends its output and resource usage, and exits when the IPC channel closes. */
process.once('message', (call: JobCall) => {
	runJob(call)
		.then((output) => process.send?.({ ...output, usage: usage() }))
		.catch((error: unknown) => {
			console.error(error);
			process.exit(1);
		});
});
