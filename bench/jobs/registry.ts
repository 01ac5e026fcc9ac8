import { detectAll } from './detect-all.js';
import { growDatabase } from './grow-database.js';
import { makeTemplate } from './make-template.js';
import { readStripe } from './read-stripe.js';
import { searchIssues } from './search-issues.js';
import { storeFindings } from './store-findings.js';

/** Jobs that run in a child process of their own. */
const JOBS = { makeTemplate, readStripe, detectAll, storeFindings, searchIssues, growDatabase };

export type JobName = keyof typeof JOBS;
export type Job<Name extends JobName> = (typeof JOBS)[Name];
export type JobInput<Name extends JobName> = Parameters<Job<Name>>[0];
export type JobOutput<Name extends JobName> = Awaited<ReturnType<Job<Name>>>;
export type JobCall = { [Name in JobName]: { readonly name: Name; readonly input: JobInput<Name> } }[JobName];

export function runJob(call: JobCall): Promise<JobOutput<JobName>> {
	switch (call.name) {
		case 'makeTemplate':
			return JOBS.makeTemplate(call.input);
		case 'readStripe':
			return JOBS.readStripe(call.input);
		case 'detectAll':
			return JOBS.detectAll(call.input);
		case 'storeFindings':
			return JOBS.storeFindings(call.input);
		case 'searchIssues':
			return JOBS.searchIssues(call.input);
		case 'growDatabase':
			return JOBS.growDatabase(call.input);
	}
}
