import type { Detection } from '../domain/detection.js';
import type { OpenIssue, Plan } from '../domain/issue.js';
import type { NotJudged, ReconciliationResult, Verified, VerifiedFix } from '../domain/run.js';
import { exemptMembers, type Snapshot } from './detect.js';

/** What a verification makes of the fixes it looks after. Pure. */

/** A fix that a verification looks after. */
export interface FixToVerify {
	readonly attemptId: string;
	readonly discordId: string;
	readonly discordName: string;
	readonly change: Plan;
}

/** Compares fixed people with what the whole comparison found of them. */
export function verifyFixes(
	fixes: readonly FixToVerify[],
	{ roster, links }: Snapshot,
	{ issues, skipped }: Pick<Detection, 'issues' | 'skipped'>,
	now: Date
): readonly VerifiedFix[] {
	const exempt = exemptMembers(links, now);
	const drifted = new Set(issues.map(({ discordId }) => discordId));
	const notJudged = (discordId: string): NotJudged | null => {
		if (!roster.members.has(discordId)) return 'LEFT_SERVER';
		if (exempt.has(discordId)) return 'EXEMPT';
		return skipped.has(discordId) ? 'LEFT_ALONE' : null;
	};
	return fixes.map((fix) => {
		const why = notJudged(fix.discordId);
		const outcome = why !== null ? 'NOT_JUDGED' : drifted.has(fix.discordId) ? 'CAME_BACK' : 'STAYED';
		return { ...fix, outcome, notJudged: why };
	});
}

/** The fixes whose drift a verification found again: what it is worth a mail for. Empty for any other run. */
export function recurred({ verified }: { readonly verified: Verified | null }): readonly VerifiedFix[] {
	return verified?.fixes.filter(({ outcome }) => outcome === 'CAME_BACK') ?? [];
}

/**
 * The issues that a run has to tell of: all, but of a verification only those that came back and those that nobody has been told of.
 */
export function reportableIssues(result: Pick<ReconciliationResult, 'status' | 'issues' | 'verified'>): readonly OpenIssue[] {
	if (result.status === 'FAILED') return [];
	if (result.verified === null) return result.issues;
	const back = new Set(recurred(result).map(({ discordId }) => discordId));
	return result.issues.filter(({ discordId, timesSeen }) => back.has(discordId) || timesSeen === 1);
}
