/**
 * The kinds of drift and the issue each must produce. Written by hand from the design's table, so that it is independent of the bot's
 * policy.
 */

export type RoleName = 'Knight' | 'Lord' | 'Debtor';
export type TierName = Exclude<RoleName, 'Debtor'>;

/** An issue the bot must find. Roles are in alphabetical order. */
export interface ExpectedIssue {
	readonly discordId: string;
	readonly type: 'MISSING_ACCESS' | 'UNAUTHORIZED_ACCESS' | 'ROLE_MISMATCH' | 'DEBTOR_MISMATCH';
	readonly severity: 'HIGH' | 'MEDIUM' | 'LOW';
	readonly add: readonly RoleName[];
	readonly remove: readonly RoleName[];
}

/** What the bot must count without opening an issue. */
export interface ExpectedNotices {
	unclaimed: number;
	absent: number;
	/** Includes Reeve. */
	bots: number;
	exempt: number;
	overclaimedTeams: number;
	malformedLinks: number;
	contestedLinks: number;
	unknownStatus: number;
	/** Members whose links do not count, by the problem. */
	unknownLinks: { overridden: number; several: number; unreadable: number; rounded: number };
	/** Members who pay for a price that no setting lists. */
	unlistedPrice: number;
}

/** The roles a member holds, and the issue that follows. */
export interface Drift extends Omit<ExpectedIssue, 'discordId'> {
	readonly holds: readonly RoleName[];
}

/** Pays for a tier, holds none. */
export function nothingHeld(tier: TierName): Drift {
	return { holds: [], type: 'MISSING_ACCESS', severity: 'HIGH', add: [tier], remove: [] };
}

/** Pays for a tier, holds the other. */
export function otherTier(tier: TierName): Drift {
	const other = tier === 'Knight' ? 'Lord' : 'Knight';
	return { holds: [other], type: 'ROLE_MISMATCH', severity: 'MEDIUM', add: [tier], remove: [other] };
}

/** Pays for a tier, holds both. */
export function bothTiers(tier: TierName): Drift {
	return { holds: ['Knight', 'Lord'], type: 'ROLE_MISMATCH', severity: 'MEDIUM', add: [], remove: [tier === 'Knight' ? 'Lord' : 'Knight'] };
}

/** Pays for a tier, holds Debtor only. */
export function stillDebtor(tier: TierName): Drift {
	return { holds: ['Debtor'], type: 'DEBTOR_MISMATCH', severity: 'MEDIUM', add: [tier], remove: ['Debtor'] };
}

/** Pays for a tier, holds it and Debtor. */
export function debtorBesides(tier: TierName): Drift {
	return { holds: [tier, 'Debtor'], type: 'DEBTOR_MISMATCH', severity: 'MEDIUM', add: [], remove: ['Debtor'] };
}

/** Pays for a tier, holds the other and Debtor. */
export function debtorAndOtherTier(tier: TierName): Drift {
	const other = tier === 'Knight' ? 'Lord' : 'Knight';
	return { holds: [other, 'Debtor'], type: 'DEBTOR_MISMATCH', severity: 'MEDIUM', add: [tier], remove: ['Debtor', other] };
}

/** Past the grace period, holds tiers or nothing, but not Debtor. */
export function notYetDebtor(...tiers: readonly TierName[]): Drift {
	return { holds: tiers, type: 'DEBTOR_MISMATCH', severity: 'MEDIUM', add: ['Debtor'], remove: tiers };
}

/** Past the grace period, holds Debtor and tiers. */
export function debtorWith(...tiers: readonly TierName[]): Drift {
	return { holds: [...tiers, 'Debtor'], type: 'DEBTOR_MISMATCH', severity: 'MEDIUM', add: [], remove: tiers };
}

/** Linked, entitled to nothing, holds roles. */
export function unpaidFor(...holds: readonly RoleName[]): Drift {
	const isDebtorAlone = holds.every((role) => role === 'Debtor');
	return {
		holds,
		type: isDebtorAlone ? 'DEBTOR_MISMATCH' : 'UNAUTHORIZED_ACCESS',
		severity: isDebtorAlone ? 'LOW' : 'HIGH',
		add: [],
		remove: [...holds].sort()
	};
}

/** Not linked, holds roles. */
export function unlinkedWith(...holds: readonly RoleName[]): Drift {
	return { holds, type: 'UNAUTHORIZED_ACCESS', severity: 'LOW', add: [], remove: [...holds].sort() };
}
