/** Why Reeve cannot know all that a member should have. While one applies to a member, no role of theirs is revoked. */
export type UnknownReason =
	/** A subscription of theirs has a status that the policy does not know. */
	| { readonly kind: 'status'; readonly status: string }
	/** A subscription of theirs is for a price that the settings do not list. */
	| { readonly kind: 'price'; readonly price: string }
	/** An object in Stripe, of which they may have something, lacks what the policy needs. `problem`: completes "sub_1 …", for operators. */
	| { readonly kind: 'object'; readonly id: string; readonly problem: string }
	/** A customer may pay for them, but what links it to them does not count. */
	| { readonly kind: 'link'; readonly customerId: string; readonly problem: LinkProblem; readonly value?: string }
	/** The server's own rule (`adjust`) gave no answer that can be used. */
	| { readonly kind: 'rule'; readonly problem: RuleProblem; readonly detail: string };

/** What is wrong with the answer of a server's own rule. */
export type RuleProblem =
	/** It threw an error. `detail`: its message. */
	| 'threw'
	/** It is asynchronous. */
	| 'promise'
	/** It returned something else than a role. `detail`: its type. */
	| 'answer'
	/** `detail` is no managed role. */
	| 'role'
	/** It was not asked: the member has several rows, which differ in the field `detail`. */
	| 'rows';

/** Why a customer that may pay for a member does not count. */
export type LinkProblem =
	/** Metadata names the member, and a row gives the customer to someone else. */
	| 'overridden'
	/** The customer pays for several members, and a subscription does not say for whom. */
	| 'several'
	/** The metadata `value` cannot be read as a Discord ID, and may mean the member. */
	| 'unreadable'
	/** Rows give the customer to several members, or to a member and a team. */
	| 'disputed'
	/** A row has a Discord ID that cannot be read, and may mean the member. */
	| 'unreadable-row'
	/** `value` is an ID that no member of the guild has, and what a program makes of the member's ID if it reads it as a number. */
	| 'rounded'
	/** A row links the member to a customer that Stripe does not have. */
	| 'missing';

/** All members whom one reason concerns, or, for links, one kind of problem. */
export interface UnknownMembers {
	/** That of the first, if each has its own. */
	readonly reason: UnknownReason;
	/** For links: the customer of each member, as many as are listed. */
	readonly links?: readonly { readonly discordId: string; readonly customerId: string }[];
	/** Discord IDs, sorted; the first {@link MAX_UNKNOWN_LISTED}. */
	readonly discordIds: readonly string[];
	/** How many there are, listed or not. */
	readonly count: number;
}

/** A setting can make every payer unknown; more than this many are counted, not listed. */
export const MAX_UNKNOWN_LISTED = 1_000;
