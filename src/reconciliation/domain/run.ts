import type { Notices } from './detection.js';
import type { Hold } from './hold.js';
import type { OpenIssue, Plan } from './issue.js';
import type { News } from './news.js';
import type { Onboarding } from './onboarding.js';
import type { RuleChange } from './rule-change.js';
import type { PolicySettings } from './rules.js';

export type TriggeredBy = 'scheduled' | 'manual' | 'verification' | 'targeted';

/** What has changed. A targeted run compares these members, and those for whom these customers pay, paid or may pay. */
export interface Touched {
	readonly discordIds: readonly string[];
	readonly customerIds: readonly string[];
}

/** Whether the run compared all members. */
export function isFullRun({ onlyMember, onlyMembers }: Pick<ReconciliationResult, 'onlyMember' | 'onlyMembers'>): boolean {
	return onlyMember === null && onlyMembers === null;
}

/** `requestedBy` of a run that was started on the command line, where no Discord ID is known. */
export const COMMAND_LINE = 'command line';

/** `requestedBy` of a run that was started over HTTP. */
export const OVER_HTTP = 'http';

/** The settings that a run depends on. */
export interface RunSettings {
	readonly policy: PolicySettings;
	/** The metadata key in Stripe that holds a Discord ID. */
	readonly discordIdKey: string;
	readonly autoFix: boolean;
	/** Whether automatic fixes include members with no link at all. */
	readonly fixUnlinked: boolean;
	readonly maxRevokePercent: number;
}

export interface ReconciliationOptions {
	readonly isVerificationRerun?: boolean;
	readonly triggeredBy?: TriggeredBy;
	/** Discord ID of the operator who requested the run, {@link COMMAND_LINE} or {@link OVER_HTTP}. */
	readonly requestedBy?: string;
	/** The day of a scheduled run, YYYY-MM-DD. */
	readonly scheduledDay?: string;
	/** Discord ID of the only member to compare; without it, all members. */
	readonly onlyMember?: string;
	/** What a targeted run is about; without it, a targeted run compares all members, to catch up. */
	readonly touched?: Touched;
	/** False: report only, whatever the settings say. */
	readonly autoFix?: boolean;
	/** Checked before each automatic fix; once false, no further fix starts. */
	readonly mayFix?: () => Promise<boolean>;
	readonly onProgress?: (progress: Progress) => void;
	/** Receives the run's ID once it is stored, before anything is read. */
	readonly onStarted?: (runId: string) => void;
}

/** Progress of a run. `total` is null while unknown. */
export interface Progress {
	readonly source: 'stripe' | 'invoices' | 'discord' | 'database' | 'fix';
	readonly done: number;
	readonly total: number | null;
	readonly finished: boolean;
	/** Set while the source rate-limits the run: the remaining wait. */
	readonly waitingSeconds?: number;
}

/** The result of a run. */
export interface ReconciliationResult {
	readonly runId: string;
	readonly status: 'COMPLETED' | 'FAILED';
	readonly triggeredBy: TriggeredBy;
	readonly requestedBy: string | null;
	readonly isVerificationRun: boolean;
	/** Discord ID of the only member compared; null for a run over several or all members. */
	readonly onlyMember: string | null;
	/** Discord IDs of the members that a targeted run compared; null for any other run, and for one over all members. */
	readonly onlyMembers: readonly string[] | null;
	readonly startedAt: Date;
	readonly completedAt: Date;
	readonly autoFixEnabled: boolean;
	readonly membersChecked: number;
	readonly teamsChecked: number;
	readonly issuesFound: number;
	readonly issuesFixed: number;
	readonly issues: readonly OpenIssue[];
	/** Discord IDs of members with drift that is left to the next run: their roles are being changed, or were since this run began. */
	readonly postponed?: readonly string[];
	/** Null for a failed run. */
	readonly notices: Notices | null;
	readonly hold: Hold | null;
	/** The operator who released the hold; null or missing while it is on hold. */
	readonly holdReleasedBy?: string | null;
	/** Set if the run used rules that no operator had accepted. */
	readonly ruleChange?: RuleChange | null;
	/** Set if setup was not finished: the report then accuses no one. */
	readonly onboarding?: Onboarding | null;
	/** What has changed since the last report. Missing or null unless it is a daily run or a manual one over all members that completed. */
	readonly news?: News | null;
	/** Null unless the run failed: why, for operators. */
	readonly failure: string | null;
	/** Of a verification: its results. Null for any other run, and for one that failed. */
	readonly verified: Verified | null;
}

/** The results of a verification. */
export interface Verified {
	/** The newest fix of each member. */
	readonly fixes: readonly VerifiedFix[];
	/** The posted reports of the runs that led to these fixes, newest first. */
	readonly reports: readonly { readonly runId: string; readonly channelId: string; readonly messageId: string }[];
}

export interface VerifiedFix {
	readonly attemptId: string;
	readonly discordId: string;
	readonly discordName: string;
	/** The roles that the fix added and removed. */
	readonly change: Plan;
	readonly outcome: VerifiedOutcome;
	/** Null unless the outcome is `NOT_JUDGED`. */
	readonly notJudged: NotJudged | null;
}

export type VerifiedOutcome =
	/** The drift is still gone. */
	| 'STAYED'
	/** The member has an issue again. */
	| 'CAME_BACK'
	| 'NOT_JUDGED';

export type NotJudged =
	| 'LEFT_SERVER'
	| 'EXEMPT'
	/** Something of theirs changed while the verification was reading, or their subscription status is unknown. */
	| 'LEFT_ALONE';
