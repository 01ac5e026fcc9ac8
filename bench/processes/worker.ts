import { usage } from '../../sandbox/bot/usage.js';
import { type Call, doJob } from '../work/jobs.js';

/** Does one job, says what came of it and what it took, and ends with its channel. */
process.once('message', (call: Call) => {
	doJob(call)
		.then((output) => process.send?.({ ...output, usage: usage() }))
		.catch((error: unknown) => {
			console.error(error);
			process.exit(1);
		});
});
