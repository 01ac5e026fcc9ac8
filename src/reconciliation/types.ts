/**
 * The words of Reeve as values. Everything here is plain data: no class, no I/O, no clock.
 * Times are `Date`s; durations carry their unit in their name.
 */

export type DriftType = 'MISSING_ACCESS' | 'UNAUTHORIZED_ACCESS' | 'ROLE_MISMATCH' | 'DEBTOR_MISMATCH';
export type DriftSeverity = 'HIGH' | 'MEDIUM' | 'LOW';
export type TriggeredBy = 'scheduled' | 'manual' | 'verification';
export type SeatTier = 'OWNER' | 'TEAM_MEMBER' | 'INDIVIDUAL';

/** The name of a managed role as the settings know it: a tier's name, or {@link DEBTOR}. Discord's ID for it is the Guild's business. */
export type RoleName = string;

/** The managed role of those whose payment is overdue. */
export const DEBTOR: RoleName = 'Debtor';

/** What a seat or a price buys. `prices` holds Stripe price and product IDs. */
export interface Tier {
	readonly name: RoleName;
	readonly prices: readonly string[];
}

/** What the policy is told by the settings. */
export interface PolicySettings {
	/** Lowest rank first. */
	readonly tiers: readonly Tier[];
	/** The tier each kind of seat buys. `INDIVIDUAL` is what a personal subscription gives where no price is mapped at all. */
	readonly seats: Readonly<Record<SeatTier, RoleName>>;
	readonly graceHours: number;
	readonly debtorDays: number;
}

/** A Stripe subscription, reduced to what the policy needs. */
export interface Subscription {
	readonly id: string;
	readonly customerId: string;
	/** As Stripe says it. The type is open: a status that the policy does not know is unknown, never unpaid. */
	readonly status: string;
	/** Price and product IDs of its items (those with a quantity above 0). */
	readonly prices: readonly string[];
	readonly createdAt: Date;
	/** When its oldest open invoice fell due; only read for a subscription in debt. */
	readonly unpaidSince: Date | null;
	/** The value of the Discord ID metadata, as found. */
	readonly claimedBy: string | null;
	readonly cancelAtPeriodEnd: boolean;
	readonly collectionPaused: boolean;
}

export interface Customer {
	readonly id: string;
	readonly email: string | null;
	readonly name: string | null;
	/** The value of the Discord ID metadata, as found. */
	readonly claimedBy: string | null;
}

/** Things by their IDs, in no order that matters: a Map, or something that costs less. */
export interface ById<Thing> {
	readonly size: number;
	has(id: string): boolean;
	get(id: string): Thing | undefined;
	values(): Iterable<Thing>;
}

/** A customer and all that they have subscribed to. */
export interface Account {
	readonly customer: Customer;
	readonly subscriptions: readonly Subscription[];
}

/** By the customers' IDs. */
export type Accounts = ById<Account>;

/** Everything Stripe says, read whole. */
export interface BillingSnapshot {
	readonly accounts: Accounts;
	readonly subscriptionsRead: number;
	/** Null where there was no object to tell by. */
	readonly livemode: boolean | null;
	/** Customers of whom something changed while the list was read. */
	readonly changedCustomers: ReadonlySet<string>;
	/** Discord IDs that a customer changed meanwhile names now. */
	readonly changedPeople: ReadonlySet<string>;
}

/** Somebody in the guild, and which managed roles they hold. */
export interface RosterMember {
	readonly id: string;
	/** The name that Discord shows; anybody can choose theirs, so escape it wherever it is printed. */
	readonly name: string;
	readonly bot: boolean;
	readonly roles: readonly RoleName[];
}

export interface Roster {
	/** By their Discord IDs. */
	readonly members: ById<RosterMember>;
}

/** A `Member` row. */
export interface MemberRow {
	readonly id: string;
	readonly discordId: string | null;
	readonly stripeCustomerId: string | null;
	readonly seatTier: SeatTier;
	readonly teamId: string | null;
	readonly paymentFailedAt: Date | null;
}

/** A `Team` row. */
export interface TeamRow {
	readonly id: string;
	readonly name: string;
	readonly stripeCustomerId: string | null;
	readonly ownerSeatCount: number;
	readonly teamSeatCount: number;
	readonly paymentFailedAt: Date | null;
}

export interface Exemption {
	readonly discordId: string;
	readonly reason: string;
	readonly createdBy: string;
	readonly expiresAt: Date | null;
}

/** Everything Reeve's own database says about who is who. */
export interface Links {
	readonly members: readonly MemberRow[];
	readonly teams: readonly TeamRow[];
	readonly exemptions: readonly Exemption[];
	/** Subscription ID → when a run first saw its debt. */
	readonly seenDebts: ReadonlyMap<string, Date>;
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
	readonly leftAlone: ReadonlySet<string>;
	readonly membersChecked: number;
	readonly teamsChecked: number;
	/** Customers who pay now: the measure of a plausible reading. */
	readonly payingCustomers: number;
	/** How many people hold a managed role: the safety check's whole. */
	readonly roleHolders: number;
	/** Subscriptions in debt for which no moment is known: their grace counts from this run. */
	readonly newDebts: readonly string[];
	/** Debts remembered for subscriptions that owe nothing any more. */
	readonly settledDebts: readonly string[];
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

/** Why the safety check keeps a bulk fix from taking access. */
export interface Hold {
	readonly reason: string;
	/** People who would lose a managed role. */
	readonly losing: number;
	/** People who hold one now. */
	readonly holders: number;
}

/** What a bulk fix is about: all open issues, or those of one kind. */
export type BulkScope = 'all' | DriftType;

/** A hold as it is kept: what the safety check refused, who had asked for it, and who released it. */
export interface StoredHold extends Hold {
	readonly id: string;
	/** `run`: what the run would have fixed by itself. Else what an operator asked for. */
	readonly scope: BulkScope | 'run';
	/** The operator who asked, or `reeve`. */
	readonly actor: string;
	readonly heldAt: Date;
	/** The operator who released it; null while it is held. */
	readonly releasedBy: string | null;
}

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
	readonly claimedBy: string | null;
	readonly settledAt: Date | null;
	/** The operator who settled it without a fix; null where it was fixed or went away by itself. */
	readonly settledBy: string | null;
	/** When the drift, having been fixed, came back; null if it never did. */
	readonly cameBackAt: Date | null;
	readonly lastAttempt: LastAttempt | null;
	/** The drift as it is now; null where it is as the run found it. */
	readonly detail: DriftIssue | null;
}
