import type { AccountChange } from './account-change.js';
import type { ServerPart } from './alert.js';
import type { BillingSnapshot, Customer, MissingCustomers } from './billing.js';
import type { Detection } from './detection.js';
import type { EffectCounts } from './effect.js';
import type { Roster, RosterMember } from './guild.js';
import type { BulkScope, Hold } from './hold.js';
import type { DriftIssue, FixOutcome, OpenIssue, Plan } from './issue.js';
import type { Links } from './links.js';
import type { News, ReportedRun, SettledCounts } from './news.js';
import type { Channel, MailWorthy } from './notification.js';
import type { Onboarding, OnboardingEnd } from './onboarding.js';
import type { OriginReader } from './origin.js';
import type { AcceptedRules, RuleChange } from './rule-change.js';
import type { RoleName, Rules } from './rules.js';
import type { Progress, ReconciliationResult, Touched, TriggeredBy, Verified } from './run.js';

/**
 * The interfaces that the core needs from its adapters. Every method returns a complete result or throws: the core never decides on
 * partial data.
 */

/** A source could not be read completely. `message`: why, and what to do, for operators. */
export class SourceError extends Error {
	public constructor(
		public readonly source: 'stripe' | 'discord' | 'database',
		message: string,
		options?: ErrorOptions
	) {
		super(message, options);
		this.name = 'SourceError';
	}
}

/** Discord refused a role change. `message`: why, and what to do, for operators. */
export class RoleChangeError extends Error {
	public constructor(message: string, options?: ErrorOptions) {
		super(message, options);
		this.name = 'RoleChangeError';
	}
}

export type OnProgress = (progress: Progress) => void;

/** What an operator has to do about a reading that cannot be right: a sentence each, since only the adapter knows its keys and dashboard. */
export interface BillingAdvice {
	/** The key reads test data. */
	readonly useLiveKey: string;
	/** The key may belong to another account. */
	readonly checkAccount: string;
}

/** Stripe, read only. */
export interface Billing {
	readonly advice: BillingAdvice;
	/** Reads every subscription, ended ones included, with its customer. @throws {SourceError} */
	readAll(onProgress: OnProgress): Promise<BillingSnapshot>;
	/**
	 * Reads customers with all their subscriptions.
	 * @param customerIds - the customers linked to a member and to their teams
	 * @throws {SourceError}
	 */
	readCustomers(customerIds: readonly string[]): Promise<BillingSnapshot>;
	/** Which of these customers Stripe does not have, in one request each. @throws {SourceError} */
	findMissingCustomers(customerIds: readonly string[]): Promise<MissingCustomers>;
	/**
	 * Customers whose own metadata names one of these users, including those without any subscription. Best effort: Stripe's search
	 * may lag behind.
	 */
	findCustomersByDiscordIds(discordIds: readonly string[]): Promise<readonly Customer[]>;
	/**
	 * IDs of customers that changed since that moment and name the user, or may, in their own metadata or a subscription's. A fix reads them,
	 * so that a member who subscribed after the run does not lose a role.
	 * @throws {SourceError}
	 */
	findCustomersNaming(discordId: string, since: Date): Promise<readonly string[]>;
	/** Makes one small request to check the connection. @throws {SourceError} */
	ping(): Promise<{ readonly livemode: boolean; readonly hasSubscriptions: boolean }>;
}

/** The Discord guild. */
export interface Guild {
	/** Reads all members with one gateway request, and checks that none is missing. @throws {SourceError} */
	readRoster(onProgress: OnProgress): Promise<Roster>;
	/** Reads one member, bypassing every cache; null if they are not in the guild. @throws {SourceError} */
	readMember(discordId: string): Promise<RosterMember | null>;
	/**
	 * Waits for its turn and for Discord's rate limit, and then lets `guard` send the request: it is on its way at once, or fails. A request
	 * that got lost, or that Discord put off, is sent again in the same way.
	 * @param reason - for the guild's audit log
	 * @returns what the last guard returned @throws {RoleChangeError}
	 */
	addRole(discordId: string, role: RoleName, reason: string, guard: ChangeGuard): Promise<boolean>;
	/** As {@link addRole}. */
	removeRole(discordId: string, role: RoleName, reason: string, guard: ChangeGuard): Promise<boolean>;
	/** The Discord IDs of the managed roles, by name. @throws {SourceError} */
	managedRoleIds(): Promise<Readonly<Record<RoleName, string>>>;
	/** Problems that prevent runs or fixes; empty if there are none. */
	problems(): Promise<readonly GuildProblem[]>;
}

