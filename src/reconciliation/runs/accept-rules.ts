import type { Ports } from '../domain/ports.js';
import { losingBy, type RuleChange } from '../domain/rule-change.js';
import { rulesHash } from '../domain/rules.js';
import type { IssueStore } from '../fixes/bulk-plan.js';

/** An operator accepts the rules of the newest run. */
export interface AcceptOrder {
	/** Of the rules that the operator saw. */
	readonly rulesHash: string;
	/** The number of members who would lose access or move down, as the operator typed it. */
	readonly confirmed: number;
	/** The operator's Discord ID. */
	readonly actor: string;
}

export type AcceptResult =
	| { readonly kind: 'accepted'; readonly runId: string; readonly change: RuleChange }
	/** Nothing was stored. */
	| { readonly kind: 'wrong-number'; readonly change: RuleChange }
	| { readonly kind: 'already-accepted'; readonly by: string; readonly at: Date }
	/** The newest run used other rules. */
	| { readonly kind: 'outdated' };

/**
 * Accepts rules: from then on, what they lead to is fixed automatically and in bulk as everything else. Later runs are compared with
 * them. Fixes nothing.
 */
export async function acceptRules(
	{ ledger, now }: Pick<Ports, 'ledger' | 'now'>,
	store: Pick<IssueStore, 'newestReading'>,
	{ rulesHash: hash, confirmed, actor }: AcceptOrder
): Promise<AcceptResult> {
	const accepted = await ledger.acceptedRules();
	if (accepted !== null && rulesHash(accepted.rules) === hash)
		return { kind: 'already-accepted', by: accepted.acceptedBy, at: accepted.acceptedAt };
	const reading = await store.newestReading();
	const change = reading?.ruleChange ?? null;
	if (reading === null || change === null || change.rulesHash !== hash) return { kind: 'outdated' };
	if (confirmed !== losingBy(change)) return { kind: 'wrong-number', change };
	const { runId } = reading;
	await ledger.acceptRules({ runId, rulesHash: hash, actor, losing: confirmed, changes: change.changes, at: now() });
	return { kind: 'accepted', runId, change };
}
