import { ACCEPTED_BY_TYPING, type AccountChange, accountChange } from '../domain/account-change.js';
import type { Billing, RunStore } from '../domain/ports.js';

/** An operator accepts that Stripe gives the data of another account or mode. */
export interface AcceptAccountOrder {
	/** What the operator typed; null to see what there is to accept. */
	readonly typed: string | null;
	/** The operator's Discord ID. */
	readonly actor: string;
}

export type AcceptAccountResult =
	| { readonly kind: 'accepted'; readonly change: AccountChange }
	/** Nothing was stored: the operator has to type {@link ACCEPTED_BY_TYPING}. */
	| { readonly kind: 'not-confirmed'; readonly change: AccountChange; readonly subscriptionsBefore: number }
	/** Stripe gives what the last good run leads one to expect. */
	| { readonly kind: 'nothing-to-accept' };

/**
 * Accepts the data that Stripe gives now. Runs succeed again; what takes access stays on hold until a run with this data is good, that is
 * until an operator releases the hold. Changes no role.
 * @throws {SourceError} if Stripe cannot be read
 */
export async function acceptAccount(
	{ billing, ledger, now }: { readonly billing: Pick<Billing, 'ping'>; readonly ledger: RunStore; readonly now: () => Date },
	{ typed, actor }: AcceptAccountOrder
): Promise<AcceptAccountResult> {
	const stripe = await billing.ping();
	const lastGood = await ledger.lastGoodRun();
	const change = accountChange(stripe, lastGood);
	if (lastGood === null || change === null) return { kind: 'nothing-to-accept' };
	if (typed?.trim().toLowerCase() !== ACCEPTED_BY_TYPING[change])
		return { kind: 'not-confirmed', change, subscriptionsBefore: lastGood.subscriptionsRead };
	await ledger.acceptAccount({ change, actor, at: now() });
	return { kind: 'accepted', change };
}