/**
 * Sends a role change if it is still right at that moment. Called anew before every request.
 * @returns whether it was sent
 */
export type ChangeGuard = (send: () => Promise<void>) => Promise<boolean>;

/** A problem that prevents runs or fixes in the guild. */
export interface GuildProblem {
	/** `runs`: findings would be unreliable, or could never be fixed. `fixes`: findings are right, but roles cannot be changed. */
	readonly blocks: 'runs' | 'fixes';
	/** What is wrong and what to do, for operators. */
	readonly message: string;
	/** Missing if no change in the server causes or ends it: an outage, a wrong clock, an impossible setting. */
	readonly part?: ServerPart;
}

/** The Discord IDs of managed roles, resolved once by name and stored, so that a role can be renamed. */
export interface ManagedRoleStore {
	loadManagedRoles(): Promise<ReadonlyMap<RoleName, string>>;
	saveManagedRoles(role: RoleName, roleId: string): Promise<void>;
}

/** What is stored of a run when it starts. */
export interface RunStart {
	readonly startedAt: Date;
	readonly triggeredBy: TriggeredBy;
	readonly requestedBy: string | null;
	readonly isVerificationRun: boolean;
	readonly autoFixEnabled: boolean;
	readonly scheduledDay: string | null;
	readonly onlyMember: string | null;
	/** Of a targeted run, the members known to be touched before anything is read; null for all members. */
	readonly onlyMembers: readonly string[] | null;
}

/** Totals of the last run over all members that was not held, or whose hold was released: the baseline for plausibility checks. */
export interface LastGoodRun {
	readonly runId: string;
	/** The rules that an operator had accepted by then: `payingCustomers` is under them. Null for a run of an older version. */
	readonly rules: Rules | null;
	readonly livemode: boolean | null;
	readonly subscriptionsRead: number;
	readonly payingCustomers: number;
	/** Members who held a managed role. */
	readonly roleHolders: number;
	/** Whether an operator has accepted since then that Stripe belongs to another account or mode. */
	readonly accountAccepted?: boolean;
}

/** A claim on an issue: the exclusive right to fix it, until it expires. */
export interface IssueClaim {
	readonly attemptId: string;
	readonly issue: OpenIssue;
	/** Null unless an earlier attempt at the approved plan may have changed roles. */
	readonly earlier: EarlierWork | null;
}

/** What earlier attempts at a plan have done. */
export interface EarlierWork {
	readonly plan: Plan;
	/** Before the first of them. */
	readonly rolesBefore: readonly RoleName[];
	/** As last known. */
	readonly rolesAfter: readonly RoleName[];
}

export type ClaimResult =
	| { readonly kind: 'claimed'; readonly claim: IssueClaim }
	/** Another attempt holds the claim. */
	| { readonly kind: 'busy'; readonly actor: string; readonly since: Date }
	/** Already fixed, undone or gone; `actor` is null if the drift went away without Reeve. */
	| {
			readonly kind: 'settled';
			readonly status: 'FIXED' | 'RESOLVED';
			readonly actor: string | null;
			readonly at: Date;
			readonly undone: boolean;
			/** Settled by an exemption. */
			readonly exempted: boolean;
	  }
	/** The issue has a different plan now. */
	| { readonly kind: 'plan-changed'; readonly issue: OpenIssue }
	| { readonly kind: 'unknown' };

/** The end of an attempt. Stored before anything is reported. */
export interface AttemptEnd {
	readonly outcome: FixOutcome;
	readonly rolesBefore: readonly RoleName[] | null;
	readonly rolesAfter: readonly RoleName[] | null;
	readonly error: string | null;
	readonly at: Date;
	/** The current drift, if its plan is a different one: the issue continues with it. */
	readonly newDrift?: DriftIssue;
}

