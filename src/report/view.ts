import type { APIActionRowComponent, APIButtonComponent, APIEmbed } from 'discord.js';
import type { DriftIssue, FixOutcome, ReconciliationResult, RoleName } from '../reconciliation/types.js';

/** What a report is drawn from. */

/** The last attempt to mend an issue. */
export interface LastAttempt {
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
	readonly claimedBy: string | null;
	readonly settledAt: Date | null;
	readonly lastAttempt: LastAttempt | null;
	/** The drift as it is now; null where it is as the run found it. */
	readonly detail: DriftIssue | null;
}

/** A run's result, and what has become of its issues by issue ID. An issue without a state is open, as the run found it. */
export interface ReportView {
	readonly result: ReconciliationResult;
	readonly states: ReadonlyMap<string, IssueState>;
}

/** A message as discord.js sends it. It pings nobody. */
export interface MessagePayload {
	embeds: APIEmbed[];
	components: APIActionRowComponent<APIButtonComponent>[];
	allowedMentions: { parse: [] };
}
