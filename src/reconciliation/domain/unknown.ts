/** Why Reeve cannot know all that a member should have. While one applies to a member, no role of theirs is revoked. */
export type UnknownReason =
	/** A subscription of theirs has a status that the policy does not know. */
	| { readonly kind: 'status'; readonly status: string }
	/** A subscription of theirs is for a price that the settings do not list. */
	| { readonly kind: 'price'; readonly price: string }
	/** A customer may pay for them, but the link cannot be trusted. `problem`: completes "the customer cus_1 …", for operators. */
	| { readonly kind: 'link'; readonly customerId: string; readonly problem: string };

/** All members whom one reason concerns. */
export interface UnknownMembers {
	readonly reason: UnknownReason;
	/** Discord IDs, sorted; the first {@link MAX_UNKNOWN_LISTED}. */
	readonly discordIds: readonly string[];
	/** How many there are, listed or not. */
	readonly count: number;
}

/** A setting can make every payer unknown; more than this many are counted, not listed. */
export const MAX_UNKNOWN_LISTED = 1_000;
