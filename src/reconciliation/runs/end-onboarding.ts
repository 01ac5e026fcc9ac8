import type { Onboarding } from '../domain/onboarding.js';
import type { Ports } from '../domain/ports.js';
import type { IssueStore } from '../fixes/bulk-plan.js';

/** An operator decides that the people of the newest run are to be reported although setup does not look finished. */
export interface EndOnboardingOrder {
	/** The run whose numbers the operator saw. */
	readonly runId: string;
	/** The number of members who would lose access or move down, as the operator typed it. */
	readonly confirmed: number;
	/** The operator's Discord ID. */
	readonly actor: string;
}

export type EndOnboardingResult =
	| { readonly kind: 'ended'; readonly runId: string; readonly onboarding: Onboarding }
	/** Nothing was stored. */
	| { readonly kind: 'wrong-number'; readonly losing: number }
	| { readonly kind: 'already-ended'; readonly by: string; readonly at: Date }
	/** A newer run has other numbers, or found setup finished. */
	| { readonly kind: 'outdated' };

/**
 * Ends onboarding: from then on, issues are reported, and part of bulk fixes within the safety check, as long as not many more people are
 * without a link than the operator saw. Fixes nothing.
 */
export async function endOnboarding(
	{ ledger, now }: Pick<Ports, 'ledger' | 'now'>,
	store: Pick<IssueStore, 'newestReading'>,
	{ runId, confirmed, actor }: EndOnboardingOrder
): Promise<EndOnboardingResult> {
	const end = await ledger.onboardingEnd();
	if (end?.runId === runId) return { kind: 'already-ended', by: end.actor, at: end.at };
	const reading = await store.newestReading();
	const onboarding = reading?.onboarding ?? null;
	if (reading?.runId !== runId || onboarding === null) return { kind: 'outdated' };
	const { losing, holders, unlinkedHolders, subscriptions, unmappedSubscriptions } = onboarding;
	if (confirmed !== losing) return { kind: 'wrong-number', losing };
	await ledger.endOnboarding({ runId, holders, unlinkedHolders, subscriptions, unmappedSubscriptions, losing, actor, at: now() });
	return { kind: 'ended', runId, onboarding };
}