/** An attempt as it was stored when it ended. */
export interface EndedAttempt extends Omit<AttemptEnd, 'newDrift'> {
	readonly kind: 'fix' | 'undo';
	/** As it was claimed. */
	readonly issue: OpenIssue;
	/** The run that the fix is based on; of an undo, that of the fix. */
	readonly runId: string | null;
	/** Discord ID of the operator, or `reeve` for an automatic fix. */
	readonly actor: string;
}

/** An attempt that a crashed process did not end. */
export interface InterruptedAttempt extends IssueClaim {
	readonly actor: string;
	readonly plan: Plan;
	readonly rolesBefore: readonly RoleName[] | null;
	/** The fix that it undoes; null for a fix. */
	readonly undoes: string | null;
}

/** Runs and the guild's run lease. */
export interface RunStore {
	/** Acquires the guild's run lease, which expires `seconds` after the last renewal. False if another process holds it. */
	acquireLease(holder: string, seconds: number): Promise<boolean>;
	/** False if the lease was lost. */
	renewLease(holder: string, seconds: number): Promise<boolean>;
	releaseLease(holder: string): Promise<void>;

	/** @returns the run's ID, or null if that scheduled day already has its run */
	startRun(start: RunStart): Promise<string | null>;
	/**
	 * Marks unfinished runs of dead processes as failed, so that their scheduled days are due again. The caller must hold the lease.
	 * @param channels - by which to notify operators, except of targeted runs: stored in the same transaction
	 */
	failAbandonedRuns(reason: string, at: Date, channels: readonly Channel[]): Promise<void>;
	/** What triggered the run of any process that is not finished; null if there is none. */
	unfinishedRun(): Promise<TriggeredBy | null>;
	/** Null before the first such run. */
	lastGoodRun(): Promise<LastGoodRun | null>;
	/** Stores, in the audit log, that an operator has accepted another account or mode of Stripe than that of the last good run. */
	acceptAccount(accepted: { readonly change: AccountChange; readonly actor: string; readonly at: Date }): Promise<void>;
	/** When Reeve first started in this guild; stored at the first call. */
	installedAt(now: Date): Promise<Date>;
	/** The newest day (YYYY-MM-DD), up to this one, with a finished scheduled run. */
	lastScheduledDay(upTo: string): Promise<string | null>;
	/**
	 * @param end.news - what has changed since the last report
	 * @param end.verified - results of a verification, which this completes
	 * @param end.channels - by which to notify operators: stored in the same transaction
	 */
	completeRun(
		runId: string,
		end: {
			issuesFixed: number;
			hold: Hold | null;
			at: Date;
			news?: News | null;
			verified?: Verified | null;
			channels?: readonly Channel[];
		}
	): Promise<void>;
	/** @param end.channels - as for {@link completeRun} */
	failRun(runId: string, end: { reason: string; issuesFixed: number; at: Date; channels?: readonly Channel[] }): Promise<void>;
}

export interface LinkReader {
	readLinks(onProgress: OnProgress): Promise<Links>;
	/**
	 * Everything about some members: the rows that name them, or one of these customers or of theirs, the teams of all these, their
	 * exemptions, and the remembered debts.
	 * @param discordIds - at most 1 000
	 */
	readLinksOf(discordIds: readonly string[], customerIds: readonly string[]): Promise<Links>;
}

export interface FindingsStore {
	/**
	 * Stores a run's findings in one transaction: opens new issues, updates known ones, resolves those that are gone (except of members
	 * in `detection.skipped`), updates the remembered debts, and stores the snapshot with the run.
	 * @param findings.at - start of the run
	 * @param findings.onlyMember - the only member compared, if it was one: issues of others stay as they are
	 * @param findings.onlyMembers - the members compared by a targeted run: the same
	 * @param findings.rules - of the run. Those of the first full run with finished setup are thereby accepted
	 * @param findings.acceptedPayers - as {@link Detection.payingCustomers}, under the rules that an operator has accepted
	 * @param findings.comparablePayers - the same, under those that had been accepted at the last good run
	 */
	recordFindings(
		runId: string,
		findings: {
			detection: Detection;
			livemode: boolean | null;
			subscriptionsRead: number;
			at: Date;
			onlyMember?: string | null;
			onlyMembers?: readonly string[] | null;
			rules?: Rules;
			ruleChange?: RuleChange | null;
			onboarding?: Onboarding | null;
			acceptedPayers?: number | null;
			comparablePayers?: number | null;
		}
	): Promise<readonly OpenIssue[]>;
}

