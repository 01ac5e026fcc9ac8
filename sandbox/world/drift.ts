/**
 * What people hold that is not what they should, and the issue that must come of it. Written down by hand from the table of
 * the design, so that it can judge the product's policy.
 */

export type RoleName = 'Knight' | 'Lord' | 'Debtor';
export type TierName = Exclude<RoleName, 'Debtor'>;

/** The issue that the product is to find. The roles are in alphabetical order. */
export interface ExpectedIssue {
	readonly discordId: string;
	readonly type: 'MISSING_ACCESS' | 'UNAUTHORIZED_ACCESS' | 'ROLE_MISMATCH' | 'DEBTOR_MISMATCH';
	readonly severity: 'HIGH' | 'MEDIUM' | 'LOW';
	readonly add: readonly RoleName[];
	readonly remove: readonly RoleName[];
}

/** What the product is to count without making an issue of it. */
export interface ExpectedNotices {
	unclaimed: number;
	absent: number;
	/** With Reeve itself, who is in the guild too. */
	bots: number;
	exempt: number;
	overclaimedTeams: number;
	malformedLinks: number;
	contestedLinks: number;
	unknownStatus: number;
}

/** What somebody holds wrongly, and the issue it makes. */
export interface Drift extends Omit<ExpectedIssue, 'discordId'> {
	readonly holds: readonly RoleName[];
}

/** Pays for a tier and holds nothing. */
export function nothingHeld(tier: TierName): Drift {
	return { holds: [], type: 'MISSING_ACCESS', severity: 'HIGH', add: [tier], remove: [] };
}

/** Pays for a tier and holds the other one. */
export function otherTier(tier: TierName): Drift {
	const other = tier === 'Knight' ? 'Lord' : 'Knight';
	return { holds: [other], type: 'ROLE_MISMATCH', severity: 'MEDIUM', add: [tier], remove: [other] };
}

/** Pays for a tier and holds both. */
export function bothTiers(tier: TierName): Drift {
	return { holds: ['Knight', 'Lord'], type: 'ROLE_MISMATCH', severity: 'MEDIUM', add: [], remove: [tier === 'Knight' ? 'Lord' : 'Knight'] };
}

/** Pays for a tier and is Debtor alone. */
export function stillDebtor(tier: TierName): Drift {
	return { holds: ['Debtor'], type: 'DEBTOR_MISMATCH', severity: 'MEDIUM', add: [tier], remove: ['Debtor'] };
}

/** Pays for a tier, holds it, and is Debtor besides. */
export function debtorBesides(tier: TierName): Drift {
	return { holds: [tier, 'Debtor'], type: 'DEBTOR_MISMATCH', severity: 'MEDIUM', add: [], remove: ['Debtor'] };
}

/** Pays for a tier and holds the other one and Debtor. */
export function debtorAndOtherTier(tier: TierName): Drift {
	const other = tier === 'Knight' ? 'Lord' : 'Knight';
	return { holds: [other, 'Debtor'], type: 'DEBTOR_MISMATCH', severity: 'MEDIUM', add: [tier], remove: ['Debtor', other] };
}

/** Owes beyond the grace period and holds tiers, or nothing. */
export function notYetDebtor(...tiers: readonly TierName[]): Drift {
	return { holds: tiers, type: 'DEBTOR_MISMATCH', severity: 'MEDIUM', add: ['Debtor'], remove: tiers };
}

/** Owes beyond the grace period, is Debtor, and has kept tiers. */
export function debtorWith(...tiers: readonly TierName[]): Drift {
	return { holds: [...tiers, 'Debtor'], type: 'DEBTOR_MISMATCH', severity: 'MEDIUM', add: [], remove: tiers };
}

/** Is linked, is owed nothing, and holds something. */
export function unpaidFor(...holds: readonly RoleName[]): Drift {
	return { holds, type: 'UNAUTHORIZED_ACCESS', severity: 'HIGH', add: [], remove: [...holds].sort() };
}

/** Is known to nobody and holds something. */
export function unlinkedWith(...holds: readonly RoleName[]): Drift {
	return { holds, type: 'UNAUTHORIZED_ACCESS', severity: 'LOW', add: [], remove: [...holds].sort() };
}
