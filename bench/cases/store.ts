import { scaled } from '../lib/bound.js';
import { type CaseResult, result } from '../lib/result.js';
import { runInChild } from '../processes/child.js';
import type { Step, Stored } from '../work/store-findings.js';

/** Storing: so many queries for a thousand members, and none for a member without drift. */

const CONSTANT = 20;
const PER_THOUSAND = 2;

/** @param lookUps - for how many members the baseline is measured */
export async function storeCases({
	sizes,
	lookUps
}: {
	readonly sizes: readonly number[];
	readonly lookUps: number;
}): Promise<CaseResult[]> {
	const results: CaseResult[] = [];
	for (const members of sizes) {
		const { usage, ...stored } = await runInChild('storeFindings', { members, lookUps: Math.min(lookUps, members) });
		results.push(...ofOne(members, stored, usage.peakRssBytes));
	}
	return results;
}

function ofOne(members: number, stored: Stored, peakRssBytes: number): CaseResult[] {
	const { lookedUp, issues } = stored;
	const perMember = {
		name: 'a query a member',
		wallMs: scaled(lookedUp.wallMs, lookedUp.members, members),
		measured: lookedUp.members === members
	};
	const step = (name: string, { queries, wallMs }: Step, most: number) =>
		result(
			{
				group: 'Storing, embedded database',
				name,
				size: members,
				queries,
				wallMs,
				peakRssBytes,
				figures: { issues },
				goals: [{ words: `${queries} queries, at most ${most}`, reached: queries <= most }]
			},
			[perMember]
		);
	const most = CONSTANT + Math.ceil((PER_THOUSAND * members) / 1000);
	return [
		step('who is who', stored.links, most),
		step('every issue is new', stored.opened, most),
		step('every issue is known', stored.seenAgain, most),
		step('every issue is gone', stored.resolved, most),
		step('no drift', stored.clear, CONSTANT)
	];
}
