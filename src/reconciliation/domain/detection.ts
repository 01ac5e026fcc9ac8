import type { DriftIssue } from './issue.js';
import type { Exemption } from './links.js';

/** Somebody of whom Stripe gives a status that Reeve does not know. */
export interface UnknownStatus {
	readonly discordId: string;
	/** As Stripe says it. */
	readonly status: string;
}

/** What is worth knowing and never an issue, as counts, with names where an operator can mend something. */
export interface Notices {
	/** Customers who pay and have claimed no Discord seat. */
	readonly unclaimed: number;
	/** Linked payers who are not in the server. */
	readonly absent: number;
	readonly bots: number;
	readonly exempt: number;
	/** Changed while the run was reading: left to the next run. */
	readonly leftToNextRun: number;
	/** People left alone because Stripe gave a status Reeve does not know; only how many, in a run stored before they were named. */
	readonly unknownStatus: readonly UnknownStatus[] | number;
	/** Teams with more seats claimed than they pay for. */
	readonly overclaimedTeams: readonly { readonly teamId: string; readonly name: string; readonly claimed: number; readonly paid: number }[];
	/** Metadata values that are no Discord ID. */
	readonly malformedLinks: readonly { readonly customerId: string; readonly value: string }[];
	/** Exemptions that end before somebody has had a daily report to read about it in time. */
	readonly expiringExemptions: readonly Exemption[];
	/** Customers whose metadata names more than one person. */
	readonly contestedLinks: readonly { readonly customerId: string; readonly values: readonly string[] }[];
}

/** What comparing everything gives. */
export interface Detection {
	/** The gravest first. */
	readonly issues: readonly DriftIssue[];
	readonly notices: Notices;
	/** People whom this run did not judge: their open issues stay as they are. */
	readonly skipped: ReadonlySet<string>;
	readonly membersChecked: number;
	readonly teamsChecked: number;
	/** Customers who pay now: the measure of a plausible reading. */
	readonly payingCustomers: number;
	/** How many people hold a managed role: the safety check's whole. */
	readonly roleHolders: number;
	/** Subscriptions in debt for which no moment is known: their grace counts from this run. */
	readonly newlyUnpaid: readonly string[];
	/** Debts remembered for subscriptions that owe nothing any more. */
	readonly clearedDebts: readonly string[];
}
