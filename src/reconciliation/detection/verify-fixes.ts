import type { Detection } from '../domain/detection.js';
import type { OpenIssue, Plan } from '../domain/issue.js';
import type { NotJudged, ReconciliationResult, Verified, VerifiedFix } from '../domain/run.js';
import { exemptMembers, type Snapshot } from './detect.js';
import { openOnboarding } from './onboarding.js';

/** A fix that a verification checks. */
export interface FixToVerify {
	readonly attemptId: string;
	readonly discordId: string;
	readonly discordName: string;
	readonly change: Plan;
}

/** Checks whether the drift of each fixed member is still gone, by a run's detection. */
export function verifyFixes(
	fixes: readonly FixToVerify[],
	{ roster, links }: Snapshot,
	{ issues, skipped, unknown }: Pick<Detection, 'issues' | 'skipped' | 'unknown'>,
	now: Date
): readonly VerifiedFix[] {
	const exempt = exemptMembers(links, now);
	const drifted = new Set(issues.map(({ discordId }) => discordId));
	const reasonNotJudged = ({ discordId, change }: FixToVerify): NotJudged | null => {
		if (!roster.members.has(discordId)) return 'LEFT_SERVER';
		if (exempt.has(discordId)) return 'EXEMPT';
		// Grants are found to be missing even while something is unknown.
		const isJudged = unknown.has(discordId) && change.remove.length === 0;
		return skipped.has(discordId) && !isJudged ? 'LEFT_ALONE' : null;
	};
	return fixes.map((fix) => {
		const notJudged = reasonNotJudged(fix);
		const outcome = notJudged !== null ? 'NOT_JUDGED' : drifted.has(fix.discordId) ? 'CAME_BACK' : 'STAYED';
		return { ...fix, outcome, notJudged };
	});
}

/** The fixes whose drift a verification found again. Empty for any other run. */
export function recurred({ verified }: { readonly verified: Verified | null }): readonly VerifiedFix[] {
	return verified?.fixes.filter(({ outcome }) => outcome === 'CAME_BACK') ?? [];
}

/**
 * The issues that a report lists: all of them; of a verification, only those that recurred or are new; none until setup is finished,
 * except those that recurred.
 */
export function reportableIssues(
	result: Pick<ReconciliationResult, 'status' | 'issues' | 'verified' | 'onboarding'>
): readonly OpenIssue[] {
	if (result.status === 'FAILED') return [];
	const isOnboarding = openOnboarding(result) !== null;
	if (result.verified === null) return isOnboarding ? [] : result.issues;
	const recurredIds = new Set(recurred(result).map(({ discordId }) => discordId));
	return result.issues.filter(({ discordId, timesSeen }) => recurredIds.has(discordId) || (timesSeen === 1 && !isOnboarding));
}
