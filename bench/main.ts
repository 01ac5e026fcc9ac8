import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { ArgumentError, type Arguments, type CaseName, readArguments, USAGE } from './arguments.js';
import { formatDuration } from './lib/format.js';
import type { CaseResult } from './lib/result.js';
import { report } from './lib/table.js';
import { casesOf } from './plan.js';
import { stopChildren } from './processes/child.js';
import { withTemplate } from './processes/template.js';

/** `npm run bench`: measures what Reeve costs, compared with common alternatives and with computed lower bounds. */

/** Cases that start from an empty database, which is created beforehand. */
const WITH_DATABASE: readonly CaseName[] = ['store', 'search', 'growth', 'fix', 'memory', 'seconds'];

/** These mostly wait for rate limits, in processes of their own, so they can run concurrently. */
const CONCURRENT: readonly CaseName[] = ['fix', 'memory', 'seconds'];

async function main({ scope, json, cases }: Arguments): Promise<void> {
	const startedMs = performance.now();
	const startedAt = new Date().toISOString();
	const results: CaseResult[] = [];
	const measure = async (name: CaseName): Promise<CaseResult[]> => {
		const measured: CaseResult[] = [];
		for (const one of casesOf(name, scope)) {
			const start = performance.now();
			measured.push(...(await one()));
			console.error(`${name}: measured in ${formatDuration(performance.now() - start)}`);
		}
		return measured;
	};
	const measureAll = async () => {
		for (const name of cases.filter((each) => !CONCURRENT.includes(each))) results.push(...(await measure(name)));
		results.push(...(await Promise.all(cases.filter((each) => CONCURRENT.includes(each)).map(measure))).flat());
	};
	await (cases.some((name) => WITH_DATABASE.includes(name)) ? withTemplate(measureAll) : measureAll());
	const wallMs = performance.now() - startedMs;
	const machine = { node: process.version, platform: process.platform, processors: availableParallelism() };
	console.log(`\n${report(results)}\n`);
	console.log(`Node ${process.version}, ${machine.processors} processors, ${scope}, in ${formatDuration(wallMs)}.`);
	if (json !== null) await writeFile(json, `${JSON.stringify({ startedAt, scope, wallMs, machine, cases: results }, null, '\t')}\n`);
}

try {
	await main(readArguments(process.argv.slice(2)));
} catch (error) {
	console.error(error instanceof ArgumentError ? `${error.message}\n\n${USAGE}` : error);
	process.exitCode = 1;
} finally {
	stopChildren();
}
