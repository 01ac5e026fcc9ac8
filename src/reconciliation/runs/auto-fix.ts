import type { Detection } from '../domain/detection.js';
import { countEffects, takesAccess } from '../domain/effect.js';
import type { Hold } from '../domain/hold.js';
import type { OpenIssue } from '../domain/issue.js';
import type { LastGoodRun, OnProgress, Ports, RunStart } from '../domain/ports.js';
import type { RunSettings } from '../domain/run.js';
import { AUTOMATIC } from '../fixes/attempt.js';
import { fixEach, grantsFirst } from '../fixes/bulk.js';
import { isFixed } from '../fixes/fix.js';
import { checkSafety } from '../fixes/safety.js';

/** What a run found, and what the last good run read. */
export interface AutoFixInput extends Pick<RunStart, 'triggeredBy' | 'requestedBy'> {
	readonly runId: string;
	readonly issues: readonly OpenIssue[];
	readonly detection: Detection;
	readonly lastGood: LastGoodRun | null;
}

export interface AutoFixMonitor {
	/** Incremented per fixed issue, so that the count survives an error. */
	readonly fixed: { count: number };
	readonly onProgress: OnProgress;
	/** Called before each fix; false skips the rest. Throws if the run has to stop. */
	readonly shouldContinue: () => boolean | Promise<boolean>;
}

/** The issues that automatic fixes include. */
export function fixable<Issue extends Pick<OpenIssue, 'linked'>>(
	issues: readonly Issue[],
	{ fixUnlinked }: Pick<RunSettings, 'fixUnlinked'>
): readonly Issue[] {
	return issues.filter(({ linked }) => linked || fixUnlinked);
}

/**
 * Fixes what needs no operator, grants first.
 * @returns the hold that kept back every plan that takes access (the others are applied), or null
 */
export async function autoFix(
	ports: Ports,
	settings: RunSettings,
	{ runId, issues, detection, lastGood, triggeredBy, requestedBy }: AutoFixInput,
	{ fixed, onProgress, shouldContinue }: AutoFixMonitor
): Promise<Hold | null> {
	const candidates = fixable(issues, settings);
	const hold = checkSafety(candidates, detection, lastGood, settings.maxRevokePercent);
	const allowed = grantsFirst(hold === null ? candidates : candidates.filter((issue) => !takesAccess(issue)));
	await fixEach(ports, settings.policy, allowed, {
		actor: AUTOMATIC,
		runId,
		progress: ports.notifier.trackBulk({
			id: runId,
			total: allowed.length,
			effects: countEffects(allowed),
			origin: { kind: 'run', triggeredBy, requestedBy }
		}),
		shouldContinue,
		onProgress: (done, total, { result }) => {
			if (isFixed(result)) fixed.count += 1;
			onProgress({ source: 'fix', done, total, finished: done === total });
		}
	});
	return hold;
}
