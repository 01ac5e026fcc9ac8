import type { RoleName } from './rules.js';

/** Every kind of drift, in the order in which a report lists issues of one severity: paying members without access come first. */
export const DRIFT_TYPES = ['MISSING_ACCESS', 'UNAUTHORIZED_ACCESS', 'DEBTOR_MISMATCH', 'ROLE_MISMATCH'] as const;

export type DriftType = (typeof DRIFT_TYPES)[number];

/** Most severe first. */
export const SEVERITIES = ['HIGH', 'MEDIUM', 'LOW'] as const;

export type DriftSeverity = (typeof SEVERITIES)[number];

/** Sorts the most severe first. */
export function bySeverity(a: Pick<DriftIssue, 'severity'>, b: Pick<DriftIssue, 'severity'>): number {
	return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
}

/** The managed roles to add and to remove. */
export interface Plan {
	readonly add: readonly RoleName[];
	readonly remove: readonly RoleName[];
}

/** One member whose managed roles differ from the entitlement, with the plan that mends it. */
export interface DriftIssue {
	readonly type: DriftType;
	readonly severity: DriftSeverity;
	/** The `Member` row, null for somebody known by Stripe metadata alone or not at all. */
	readonly memberId: string | null;
	readonly discordId: string;
	readonly discordName: string;
	/** What is wrong, in one sentence, without the person's name. */
	readonly description: string;
	/** What Stripe says, in words. */
	readonly stripeStatus: string;
	/** What the database says, in words. */
	readonly databaseStatus: string;
	/** The managed roles held. */
	readonly discordRoles: readonly RoleName[];
	/** The managed roles that the policy gives. */
	readonly expectedRoles: readonly RoleName[];
	readonly plan: Plan;
	/** The customers whose subscriptions decide, to be looked at again before a fix. */
	readonly customerIds: readonly string[];
	/** False for a person with no link at all. */
	readonly linked: boolean;
}

/** A stored issue: the drift, and its life. */
export interface OpenIssue extends DriftIssue {
	readonly id: string;
	readonly planHash: string;
	readonly firstSeenAt: Date;
	/** When the newest run that saw it began: what changed in Stripe since then is looked up before a fix. */
	readonly lastSeenAt: Date;
	readonly timesSeen: number;
	/** When the drift, having been fixed, came back; null if it never did. */
	readonly cameBackAt: Date | null;
}

/** How an attempt to mend an issue ended. */
export type FixOutcome =
	/** The roles are as planned, and were read back. */
	| 'FIXED'
	/** The drift was gone when looked at again: nothing was touched. */
	| 'RESOLVED'
	/** Another plan is right by now: nothing was touched. */
	| 'PLAN_CHANGED'
	/** The person is exempt: nothing was touched. */
	| 'EXEMPT'
	/** Discord accepted the change, but it did not happen. */
	| 'NOT_APPLIED'
	/** Discord refused, or a source could not be read. */
	| 'FAILED'
	/** Reeve was stopped in the middle. */
	| 'INTERRUPTED'
	/** Of an undo: the roles are as they were before the fix, and were read back. */
	| 'UNDONE';

/** The last attempt to mend an issue; an undo counts while it is under way and when it worked. */
export interface LastAttempt {
	readonly id: string;
	/** The fix that this attempt undoes; null for a fix. */
	readonly undoes: string | null;
	/** Of an undo: until when the person is exempt on its account. */
	readonly exemptUntil: Date | null;
	/** The operator's Discord ID, or `reeve` for an automatic fix. */
	readonly actor: string;
	/** Null while it is under way. */
	readonly outcome: FixOutcome | null;
	readonly error: string | null;
	readonly at: Date;
	readonly rolesBefore: readonly RoleName[] | null;
	readonly rolesAfter: readonly RoleName[] | null;
}

/** What has become of an issue since its run. */
export interface IssueState {
	readonly status: 'OPEN' | 'FIXING' | 'FIXED' | 'RESOLVED';
	/** Of the plan that is right now. */
	readonly planHash: string;
	readonly fixingBy: string | null;
	readonly settledAt: Date | null;
	/** The operator who settled it without a fix; null where it was fixed or went away by itself. */
	readonly settledBy: string | null;
	/** When the drift, having been fixed, came back; null if it never did. */
	readonly cameBackAt: Date | null;
	readonly lastAttempt: LastAttempt | null;
	/** The drift as it is now; null where it is as the run found it. */
	readonly detail: DriftIssue | null;
}
