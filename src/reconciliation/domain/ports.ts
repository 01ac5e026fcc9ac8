import type { BillingSnapshot, Customer } from './billing.js';
import type { Detection } from './detection.js';
import type { Roster, RosterMember } from './guild.js';
import type { BulkScope, Hold } from './hold.js';
import type { DriftIssue, FixOutcome, OpenIssue, Plan } from './issue.js';
import type { Links } from './links.js';
import type { Channel, MailWorthy } from './notification.js';
import type { RoleName } from './rules.js';
import type { Progress, ReconciliationResult, TriggeredBy, Verified } from './run.js';

/**
 * What the heart asks of the world. Every method either answers wholly or throws: half a picture is no picture.
 */

/** A source could not be read wholly. `message` says why and what to do, in the operator's words. */
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

/** Discord refused a role change. `message` says why and what to do, in the operator's words. */
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
	 * Reads afresh all that can pay for one person.
	 * @param customerIds - the customers linked to the person and to their teams
	 * @throws {SourceError}
	 */
	readCustomers(customerIds: readonly string[]): Promise<BillingSnapshot>;
	/**
	 * Customers whose own metadata names one of these people, also those who never had a subscription, as far as Stripe can
	 * find them: whoever is missed stays unknown.
	 */
	findCustomersByDiscordIds(discordIds: readonly string[]): Promise<readonly Customer[]>;
	/**
	 * Customers changed since that moment who name the person now, in their own metadata or a subscription's: whoever has
	 * subscribed since the last run must not lose a role to what that run did not know.
	 * @throws {SourceError}
	 */
	findCustomersNaming(discordId: string, since: Date): Promise<readonly string[]>;
	/** Makes one small request, to see whether Stripe answers. @throws {SourceError} */
	ping(): Promise<{ readonly livemode: boolean }>;
}

/** The Discord guild. */
export interface Guild {
	/** Reads everyone with one member request, and checks that it was everyone. @throws {SourceError} */
	readRoster(onProgress: OnProgress): Promise<Roster>;
	/** Reads one person afresh, past every cache; null if they are not in the guild. @throws {SourceError} */
	readMember(discordId: string): Promise<RosterMember | null>;
	/** @param reason - for the guild's audit log @throws {RoleChangeError} */
	addRole(discordId: string, role: RoleName, reason: string): Promise<void>;
	/** @param reason - for the guild's audit log @throws {RoleChangeError} */
	removeRole(discordId: string, role: RoleName, reason: string): Promise<void>;
	/** What would keep Reeve from its work here. Empty where nothing would. */
	problems(): Promise<readonly GuildProblem[]>;
}

/** Something that keeps Reeve from its work in the guild. */
export interface GuildProblem {
	/** `runs`: what a run finds could not be relied on, or never be mended. `fixes`: what it finds is true, and no role can be changed. */
	readonly blocks: 'runs' | 'fixes';
	/** What is wrong and what to do about it, in the operator's words. */
	readonly message: string;
}

/** The IDs of managed roles, resolved once from their names and kept. */
export interface ManagedRoleStore {
	loadManagedRoles(): Promise<ReadonlyMap<RoleName, string>>;
	saveManagedRoles(role: RoleName, roleId: string): Promise<void>;
}

/** Opens a run's row. */
export interface RunStart {
	readonly startedAt: Date;
	readonly triggeredBy: TriggeredBy;
	readonly requestedBy: string | null;
	readonly isVerificationRun: boolean;
	readonly autoFixEnabled: boolean;
	readonly scheduledDay: string | null;
	readonly onlyMember: string | null;
}

/** What the last run over everybody, that was not held or whose hold was released, had read: what is held does not become the measure of the next. */
export interface LastGoodRun {
	readonly livemode: boolean | null;
	readonly subscriptionsRead: number;
	readonly payingCustomers: number;
}

/** A claim on an issue: the right, and the duty, to mend it. */
export interface IssueClaim {
	readonly attemptId: string;
	readonly issue: OpenIssue;
	/** Whether the last attempt at this very plan was cut off after it had begun to touch roles: part of it may be done. */
	readonly resumes: boolean;
}

