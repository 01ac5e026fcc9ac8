import { api } from '../client/api.js';
import { isSame } from '../panels/fault-switches.js';
import { OUTAGE } from './outage.js';
import type { Payer } from './payer.js';
import type { Facts, FixedIssue, Run } from './progress.js';

/** Reads from the sandbox what the steps of the first minute depend on. */

/** Runs over single members come between those over all. */
const MAX_RUNS = 20;
const MAX_FIXED = 500;

type StoredRun = Run & { readonly onlyMember: string | null; readonly onlyMembers: readonly string[] | null };

/** @param cancelled - whose subscription was cancelled on this page */
export async function readFacts(cancelled: Payer | null): Promise<Facts> {
	const [{ bot, env }, runs, fixed, faults, noticed] = await Promise.all([
		api.state(),
		api.runs<StoredRun>(MAX_RUNS),
		api.issues<FixedIssue>({ status: 'FIXED', limit: MAX_FIXED }),
		api.faults(),
		cancelled === null ? null : api.issues({ member: cancelled.member, limit: 1 })
	]);
	return {
		startedAt: bot.startedAt ?? '',
		lordPrices: env.STRIPE_LORD_PRICE_IDS ?? '',
		stripeIsBroken: faults.some((fault) => isSame(fault, OUTAGE)),
		newestRun: runs.find(({ onlyMember, onlyMembers }) => onlyMember === null && onlyMembers === null) ?? null,
		fixed,
		hasNoticed: noticed && noticed.length > 0
	};
}
