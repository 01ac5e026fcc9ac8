import type { Settings } from './config/env.js';
import type { OperatorPolicy } from './discord/operators.js';
import type { ShutdownTimeouts } from './lifecycle.js';
import type { Announce } from './messages/delivery/announcer.js';
import type { NamesOf } from './messages/format/markdown-to-text.js';
import type { HistoryPage } from './messages/replies/history.js';
import type { ReportView } from './messages/report/view.js';
import type {
	ArchivedRun,
	BulkOrder,
	BulkPlan,
	BulkResult,
	BulkScope,
	CheckResult,
	CustomersResult,
	ExemptionStore,
	ExemptOrder,
	ExemptResult,
	Explanation,
	FixOrder,
	FixResult,
	LinkOrder,
	LinkResult,
	LinksResult,
	ListedIssue,
	Pause,
	ReconciliationOptions,
	ReconciliationResult,
	RunRecord,
	Status,
	StoredExemption,
	UndoableFix,
	UndoOrder,
	UndoResult,
	UnlinkOrder,
	UnlinkResult
} from './reconciliation/index.js';
import type { Database } from './store/connection/database.js';

/** What the pieces ask of Reeve: one call for each thing an operator can want. */
export interface Reeve {
	// Who may, and whether it rests
	readonly operators: OperatorPolicy;
	/** Whether the schedule is paused by the settings. */
	readonly paused: boolean;

	// Runs
	/** Compares everything now. Null if the scheduled day has had its run. @throws {RunInProgressError} */
	run(options: ReconciliationOptions): Promise<ReconciliationResult | null>;
	/** Runs the scheduled reconciliation if it is due. */
	runIfDue(): Promise<ReconciliationResult | null>;
	/** Looks whether the drift of fixes has stayed gone, if that is due. */
	verifyIfDue(): Promise<ReconciliationResult | null>;
	/** A page of the last runs. @param page - counted from 0 */
	history(days: number, page: number): Promise<HistoryPage>;
	/** The last runs that have ended, the newest first, to pick one from. */
	endedRuns(): Promise<readonly ArchivedRun[]>;
	/** All that is kept of a run, the newest that completed without an ID; null if there is none. */
	record(runId: string | null): Promise<RunRecord | null>;

	// Reports
	/** A run's report as things stand now; null if there is no such run. */
	report(runId: string): Promise<ReportView | null>;
	/** Where the report was posted; null if it could not be. */
	reportUrl(runId: string): Promise<string | null>;
	/** Draws a report anew, on the page it shows, where something has changed that its own buttons did not. Never fails. */
	refreshReport(runId: string): Promise<void>;
	/** Says in the admin channel what was changed, and by whom. */
	readonly announce: Announce;

	// Fixes
	/** Open issues that nobody is fixing now. */
	openIssues(): Promise<readonly ListedIssue[]>;
	/** Whose issue this is. */
	readonly subjectOf: ExemptionStore['subjectOf'];
	fix(order: FixOrder): Promise<FixResult>;
	/** What a bulk fix would do; null if nothing is open. What the safety check refuses is a hold: written down, and told. @param actor - who asks */
	planBulk(scope: BulkScope, actor: string): Promise<BulkPlan | null>;
	fixBulk(order: BulkOrder): Promise<BulkResult>;
	undo(order: UndoOrder): Promise<UndoResult>;
	/** The newest fixes that can be undone, of people whose name or Discord ID contains the text. */
	undoableFixes(text: string, limit: number): Promise<readonly UndoableFix[]>;

	// People
	/** Explains one person: what they should have, and why. Changes nothing. */
	explain(discordId: string): Promise<Explanation>;
	/** The same for whomever an issue is about; null if there is no such issue. */
	explainIssue(issueId: string): Promise<Explanation | null>;
	readonly namesOf: NamesOf;
	/** The name that Discord shows for somebody; null for whoever is not in the server. */
	nameOf(discordId: string): Promise<string | null>;
	/** Makes Reeve leave somebody's roles as they are. */
	exempt(order: ExemptOrder): Promise<ExemptResult>;
	/** Null where it had ended already. */
	endExemption(order: { readonly id: string; readonly actor: string }): Promise<StoredExemption | null>;
	/** Those in force. */
	exemptions(): Promise<readonly StoredExemption[]>;
	/** Customers by ID, email or name: what could be meant. */
	/** Whether a text is meant as a customer ID, and not as an email address or a name. */
	looksLikeCustomerId(text: string): boolean;
	customersLike(text: string): Promise<CustomersResult>;
	/** Ties a customer to a person, unless something speaks against it. */
	link(order: LinkOrder): Promise<LinkResult>;
	/** What ties a person to customers and teams. */
	ties(discordId: string): Promise<LinksResult>;
	/** Unties a row from a person. */
	unlink(order: UnlinkOrder): Promise<UnlinkResult>;

	// The schedule
	/** How things stand. */
	status(): Promise<Status>;
	/** The pause in force. */
	currentPause(): Promise<Pause | null>;
	/** Stops the daily runs. `replaced`: the pause that was in force. */
	pause(order: Pick<Pause, 'reason' | 'until'> & { readonly actor: string }): Promise<{ pause: Pause; replaced: Pause | null }>;
	/** Ends the pause in force, if there is one. */
	resume(by: { readonly actor: string }): Promise<{ ended: Pause | null; nextRunAt: Date | null }>;
	/** Names the queue of wake-ups: one for each guild and each database, so that others on the same Redis are not woken in its place. */
	queueName(): Promise<string>;

	/** Looks whether all is as Reeve needs it. Changes nothing, never fails. */
	doctor(): Promise<readonly CheckResult[]>;
	/** Says in the admin channel what keeps every run from beginning, if anything does. Never fails. */
	warnIfBlocked(findings: readonly CheckResult[]): Promise<void>;

	// The way up and down
	/** Writes down, in the audit log and the log, which settings somebody has changed since the last start. */
	noticeSettings(): Promise<void>;
	/** Finishes or settles what a stopped process left half-done. */
	settleInterrupted(): Promise<void>;
	/** Goes on with bulk fixes that a stopped process left in the middle, and says in the admin channel what came of them. Never fails. */
	continueBulks(): Promise<void>;
	/** Settles what a stopped process left, delivers what could not be delivered, and raises the alarm if no run has succeeded for too long. */
	housekeep(when: { readonly atStart: boolean }): Promise<void>;
	/** Answers somebody: the way down waits until that is done. */
	attend<T>(answer: () => Promise<T>): Promise<T>;
	/** Takes on nothing new, waits for what is under way, and tells those who wait for the rest that it is given up. */
	stop(within: ShutdownTimeouts): Promise<void>;
}

declare module '@sapphire/pieces' {
	interface Container {
		reeve: Reeve;
		settings: Settings;
		database: Database;
	}
}