export type ClaimResult =
	| { readonly kind: 'claimed'; readonly claim: IssueClaim }
	/** Somebody else is at it. */
	| { readonly kind: 'busy'; readonly actor: string; readonly since: Date }
	/** Already mended, undone or gone; `actor` is null where the drift went away without Reeve. */
	| {
			readonly kind: 'settled';
			readonly status: 'FIXED' | 'RESOLVED';
			readonly actor: string | null;
			readonly at: Date;
			readonly undone: boolean;
			/** Settled by exempting the person. */
			readonly exempted: boolean;
	  }
	/** The issue has another plan by now. */
	| { readonly kind: 'plan-changed'; readonly issue: OpenIssue }
	| { readonly kind: 'unknown' };

/** How an attempt ended: written before anyone is told. */
export interface AttemptEnd {
	readonly outcome: FixOutcome;
	readonly rolesBefore: readonly RoleName[] | null;
	readonly rolesAfter: readonly RoleName[] | null;
	readonly error: string | null;
	readonly at: Date;
	/** The drift as it is now, where it has another plan: the issue goes on with it. */
	readonly newDrift?: DriftIssue;
}

/** An attempt that a crash left without an end. */
export interface InterruptedAttempt extends Omit<IssueClaim, 'resumes'> {
	readonly actor: string;
	readonly plan: Plan;
	readonly rolesBefore: readonly RoleName[] | null;
	/** The fix that it was to undo; null for a fix. */
	readonly undoes: string | null;
}

/** The database. All that must survive is in it before it is said. */
export interface Ledger {
	/** Takes the guild's run lease. False if another process holds it. It expires `seconds` after the last renewal. */
	acquireLease(holder: string, seconds: number): Promise<boolean>;
	/** False if the lease has been lost. */
	renewLease(holder: string, seconds: number): Promise<boolean>;
	releaseLease(holder: string): Promise<void>;

	/** @returns the run's ID, or null if that scheduled day already has its run */
	startRun(start: RunStart): Promise<string | null>;
	/**
	 * Marks runs as failed that a stopped process left unfinished, and gives their days back: a day that was begun and not
	 * finished has not had its run. To be called while holding the lease.
	 */
	failAbandonedRuns(reason: string, at: Date, tell: readonly Channel[]): Promise<void>;
	/** Whether a run has been begun and not ended, by whatever process. */
	hasUnfinishedRun(): Promise<boolean>;
	lastGoodRun(): Promise<LastGoodRun | null>;
	readLinks(onProgress: OnProgress): Promise<Links>;
	/** All that bears on one person: every row that names them or one of these customers, their teams, their exemptions, the remembered debts. */
	readLinksOf(discordId: string, customerIds: readonly string[]): Promise<Links>;
	/** Customer and Discord IDs of the `Member` and `Team` rows changed at or after that moment, with those of the members of changed teams. */
	linksChangedSince(since: Date): Promise<{ readonly customerIds: ReadonlySet<string>; readonly discordIds: ReadonlySet<string> }>;
	/**
	 * Stores, in one transaction, what a run found: opens new issues, sees the known ones again, resolves those that are gone
	 * (but for those of people in `detection.leftAlone`), remembers and forgets debts, writes the snapshot into the run.
	 * @param findings.at - when the run began
	 * @param findings.onlyMember - the one person who was looked at, if it was one: the issues of all others stay as they are
	 */
	recordFindings(
		runId: string,
		findings: { detection: Detection; livemode: boolean | null; subscriptionsRead: number; at: Date; onlyMember?: string | null }
	): Promise<readonly OpenIssue[]>;
	/** When Reeve was first started in this guild; remembered at the first call. */
	installedAt(now: Date): Promise<Date>;
	/** The newest day (YYYY-MM-DD) that has had its scheduled run. */
	lastScheduledDay(): Promise<string | null>;
	/**
	 * @param end.verified - given for a verification, which is done with it
	 * @param end.tell - how the operators are to hear of it: stored in the same transaction, until they have
	 */
	completeRun(
		runId: string,
		end: { issuesFixed: number; hold: Hold | null; at: Date; verified?: Verified | null; tell?: readonly Channel[] }
	): Promise<void>;
	/** @param end.tell - as for a run that is complete */
	failRun(runId: string, end: { reason: string; issuesFixed: number; at: Date; tell?: readonly Channel[] }): Promise<void>;