/** A customer that pays, paid or may pay for a member. */
export interface Payer {
	/** The member's Discord ID, or the value by which a member may be meant. */
	readonly name: string;
	readonly customerId: string;
	/** Whether the name may mean another member: a rounded ID that no member has, or a text that is no ID. */
	readonly misread: boolean;
}

/** Which customers name which members, from the newest reading of everything: what a targeted run has to read. */
export interface PayerStore {
	/**
	 * Adds what a run has read. Earlier entries stay: a customer too many is only read in vain.
	 * @param isEnough - false if something may concern any member, so that a few cannot be compared without reading everything
	 */
	recordPayers(runId: string, batches: AsyncIterable<readonly Payer[]>, isEnough: boolean): Promise<void>;
	/** When the newest run began that recorded them, with its metadata key. Null if there is none, or they are not enough. */
	payersRecorded(): Promise<{ readonly at: Date; readonly discordIdKey: string | null } | null>;
	/** The payers of these members, those with these customers, and those whose misread name may mean one of the members. */
	findPayers(of: Touched): Promise<readonly Payer[]>;
}

/** Whether an attempt may change a role now. */
export type ChangePermission =
	| 'GRANTED'
	/** The claim was lost. */
	| 'LOST'
	/** The member is exempt; for an undo, by another exemption than its own. */
	| 'EXEMPT'
	/** The daily runs are paused, and this is an automatic fix of one, or of a targeted run. */
	| 'PAUSED';

export interface AttemptStore {
	/**
	 * Claims an issue and stores the attempt with its plan. Of concurrent calls, exactly one succeeds. An issue with what earlier attempts
	 * left of the approved plan is claimed too.
	 * @param planHash - of the plan that the operator approved
	 * @param runId - the run whose report or schedule requested the fix
	 */
	claimIssue(issueId: string, planHash: string, actor: string, runId: string, seconds: number): Promise<ClaimResult>;
	/** False if the claim was lost. */
	renewClaim(attemptId: string, seconds: number): Promise<boolean>;
	/**
	 * Renews the claim and announces a role call, unless an operator's decision forbids it: from now until {@link endChange} it may be on
	 * its way. A decision that is stored at the same time either forbids it, or sees it by {@link isChanging}.
	 * @param change.rolesBefore - the roles held before the first change of the attempt
	 * @param change.callSeconds - until the call must have ended
	 */
	beginChange(
		attemptId: string,
		change: { readonly seconds: number; readonly callSeconds: number; readonly rolesBefore: readonly RoleName[]; readonly at: Date }
	): Promise<ChangePermission>;
	endChange(attemptId: string): Promise<void>;
	/** Whether a role call may be on its way: to this member, or of the automatic fixes of a scheduled or targeted run. */
	isChanging(of: { readonly discordId: string } | 'scheduled-run'): Promise<boolean>;
	/**
	 * Ends the attempt, settles or reopens the issue, and writes the audit log, in one transaction. A fix joins the pending
	 * verification; an undo that changed nothing ends its exemption.
	 * @returns null if the attempt had already ended, which stays as it is
	 */
	endAttempt(attemptId: string, end: AttemptEnd): Promise<EndedAttempt | null>;
	/** How many members automatic fixes have taken access from since then, and for how many they have lowered it. */
	countTaken(since: Date): Promise<{ readonly removes: number; readonly lowers: number }>;
	/** Unfinished attempts whose claim has expired. The first caller takes them over, for that many seconds. */
	interruptedAttempts(seconds: number): Promise<readonly InterruptedAttempt[]>;
}

export interface RulesStore {
	/** Null before the first full run. */
	acceptedRules(): Promise<AcceptedRules | null>;
	/** Stores that an operator accepted the rules of a run, releases what was held because of them, and writes the audit log. */
	acceptRules(order: {
		readonly runId: string;
		readonly rulesHash: string;
		readonly actor: string;
		/** The number that the operator typed. */
		readonly losing: number;
		readonly changes: readonly string[];
		readonly at: Date;
	}): Promise<void>;
}

