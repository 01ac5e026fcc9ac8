import { detectAll } from './detect-all.js';
import { makeTemplate } from './make-template.js';
import { readStripe } from './read-stripe.js';
import { storeFindings } from './store-findings.js';

/** What is measured in a process of its own. */
const JOBS = { makeTemplate, readStripe, detectAll, storeFindings };

export type JobName = keyof typeof JOBS;
export type Job<Name extends JobName> = (typeof JOBS)[Name];
export type JobInput<Name extends JobName> = Parameters<Job<Name>>[0];
export type JobOutput<Name extends JobName> = Awaited<ReturnType<Job<Name>>>;
export type Call = { [Name in JobName]: { readonly name: Name; readonly input: JobInput<Name> } }[JobName];

export function doJob(call: Call): Promise<JobOutput<JobName>> {
	switch (call.name) {
		case 'makeTemplate':
			return JOBS.makeTemplate(call.input);
		case 'readStripe':
			return JOBS.readStripe(call.input);
		case 'detectAll':
			return JOBS.detectAll(call.input);
		case 'storeFindings':
			return JOBS.storeFindings(call.input);
	}
}
