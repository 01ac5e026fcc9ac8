import { fixEach, payersFirst } from './bulk.js';
import { AUTOMATIC, isFixed } from './fix.js';
import type { LastGoodRun, OnProgress, RunStart, World } from './ports.js';
import { checkSafety, takes } from './safety.js';
import type { Detection, Hold, OpenIssue, RunSettings } from './types.js';

/** What a run found, and what the last good one had read. */
export interface Found extends Pick<RunStart, 'triggeredBy' | 'requestedBy'> {
	readonly runId: string;
	readonly issues: readonly OpenIssue[];
	readonly detection: Detection;
	readonly lastGood: LastGoodRun | null;
}

/** How an automatic fix is watched. */
export interface Watch {
	/** Counted up with every issue that is fixed, so that the count survives an error. */
	readonly fixed: { count: number };
	readonly onProgress: OnProgress;
	/** Asked before each fix: false leaves the rest as it is. Throws if the run may not go on at all. */
	readonly goOn: () => boolean | Promise<boolean>;
}

/**
 * Fixes what may be fixed without an operator, those who pay first.
 * @returns the hold that kept back all that takes a role (what only gives goes ahead), or null
 */
export async function autoFix(
	world: World,
	settings: RunSettings,
	{ runId, issues, detection, lastGood, triggeredBy, requestedBy }: Found,
	{ fixed, onProgress, goOn }: Watch
): Promise<Hold | null> {
	const candidates = issues.filter((issue) => issue.linked || settings.fixUnlinked);
	const hold = checkSafety(candidates, detection, lastGood, settings.maxRevokePercent);
	const allowed = payersFirst(hold === null ? candidates : candidates.filter((issue) => !takes(issue)));
	await fixEach(world, settings.policy, allowed, {
		actor: AUTOMATIC,
		runId,
		follower: world.notifier.follow({ id: runId, total: allowed.length, origin: { kind: 'run', triggeredBy, requestedBy } }),
		goOn,
		onProgress: (done, total, { result }) => {
			if (isFixed(result)) fixed.count += 1;
			onProgress({ source: 'fix', done, total, finished: done === total });
		}
	});
	return hold;
}
