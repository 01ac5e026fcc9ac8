import type { Effect } from './effect.js';
import type { IssueMoney } from './money.js';
import type { Origin } from './origin.js';
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

/** A member whose managed roles differ from their entitlement, with the plan that corrects them. */
export interface DriftIssue {
	readonly type: DriftType;
	readonly severity: DriftSeverity;
	/** ID of the `Member` row; null for a member without one. */
	readonly memberId: string | null;
	readonly discordId: string;
	readonly discordName: string;
	/** The drift in one sentence, without the member's name. */
	readonly description: string;
	/** What decides the entitlement, in a few words. Missing in issues of older versions. */
	readonly cause?: string;
	/** How the difference came about. Missing unless the server's audit log is watched. */
	readonly origin?: Origin;
	/** What is paid for the access, or not. Missing for someone without a subscription, and in issues of older versions. */
	readonly money?: IssueMoney;
	/** The member's subscriptions, in words. */
	readonly stripeStatus: string;
	/** The member's rows, in words. */
	readonly databaseStatus: string;
	/** The managed roles held. */
	readonly discordRoles: readonly RoleName[];
	/** The managed roles that the policy gives. */
	readonly expectedRoles: readonly RoleName[];
	readonly plan: Plan;
	/** Set if the server's own rule gives another role than Stripe (null: none). */
	readonly adjusted?: { readonly from: RoleName | null; readonly to: RoleName | null };
	/** What the plan does to the member's access. */
	readonly effect: Effect;
	/** Whether the issue exists only because of rules that no operator had accepted when it was found. Missing: no. */
	readonly byRuleChange?: boolean;
	/** Whether a later run could not say what the member should have: no bulk fix includes the issue until one can. Missing: no. */
	readonly isUnknown?: boolean;
	/** Customers that can pay for the member: read again before a fix. */
	readonly customerIds: readonly string[];
	/** False for a member with no link at all. */
	readonly linked: boolean;
}

/** Whether a fix of all open issues includes this one. */
export function isInFixAll({ linked, isUnknown }: Pick<DriftIssue, 'linked' | 'isUnknown'>): boolean {
	return linked && isUnknown !== true;
}

/** A stored issue. */
export interface OpenIssue extends DriftIssue {
	readonly id: string;
	readonly planHash: string;
	readonly firstSeenAt: Date;
	/** Start of the newest run that saw it. A fix reads what changed in Stripe since then. */
	readonly lastSeenAt: Date;
	readonly timesSeen: number;
	/** When the drift recurred after a fix; null if it never did. */
	readonly cameBackAt: Date | null;
}

/** Since when an issue is open: first found, or back after a fix. */
export function openedAt({ firstSeenAt, cameBackAt }: Pick<OpenIssue, 'firstSeenAt' | 'cameBackAt'>): Date {
	return cameBackAt !== null && cameBackAt > firstSeenAt ? cameBackAt : firstSeenAt;
}

/** How an attempt to fix an issue ended. */
export type FixOutcome =
	/** The roles are as planned, as read back from Discord. */
	| 'FIXED'
	/** The drift was already gone. Nothing was changed. */
	| 'RESOLVED'
	/** The plan is out of date. Nothing was changed. */
	| 'PLAN_CHANGED'
	/** The member is exempt. Nothing was changed. */
	| 'EXEMPT'
	/** Discord accepted the change, but it did not happen. */
	| 'NOT_APPLIED'
	/** Discord refused the change, or a source could not be read. */
	| 'FAILED'
	/** Reeve stopped during the attempt. */
	| 'INTERRUPTED'
	/** An undo: the roles are as they were before the fix, as read back from Discord. */
	| 'UNDONE';

/** The last attempt to fix an issue; or its undo, while in progress and if it succeeded. */
export interface LastAttempt {
	readonly id: string;
	/** The fix that this attempt undoes; null for a fix. */
	readonly undoes: string | null;
	/** Of an undo: end of the exemption that it created. */
	readonly exemptUntil: Date | null;
	/** The operator's Discord ID, or `reeve` for an automatic fix. */
	readonly actor: string;
	/** Null while in progress. */
	readonly outcome: FixOutcome | null;
	readonly error: string | null;
	readonly at: Date;
	readonly rolesBefore: readonly RoleName[] | null;
	readonly rolesAfter: readonly RoleName[] | null;
}

/** The state of an issue since its run. */
export interface IssueState {
	readonly status: 'OPEN' | 'FIXING' | 'FIXED' | 'RESOLVED';
	/** Of the current plan. */
	readonly planHash: string;
	readonly fixingBy: string | null;
	readonly settledAt: Date | null;
	/** The operator who settled it without a fix; null if it was fixed or the drift went away. */
	readonly settledBy: string | null;
	/** End of the exemption that settled it; null or missing for one without an end, and if none did. */
	readonly ignoredUntil?: Date | null;
	/** When the drift recurred after a fix; null if it never did. */
	readonly cameBackAt: Date | null;
	readonly lastAttempt: LastAttempt | null;
	/** IDs of the runs whose automatic fix settled it, also if it came back or was undone. Missing: none. */
	readonly autoFixedBy?: readonly string[];
	/** The current drift; null if it is as the run found it. */
	readonly detail: DriftIssue | null;
}
