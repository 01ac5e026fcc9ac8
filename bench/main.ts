import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { ArgumentError, type Arguments, type CaseName, readArguments, USAGE } from './arguments.js';
import { time } from './lib/format.js';
import type { CaseResult } from './lib/result.js';
import { report } from './lib/table.js';
import { casesOf } from './plan.js';
import { stopChildren } from './processes/child.js';
import { withTemplate } from './processes/template.js';

/** `npm run bench`: what Reeve costs, beside what others do and beside the least that anybody could take. */

/** The cases for which an empty database is made beforehand. */
const WITH_DATABASE: readonly CaseName[] = ['store', 'fix', 'memory'];

/** They wait for limits, each in processes of its own: side by side, they do not disturb each other. */
const MOSTLY_WAITING: readonly CaseName[] = ['fix', 'memory'];

async function main({ extent, json, cases }: Arguments): Promise<void> {
	const began = performance.now();
	const startedAt = new Date().toISOString();
	const results: CaseResult[] = [];
	const measure = async (name: CaseName): Promise<CaseResult[]> => {
		const measured: CaseResult[] = [];
		for (const one of casesOf(name, extent)) {
			const start = performance.now();
			measured.push(...(await one()));
			console.error(`${name}: measured in ${time(performance.now() - start)}`);
		}
		return measured;
	};
	const measureAll = async () => {
		for (const name of cases.filter((each) => !MOSTLY_WAITING.includes(each))) results.push(...(await measure(name)));
		results.push(...(await Promise.all(cases.filter((each) => MOSTLY_WAITING.includes(each)).map(measure))).flat());
	};
	await (cases.some((name) => WITH_DATABASE.includes(name)) ? withTemplate(measureAll) : measureAll());
	const wallMs = performance.now() - began;
	const machine = { node: process.version, platform: process.platform, processors: availableParallelism() };
	console.log(`\n${report(results)}\n`);
	console.log(`Node ${process.version}, ${machine.processors} processors, ${extent}, in ${time(wallMs)}.`);
	if (json !== null) await writeFile(json, `${JSON.stringify({ startedAt, extent, wallMs, machine, cases: results }, null, '\t')}\n`);
}

try {
	await main(readArguments(process.argv.slice(2)));
} catch (error) {
	console.error(error instanceof ArgumentError ? `${error.message}\n\n${USAGE}` : error);
	process.exitCode = 1;
} finally {
	stopChildren();
}