	/**
	 * Claims an issue: one winner, whoever asks, however often. Writes the attempt with its plan.
	 * @param planHash - the plan that was shown
	 * @param runId - the run whose report or schedule led here
	 */
	claimIssue(issueId: string, planHash: string, actor: string, runId: string, seconds: number): Promise<ClaimResult>;
	/** Writes what the person held before the first role is touched, and renews the claim. False if the claim was lost. */
	renewClaim(attemptId: string, seconds: number, rolesBefore?: readonly RoleName[]): Promise<boolean>;
	/**
	 * Ends the attempt, settles or reopens the issue, and writes the audit log, in one transaction. A fix joins the verification
	 * that is pending; an undo that changed nothing ends its exemption. Does nothing if the attempt has ended already.
	 */
	endAttempt(attemptId: string, end: AttemptEnd): Promise<void>;
	/** Attempts without an end whose claim has expired; whoever asks first has them to settle. */
	interruptedAttempts(): Promise<readonly InterruptedAttempt[]>;
}

/** A bulk fix that the operators can follow as it goes. */
export interface TrackedBulk {
	/** The same for whoever goes on with it. */
	readonly id: string;
	/** The issues that it is about. */
	readonly total: number;
	readonly origin: BulkOrigin;
}

/** What a bulk fix comes from. */
export type BulkOrigin =
	/** A run that fixes by itself. */
	| { readonly kind: 'run'; readonly triggeredBy: TriggeredBy; readonly requestedBy: string | null }
	/** An operator. */
	| { readonly kind: 'operator'; readonly actor: string; readonly scope: BulkScope; readonly held: boolean }
	/** An operator; another process did not end it. `doneBefore`: issues that have had their turn, and how many of them were fixed. */
	| {
			readonly kind: 'continued';
			readonly actor: string;
			readonly scope: BulkScope;
			readonly doneBefore: number;
			readonly fixedBefore: number;
	  };

/** What this process has come to in a bulk fix. */
export interface BulkEnd {
	readonly fixed: number;
	/** Of those that were fixed: people who lost a role. */
	readonly losing: number;
	/** Issues that were not begun. */
	readonly left: number;
	/** Whether it was begun too long ago to go on with it. */
	readonly tooLate: boolean;
}

/** Shows how far a bulk fix is. A courtesy: nobody waits for it, and it never throws. */
export interface BulkProgress {
	/** @param done - issues that have had their turn in this process */
	progress(done: number): void;
	/** @param end - null where an error broke it off */
	end(end: BulkEnd | null): void;
}

/** Tells the operators. */
export interface Notifier {
	/** By which ways the operators are to hear of a run. */
	channels(result: MailWorthy): readonly Channel[];
	/** Tells the operators of a run. What cannot be delivered is not an error of the run, and is tried again. */
	report(result: ReconciliationResult): Promise<void>;
	/** Lets the operators follow a bulk fix that begins now. */
	trackBulk(bulk: TrackedBulk): BulkProgress;
}

/** Everything the two procedures stand on. */
export interface Ports {
	readonly billing: Billing;
	readonly guild: Guild;
	readonly ledger: Ledger;
	readonly notifier: Notifier;
	readonly now: () => Date;
	/** Asked before each fix of many: false, when Reeve is on its way down, leaves the rest as it is. */
	readonly shouldContinue: () => boolean;
	/** Hears of errors that nobody foresaw, with their stacks: what the operators are told has only words. */
	readonly onUnexpectedError: (error: unknown) => void;
}

/** Wakes the task pieces. What is due is decided by the database; a driver only wakes. */
export interface Schedule {
	start(): Promise<void>;
	stop(): Promise<void>;
}

/** Runs work as in-flight work that shutdown waits for. Rejects without starting it once shutdown has begun. */
export type Track = <T>(work: () => Promise<T>) => Promise<T>;
