import type { Notices } from './detection.js';
import type { Hold } from './hold.js';
import type { OpenIssue, Plan } from './issue.js';
import type { PolicySettings } from './rules.js';

export type TriggeredBy = 'scheduled' | 'manual' | 'verification';

/** What a run is told by the settings. */
export interface RunSettings {
	readonly policy: PolicySettings;
	readonly autoFix: boolean;
	/** Whether an automatic fix may touch people with no link at all. */
	readonly fixUnlinked: boolean;
	readonly maxRevokePercent: number;
}

export interface ReconciliationOptions {
	readonly isVerificationRerun?: boolean;
	readonly triggeredBy?: TriggeredBy;
	/** The operator who asked, by Discord ID. */
	readonly requestedBy?: string;
	/** YYYY-MM-DD: the day that a scheduled run is for. */
	readonly scheduledDay?: string;
	/** The Discord ID of the one person to compare; everybody without it. */
	readonly onlyMember?: string;
	/** False keeps what the settings would fix automatically for an operator to decide. */
	readonly autoFix?: boolean;
	/** Asked before each automatic fix: false leaves the rest as it is. */
	readonly mayFix?: () => Promise<boolean>;
	readonly onProgress?: (progress: Progress) => void;
}

/** How far a run is. `total` is null while it is not known. */
export interface Progress {
	readonly source: 'stripe' | 'invoices' | 'discord' | 'database' | 'fix';
	readonly done: number;
	readonly total: number | null;
	readonly finished: boolean;
	/** Given while nothing is read because the source said to wait: for how long still. */
	readonly waitingSeconds?: number;
}

/** What a run came to. */
export interface ReconciliationResult {
	readonly runId: string;
	readonly status: 'COMPLETED' | 'FAILED';
	readonly triggeredBy: TriggeredBy;
	readonly requestedBy: string | null;
	readonly isVerificationRun: boolean;
	/** The Discord ID of the one person it is about; null for a run over everybody. */
	readonly onlyMember: string | null;
	readonly startedAt: Date;
	readonly completedAt: Date;
	readonly autoFixEnabled: boolean;
	readonly membersChecked: number;
	readonly teamsChecked: number;
	readonly issuesFound: number;
	readonly issuesFixed: number;
	readonly issues: readonly OpenIssue[];
	/** Null for a failed run. */
	readonly notices: Notices | null;
	readonly hold: Hold | null;
	/** Null unless the run failed: why, in the operator's words. */
	readonly failure: string | null;
	/** For a verification: what has become of the fixes it looked after. Null for any other run, and for one that failed. */
	readonly verified: Verified | null;
}

/** What a verification found of the fixes it looked after. */
export interface Verified {
	/** One for each person, their newest. */
	readonly fixes: readonly VerifiedFix[];
	/** The posted reports of the runs that led to these fixes, the newest first. */
	readonly reports: readonly { readonly runId: string; readonly channelId: string; readonly messageId: string }[];
}

export interface VerifiedFix {
	readonly attemptId: string;
	readonly discordId: string;
	readonly discordName: string;
	/** What the fix gave and took. */
	readonly change: Plan;
	readonly outcome: VerifiedOutcome;
	/** Null unless it was not judged. */
	readonly notJudged: NotJudged | null;
}

export type VerifiedOutcome =
	/** The drift has stayed gone. */
	| 'STAYED'
	/** The person has an issue again. */
	| 'CAME_BACK'
	| 'NOT_JUDGED';

export type NotJudged =
	| 'LEFT_SERVER'
	| 'EXEMPT'
	/** Something of theirs changed while the verification was reading, or Stripe gives a status that Reeve does not know. */
	| 'LEFT_ALONE';
