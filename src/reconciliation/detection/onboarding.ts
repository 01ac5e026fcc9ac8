import { countEffects } from '../domain/effect.js';
import type { DriftIssue } from '../domain/issue.js';
import type { Coverage, Onboarding, OnboardingEnd, OnboardingReason } from '../domain/onboarding.js';
import type { ReconciliationResult } from '../domain/run.js';

/** Whether setup is finished: before that, most issues would be about people who pay and are not linked yet. Pure. */

/** A larger share of role holders without a link, or of subscriptions with unmapped prices, is rather missing setup than drift. */
const MAX_SHARE = 0.2;

/** Up to this many people are reported as usual, whatever their share: an operator can look at each. */
const ALWAYS_REPORTED = 10;

/**
 * @param run.known - what an operator has decided to be right: only a share that is larger than that by {@link MAX_SHARE} counts
 * @returns null if setup is finished
 */
export function checkOnboarding(
	coverage: Coverage,
	run: {
		readonly issues: readonly Pick<DriftIssue, 'effect'>[];
		readonly discordIdKey: string;
		readonly known: Omit<OnboardingEnd, 'runId' | 'actor' | 'at'> | null;
	}
): Onboarding | null {
	const { holders, unlinkedHolders, subscriptions, unmappedSubscriptions, hasMappedPrice } = coverage;
	const { issues, discordIdKey, known } = run;
	const knownUnmapped = known === null ? 0 : shareOf(known.unmappedSubscriptions, known.subscriptions);
	const knownUnlinked = known === null ? 0 : shareOf(known.unlinkedHolders, known.holders);
	// Without any price, it is certain that setup is not finished, however few subscriptions there are.
	const fewSubscriptions = hasMappedPrice ? ALWAYS_REPORTED : 0;
	const reasons: OnboardingReason[] = [];
	if (unmappedSubscriptions > fewSubscriptions && shareOf(unmappedSubscriptions, subscriptions) > knownUnmapped + MAX_SHARE)
		reasons.push('prices');
	if (unlinkedHolders > ALWAYS_REPORTED && shareOf(unlinkedHolders, holders) > knownUnlinked + MAX_SHARE) reasons.push('links');
	if (reasons.length === 0) return null;
	const { removes, lowers } = countEffects(issues);
	return { ...coverage, reasons, losing: removes + lowers, discordIdKey, endedBy: null };
}

/** The setup to finish before the issues of a run are reported; null if they are. */
export function openOnboarding({ onboarding = null }: Pick<ReconciliationResult, 'onboarding'>): Onboarding | null {
	return onboarding?.endedBy === null ? onboarding : null;
}

function shareOf(part: number, whole: number): number {
	return whole === 0 ? 0 : part / whole;
}
