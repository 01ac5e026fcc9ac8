import type { Detection } from '../domain/detection.js';
import type { Hold } from '../domain/hold.js';
import type { OpenIssue } from '../domain/issue.js';
import type { LastGoodRun, OnProgress, Ports, RunStart } from '../domain/ports.js';
import type { RunSettings } from '../domain/run.js';
import { AUTOMATIC } from '../fixes/attempt.js';
import { fixEach, grantsFirst } from '../fixes/bulk.js';
import { isFixed } from '../fixes/fix.js';
import { checkSafety, revokes } from '../fixes/safety.js';

/** What a run found, and what the last good one had read. */
export interface AutoFixInput extends Pick<RunStart, 'triggeredBy' | 'requestedBy'> {
	readonly runId: string;
	readonly issues: readonly OpenIssue[];
	readonly detection: Detection;
	readonly lastGood: LastGoodRun | null;
}

/** How an automatic fix is watched. */
export interface AutoFixMonitor {
	/** Counted up with every issue that is fixed, so that the count survives an error. */
	readonly fixed: { count: number };
	readonly onProgress: OnProgress;
	/** Asked before each fix: false leaves the rest as it is. Throws if the run may not go on at all. */
	readonly shouldContinue: () => boolean | Promise<boolean>;
}

/**
 * Fixes what may be fixed without an operator, those who pay first.
 * @returns the hold that kept back all that takes a role (what only gives goes ahead), or null
 */
export async function autoFix(
	ports: Ports,
	settings: RunSettings,
	{ runId, issues, detection, lastGood, triggeredBy, requestedBy }: AutoFixInput,
	{ fixed, onProgress, shouldContinue }: AutoFixMonitor
): Promise<Hold | null> {
	const candidates = issues.filter((issue) => issue.linked || settings.fixUnlinked);
	const hold = checkSafety(candidates, detection, lastGood, settings.maxRevokePercent);
	const allowed = grantsFirst(hold === null ? candidates : candidates.filter((issue) => !revokes(issue)));
	await fixEach(ports, settings.policy, allowed, {
		actor: AUTOMATIC,
		runId,
		follower: ports.notifier.trackBulk({ id: runId, total: allowed.length, origin: { kind: 'run', triggeredBy, requestedBy } }),
		shouldContinue,
		onProgress: (done, total, { result }) => {
			if (isFixed(result)) fixed.count += 1;
			onProgress({ source: 'fix', done, total, finished: done === total });
		}
	});
	return hold;
}
