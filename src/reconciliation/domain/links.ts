import type { SeatTier } from './rules.js';

/** A `Member` row. */
export interface MemberRow {
	readonly id: string;
	readonly discordId: string | null;
	readonly stripeCustomerId: string | null;
	readonly seatTier: SeatTier;
	readonly teamId: string | null;
	readonly paymentFailedAt: Date | null;
	/** Further fields, for the server's own rule. */
	readonly extra?: Readonly<Record<string, unknown>>;
}

/** A `Team` row. */
export interface TeamRow {
	readonly id: string;
	readonly name: string;
	readonly stripeCustomerId: string | null;
	readonly ownerSeatCount: number;
	readonly teamSeatCount: number;
	readonly paymentFailedAt: Date | null;
}

/** An operator's order to leave a member's roles as they are. */
export interface Exemption {
	readonly discordId: string;
	readonly reason: string;
	readonly createdBy: string;
	/** Null: until an operator ends it. */
	readonly expiresAt: Date | null;
}

export function isInForce({ expiresAt }: Pick<Exemption, 'expiresAt'>, now: Date): boolean {
	return expiresAt === null || expiresAt > now;
}

/** Links, teams and exemptions, from Reeve's database. */
export interface Links {
	readonly members: readonly MemberRow[];
	readonly teams: readonly TeamRow[];
	readonly exemptions: readonly Exemption[];
	/** Subscription ID → when a run first saw it past due without a date. */
	readonly firstSeenUnpaid: ReadonlyMap<string, Date>;
}
