import type { Ports, Track } from '../domain/ports.js';
import type { ReconciliationOptions, ReconciliationResult, RunSettings } from '../domain/run.js';
import type { IssueStore } from '../fixes/bulk-plan.js';
import { recoverInterruptedAttempts } from '../fixes/recover.js';
import { type AcceptAccountOrder, type AcceptAccountResult, acceptAccount } from './accept-account.js';
import { type AcceptOrder, type AcceptResult, acceptRules } from './accept-rules.js';
import type { ArchivedRun, RunArchiveStore, RunRecord } from './archive.js';
import { type EndOnboardingOrder, type EndOnboardingResult, endOnboarding } from './end-onboarding.js';
import { type HistoryPage, type RunHistoryStore, type RunSummary, readHistory } from './history.js';
import { type ListKind, type PeopleList, type PeopleListStore, readPeopleList } from './people-list.js';
import { failAbandonedRuns, runReconciliation } from './run.js';
import { type VerificationStore, verifyIfDue } from './verify.js';

/** Ended runs offered to pick one from. */
const MAX_RUNS_LISTED = 200;

/** Runs: starting them, recovering them after a crash, and reading what they found. */
export interface RunService {
	/** Compares everything now. Null if the scheduled day has already been run. @throws {RunInProgressError} */
	start(options: ReconciliationOptions): Promise<ReconciliationResult | null>;
	/** Checks whether the drift of fixes has stayed away, if a verification is due. */
	verifyIfDue(): Promise<ReconciliationResult | null>;
	/** Finishes or settles what a stopped process left half-done: interrupted fix attempts and abandoned runs. */
	recover(): Promise<void>;
	/** A page of recent runs. @param page - counted from 0 */
	history(days: number, page: number): Promise<HistoryPage>;
	/** The newest runs, those in progress included. */
	recent(limit: number): Promise<readonly RunSummary[]>;
	/** A run, in progress or ended; null if there is none. */
	find(runId: string): Promise<RunSummary | null>;
	/** Accepts the rules of the newest run. Changes no role. */
	acceptRules(order: AcceptOrder): Promise<AcceptResult>;
	/** Ends onboarding: the issues of the newest run are reported. Changes no role. */
	endOnboarding(order: EndOnboardingOrder): Promise<EndOnboardingResult>;
	/** Accepts that Stripe belongs to another account or mode. Changes no role. @throws {SourceError} */
	acceptAccount(order: AcceptAccountOrder): Promise<AcceptAccountResult>;
	/** The newest runs that have ended, to pick one from. */
	ended(): Promise<readonly ArchivedRun[]>;
	/** Everything stored about a run. @param runId - null for the newest over all members that completed @returns null if there is none */
	record(runId: string | null): Promise<RunRecord | null>;
	/** The people whom reports count, as the newest run over all members stored them. */
	list(kind: ListKind): Promise<PeopleList>;
}

export function createRunService(deps: {
	readonly ports: Ports;
	readonly store: RunArchiveStore & PeopleListStore & RunHistoryStore & VerificationStore & IssueStore;
	readonly settings: RunSettings;
	/** Minutes between a fix and its verification. */
	readonly verifyAfterMinutes: number;
	readonly track: Track;
}): RunService {
	const { ports, store, settings, verifyAfterMinutes, track } = deps;
	return {
		start: (options) => track(() => runReconciliation(ports, settings, options)),
		verifyIfDue: () => track(() => verifyIfDue(ports, store, settings, verifyAfterMinutes)),
		recover: () =>
			track(async () => {
				await recoverInterruptedAttempts(ports);
				await failAbandonedRuns(ports);
			}),
		history: (days, page) => readHistory(store, ports.now(), days, page),
		recent: (limit) => store.recentRuns({ since: new Date(0), skip: 0, take: limit }),
		find: (runId) => store.findRun(runId),
		acceptRules: (order) => track(() => acceptRules(ports, store, order)),
		endOnboarding: (order) => track(() => endOnboarding(ports, store, order)),
		acceptAccount: (order) => track(() => acceptAccount(ports, order)),
		ended: () => store.endedRuns(MAX_RUNS_LISTED),
		record: (runId) => store.readRecord(runId),
		list: (kind) => readPeopleList(store, kind)
	};
}
