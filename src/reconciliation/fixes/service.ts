import type { BulkScope } from '../domain/hold.js';
import type { Channel } from '../domain/notification.js';
import type { Ports, Track } from '../domain/ports.js';
import type { RunSettings } from '../domain/run.js';
import { type BulkOrder, type BulkResult, type BulkStore, fixBulk, type ResumedBulk, resumeBulks } from './bulk.js';
import { type BulkPlan, holdIfRefused, type IssueSearch, type IssueStore, planBulk } from './bulk-plan.js';
import { type FixOrder, type FixResult, fixIssue } from './fix.js';
import type { HoldStore } from './holds.js';
import { type UndoableFix, type UndoOrder, type UndoResult, type UndoStore, undoFix } from './undo.js';

/** Fixes of single issues and of many, and their undo. */
export interface FixService extends IssueSearch {
	/** Applies the plan of one issue. */
	apply(order: FixOrder): Promise<FixResult>;
	/**
	 * Plans a bulk fix. A plan that the safety check refuses is stored as a hold, and the operators are notified.
	 * @param actor - the operator who asks, by Discord ID
	 * @returns null if no issue is open
	 */
	planBulk(scope: BulkScope, actor: string): Promise<BulkPlan | null>;
	applyBulk(order: BulkOrder): Promise<BulkResult>;
	/** Resumes bulk fixes that a stopped process left unfinished. */
	resumeBulks(): Promise<readonly ResumedBulk[]>;
	undo(order: UndoOrder): Promise<UndoResult>;
	/** The newest fixes that can be undone, of members whose name or Discord ID contains the text. */
	undoable(text: string, limit: number): Promise<readonly UndoableFix[]>;
}

export function createFixService(deps: {
	readonly ports: Ports;
	readonly store: IssueStore & IssueSearch & HoldStore & BulkStore & UndoStore;
	readonly settings: RunSettings;
	/** Where a hold is announced. */
	readonly holdChannels: readonly Channel[];
	/** Delivers pending notifications. Not awaited; what fails is retried by housekeeping. */
	readonly flushOutbox: () => Promise<void>;
	readonly track: Track;
}): FixService {
	const { ports, store, settings, holdChannels, flushOutbox, track } = deps;
	return {
		apply: (order) => track(() => fixIssue(ports, settings.policy, order)),
		planBulk: async (scope, actor) => {
			const plan = await planBulk(ports, store, settings.maxRevokePercent, scope);
			if (plan?.hold) {
				await holdIfRefused(store, plan, { actor, at: ports.now(), channels: holdChannels });
				track(flushOutbox).catch(ports.onUnexpectedError);
			}
			return plan;
		},
		applyBulk: (order) => track(() => fixBulk(ports, store, settings, order)),
		resumeBulks: () => track(() => resumeBulks(ports, store, settings.policy)),
		undo: (order) => track(() => undoFix(ports, store, order)),
		undoable: (text, limit) => store.undoableFixes(text, limit),
		searchOpenIssues: (text, limit, kinds) => store.searchOpenIssues(text, limit, kinds),
		findOpenIssues: (idOrName, limit) => store.findOpenIssues(idOrName, limit),
		openIssue: (issueId) => store.openIssue(issueId)
	};
}
