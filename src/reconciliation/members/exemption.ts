import type { Ports } from '../domain/ports.js';
import { untilNoChange } from '../fixes/until-no-change.js';

/** An operator's decision that Reeve leaves a member's roles alone. Never deleted: it ends at `expiresAt`. */
export interface StoredExemption {
	readonly id: string;
	readonly discordId: string;
	readonly reason: string;
	/** The operator's Discord ID, or a name if it was imported. */
	readonly createdBy: string;
	readonly createdAt: Date;
	/** Null: until an operator ends it. */
	readonly expiresAt: Date | null;
}

/** Every change is recorded in the audit log. */
export interface ExemptionStore {
	/** Exempts a member, replacing exemptions in force, and settles their open issue. */
	exempt(order: ExemptOrder, at: Date): Promise<ExemptResult>;
	/** Ends an exemption now. @returns it, or null if it does not exist or has already ended */
	endExemption(id: string, by: { readonly actor: string; readonly at: Date }): Promise<StoredExemption | null>;
	/** Newest first. */
	exemptionsInForce(now: Date): Promise<readonly StoredExemption[]>;
	/** The member of an issue, and whether it is settled; null if there is no such issue. */
	subjectOf(issueId: string): Promise<{ readonly discordId: string; readonly discordName: string; readonly settled: boolean } | null>;
}

export interface ExemptOrder {
	readonly discordId: string;
	readonly reason: string;
	/** Null: until an operator ends it. */
	readonly until: Date | null;
	/** The operator's Discord ID. */
	readonly actor: string;
}

export interface ExemptResult {
	readonly exemption: StoredExemption;
	/** The exemptions that it replaced. */
	readonly replaced: readonly StoredExemption[];
	/** The newest run that found the issue settled by this; null if there was no open issue. */
	readonly settledIn: string | null;
}

/**
 * Exempts a member. Resolves once it holds for fixes in progress too: a role call that was on its way has ended, and the next one is
 * refused.
 */
export async function exemptMember(ports: Ports, store: ExemptionStore, order: ExemptOrder): Promise<ExemptResult> {
	const result = await store.exempt(order, ports.now());
	await untilNoChange(ports, { discordId: order.discordId });
	return result;
}
