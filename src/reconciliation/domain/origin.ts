import type { RoleName } from './rules.js';

/** How drift came about: who or what made a member's roles differ from what they should be. */

/**
 * The newest event that explains the difference. Each is stated only with evidence: the server's audit log, Stripe's dates, Reeve's own
 * audit log. `at` is an ISO time, as it is stored.
 */
export type Origin =
	/** Someone granted a role that is not due, or revoked one that is. `by`: a Discord ID. */
	| {
			readonly kind: 'granted' | 'revoked';
			readonly role: RoleName;
			readonly by: string;
			readonly byBot: boolean | null;
			readonly at: string;
	  }
	/** Reeve did, by a fix or an undo: what is due changed since. */
	| { readonly kind: 'granted-by-reeve' | 'revoked-by-reeve'; readonly role: RoleName; readonly at: string }
	/** They left the server, which takes all roles, and came back. */
	| { readonly kind: 'rejoined'; readonly at: string }
	/** They joined the server, and no one has given them the role since. */
	| { readonly kind: 'joined'; readonly at: string }
	/** Their subscription ended, and no one has taken the role since. */
	| { readonly kind: 'ended'; readonly subscriptionId: string; readonly at: string }
	/** Their payment failed. */
	| { readonly kind: 'payment-failed'; readonly subscriptionId: string; readonly at: string }
	/** Their subscription began, and no one has given them the role since. */
	| { readonly kind: 'subscribed'; readonly subscriptionId: string; readonly at: string }
	/** An operator linked or unlinked them. `by`: as in Reeve's audit log. */
	| { readonly kind: 'linked' | 'unlinked'; readonly by: string; readonly at: string }
	/** The evidence does not suffice. */
	| { readonly kind: 'unknown' };

/** A change of a managed role, as the server's audit log has it. */
export interface RoleChange {
	/** ID of the entry: newer entries have higher ones. */
	readonly entryId: string;
	readonly discordId: string;
	readonly roleId: string;
	readonly granted: boolean;
	/** Discord ID. */
	readonly by: string;
	/** Whether that is a bot; null if it is not known. */
	readonly byBot: boolean | null;
	readonly at: Date;
}

/** A link that an operator added or removed. */
export interface LinkEvent {
	readonly kind: 'linked' | 'unlinked';
	readonly by: string;
	readonly at: Date;
}

/** Reads what is known of how members came to hold their roles. */
export interface OriginReader {
	/** Null while nothing can be said: the audit log is not read completely, or not for all of these roles. */
	coverage(roleIds: readonly string[]): Promise<{ readonly since: Date; readonly reeveId: string } | null>;
	/** The changes of managed roles of these members, oldest first. */
	roleChangesOf(discordIds: readonly string[]): Promise<readonly RoleChange[]>;
	/** The links of these members that operators added and removed, oldest first. */
	linkEventsOf(discordIds: readonly string[]): Promise<ReadonlyMap<string, readonly LinkEvent[]>>;
}
