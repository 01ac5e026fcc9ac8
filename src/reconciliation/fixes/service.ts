import type { BulkScope } from '../domain/hold.js';
import type { Ports, Track } from '../domain/ports.js';
import type { RunSettings } from '../domain/run.js';
import { type BulkOrder, type BulkResult, type BulkStore, fixBulk, type ResumedBulk, requestBulk, resumeBulks } from './bulk.js';
import { type BulkPlan, type IssueSearch, type IssueStore, planBulk } from './bulk-plan.js';
import { type FixOrder, type FixResult, fixIssue } from './fix.js';
import { type HalfDoneStore, type ResumedSingles, resumeHalfDone } from './half-done.js';
import type { HoldStore } from './holds.js';
import { type UndoableFix, type UndoOrder, type UndoResult, type UndoStore, undoFix } from './undo.js';

/** Fixes of single issues and of many, and their undo. */
export interface FixService extends IssueSearch {
	/** Applies the plan of one issue. */
	apply(order: FixOrder): Promise<FixResult>;
	/** Plans a bulk fix. Changes nothing. @returns null if no issue is open */
	planBulk(scope: BulkScope): Promise<BulkPlan | null>;
	/** An operator asks for a part of a plan: if the safety check refuses it, it becomes a hold, and the operators are notified. */
	requestBulk(order: Pick<BulkOrder, 'scope' | 'part' | 'planHash' | 'actor'>): Promise<void>;
	/** Applies a part of a plan. */
	applyBulk(order: BulkOrder): Promise<BulkResult>;
	/** Resumes bulk fixes that a stopped process left unfinished. */
	resumeBulks(): Promise<readonly ResumedBulk[]>;
	/** Resumes single fixes and undos that a stopped process left halfway. */
	resumeSingles(): Promise<ResumedSingles>;
	undo(order: UndoOrder): Promise<UndoResult>;
	/** The newest fixes that can be undone, of members whose name or Discord ID contains the text. */
	undoable(text: string, limit: number): Promise<readonly UndoableFix[]>;
}

export function createFixService(deps: {
	readonly ports: Ports;
	readonly store: IssueStore & IssueSearch & HoldStore & BulkStore & HalfDoneStore & UndoStore;
	readonly settings: RunSettings;
	readonly track: Track;
}): FixService {
	const { ports, store, settings, track } = deps;
	return {
		apply: (order) => track(() => fixIssue(ports, settings.policy, order)),
		planBulk: (scope) => planBulk(ports, store, settings.maxRevokePercent, scope),
		requestBulk: (order) => track(() => requestBulk(ports, store, settings, order)),
		applyBulk: (order) => track(() => fixBulk(ports, store, settings, order)),
		resumeBulks: () => track(() => resumeBulks(ports, store, settings)),
		resumeSingles: () => track(() => resumeHalfDone(ports, store, settings)),
		undo: (order) => track(() => undoFix(ports, store, order)),
		undoable: (text, limit) => store.undoableFixes(text, limit),
		searchOpenIssues: (text, limit, kinds) => store.searchOpenIssues(text, limit, kinds),
		findOpenIssues: (idOrName, limit) => store.findOpenIssues(idOrName, limit),
		openIssue: (issueId) => store.openIssue(issueId),
		listIssues: (page) => store.listIssues(page)
	};
}