export interface OnboardingStore {
	/** Of the newest full run; null if setup was finished, or an operator has ended it since. */
	currentOnboarding(): Promise<Onboarding | null>;
	/** The newest decision; null if there is none. */
	onboardingEnd(): Promise<OnboardingEnd | null>;
	/** Stores an operator's decision, in the audit log. @param end.losing - the number that the operator typed */
	endOnboarding(end: OnboardingEnd & { readonly losing: number }): Promise<void>;
}

/** What the news of a run are compared with. */
export interface NewsStore {
	/**
	 * The newest daily or manual run over all members that completed with finished setup; null if there is none.
	 * @param preferDaily - the newest daily one, if there is any
	 */
	lastReported(preferDaily: boolean): Promise<ReportedRun | null>;
	/**
	 * The issues that were open when this run began and were settled after its end, by how. Without those whose member has an issue of
	 * another kind now.
	 */
	countSettledSince(run: ReportedRun): Promise<SettledCounts>;
}

/** The database. Whatever must survive a crash is stored before it is reported. */
export interface Ledger extends RunStore, LinkReader, FindingsStore, AttemptStore, RulesStore, OnboardingStore, PayerStore, NewsStore {}

/** A bulk fix whose progress is shown. */
export interface TrackedBulk {
	/** Stays the same when another process resumes it. */
	readonly id: string;
	/** Number of its issues. */
	readonly total: number;
	/** What their plans do to the members' access; null if another process started it. */
	readonly effects: EffectCounts | null;
	readonly origin: BulkOrigin;
}

/** What started a bulk fix. */
export type BulkOrigin =
	/** A run with automatic fixes. */
	| { readonly kind: 'run'; readonly triggeredBy: TriggeredBy; readonly requestedBy: string | null }
	/** An operator. `held`: a hold was released for it. */
	| { readonly kind: 'operator'; readonly actor: string; readonly scope: BulkScope; readonly held: boolean }
	/** An operator; resumed after another process stopped. `doneBefore`: issues attempted there, of which `fixedBefore` were fixed. */
	| {
			readonly kind: 'continued';
			readonly actor: string;
			readonly scope: BulkScope;
			readonly doneBefore: number;
			readonly fixedBefore: number;
	  };

/** The result of a bulk fix in this process. */
export interface BulkEnd {
	readonly fixed: number;
	/** What the fixes did to the members' access. */
	readonly effects: EffectCounts;
	/** Issues not started. */
	readonly left: number;
	/** Whether it was interrupted too long ago to be resumed. */
	readonly tooLate: boolean;
}

/** Shows the progress of a bulk fix. Best effort: never throws, and callers do not wait for it. */
export interface BulkProgress {
	/** @param done - issues attempted in this process */
	progress(done: number): void;
	/** @param end - null after an error */
	end(end: BulkEnd | null): void;
}

/** Notifies operators. */
export interface Notifier {
	/** The channels by which to report a run. */
	channels(result: MailWorthy): readonly Channel[];
	/** The channels by which to announce a hold that an operator caused. */
	readonly holdChannels: readonly Channel[];
	/** Starts to deliver what is queued and due. Not awaited, and never throws: what fails is retried. */
	deliver(): void;
	/** Delivers a run's report. A failed delivery is retried and is not an error of the run. */
	report(result: ReconciliationResult): Promise<void>;
	/** Starts showing the progress of a bulk fix. */
	trackBulk(bulk: TrackedBulk): BulkProgress;
}

/** The adapters that runs and fixes need. */
export interface Ports {
	readonly billing: Billing;
	readonly guild: Guild;
	readonly ledger: Ledger;
	readonly notifier: Notifier;
	/** Null: how drift came about is not watched. */
	readonly origins?: OriginReader | null;
	readonly now: () => Date;
	/** @param ms - milliseconds */
	readonly sleep: (ms: number) => Promise<unknown>;
	/** Checked before each fix of many. False during shutdown: no further fix starts. */
	readonly shouldContinue: () => boolean;
	/** Receives unexpected errors with their stacks; operators see only a message. */
	readonly onUnexpectedError: (error: unknown) => void;
}

/** Wakes the scheduled tasks periodically. The database decides what is due. */
export interface Schedule {
	start(): Promise<void>;
	stop(): Promise<void>;
}

/** Runs work as in-flight work that shutdown waits for. Rejects without starting it once shutdown has begun. */
export type Track = <T>(work: () => Promise<T>) => Promise<T>;
