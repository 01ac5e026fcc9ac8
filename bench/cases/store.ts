import type { Step, Stored } from '../jobs/store-findings.js';
import { scaled } from '../lib/bound.js';
import { type CaseResult, result } from '../lib/result.js';
import { runInChild } from '../processes/child.js';

/** Storing findings: a constant number of queries per thousand members, and none for a member without drift. */

/** Allowed queries per step, at any size. */
const BASE_QUERIES = 20;
const QUERIES_PER_THOUSAND = 2;

/** @param lookups - number of members for which the baseline is measured */
export async function storeCases({
	sizes,
	lookups
}: {
	readonly sizes: readonly number[];
	readonly lookups: number;
}): Promise<CaseResult[]> {
	const results: CaseResult[] = [];
	for (const members of sizes) {
		const { usage, ...stored } = await runInChild('storeFindings', { members, lookups: Math.min(lookups, members) });
		results.push(...evaluate(members, stored, usage.peakRssBytes));
	}
	return results;
}

function evaluate(members: number, stored: Stored, peakRssBytes: number): CaseResult[] {
	const { lookedUp, issues } = stored;
	const perMember = {
		name: 'one query per member',
		wallMs: scaled(lookedUp.wallMs, lookedUp.members, members),
		measured: lookedUp.members === members
	};
	const step = (name: string, { queries, wallMs }: Step, maxQueries: number) =>
		result(
			{
				group: 'Storing, embedded database',
				name,
				size: members,
				queries,
				wallMs,
				peakRssBytes,
				figures: { issues },
				goals: [{ label: `${queries} queries, at most ${maxQueries}`, met: queries <= maxQueries }]
			},
			[perMember]
		);
	const maxQueries = BASE_QUERIES + Math.ceil((QUERIES_PER_THOUSAND * members) / 1000);
	return [
		step('read links', stored.links, maxQueries),
		step('all issues new', stored.opened, maxQueries),
		step('all issues known', stored.seenAgain, maxQueries),
		step('all issues resolved', stored.resolved, maxQueries),
		step('no drift', stored.clear, BASE_QUERIES)
	];
}
