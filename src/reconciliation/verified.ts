import { exemptPeople, type Picture } from './detect.js';
import type { Detection, NotJudged, OpenIssue, Plan, ReconciliationResult, Verified, VerifiedFix } from './types.js';

/** What a verification makes of the fixes it looks after. Pure. */

/** A fix that a verification looks after. */
export interface FixToVerify {
	readonly attemptId: string;
	readonly discordId: string;
	readonly discordName: string;
	readonly change: Plan;
}

/** Compares fixed people with what the whole comparison found of them. */
export function judgeFixes(
	fixes: readonly FixToVerify[],
	{ roster, links }: Picture,
	{ issues, leftAlone }: Pick<Detection, 'issues' | 'leftAlone'>,
	now: Date
): readonly VerifiedFix[] {
	const exempt = exemptPeople(links, now);
	const drifted = new Set(issues.map(({ discordId }) => discordId));
	const notJudged = (discordId: string): NotJudged | null => {
		if (!roster.members.has(discordId)) return 'LEFT_SERVER';
		if (exempt.has(discordId)) return 'EXEMPT';
		return leftAlone.has(discordId) ? 'LEFT_ALONE' : null;
	};
	return fixes.map((fix) => {
		const why = notJudged(fix.discordId);
		const outcome = why !== null ? 'NOT_JUDGED' : drifted.has(fix.discordId) ? 'CAME_BACK' : 'STAYED';
		return { ...fix, outcome, notJudged: why };
	});
}

/** The fixes whose drift a verification found again: what it is worth a mail for. Empty for any other run. */
export function cameBack({ verified }: { readonly verified: Verified | null }): readonly VerifiedFix[] {
	return verified?.fixes.filter(({ outcome }) => outcome === 'CAME_BACK') ?? [];
}

/**
 * The issues that a run has to tell of: all, but of a verification only those that came back and those that nobody has been told of.
 */
export function newsOf(result: Pick<ReconciliationResult, 'status' | 'issues' | 'verified'>): readonly OpenIssue[] {
	if (result.status === 'FAILED') return [];
	if (result.verified === null) return result.issues;
	const back = new Set(cameBack(result).map(({ discordId }) => discordId));
	return result.issues.filter(({ discordId, timesSeen }) => back.has(discordId) || timesSeen === 1);
}
