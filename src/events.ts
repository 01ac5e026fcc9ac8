import type { BulkPart, BulkScope, Hold } from './reconciliation/domain/hold.js';
import type { OpenIssue } from './reconciliation/domain/issue.js';
import type { EndedAttempt, RunStart } from './reconciliation/domain/ports.js';
import type { ReconciliationResult } from './reconciliation/domain/run.js';
import type { DeliveryAttempt } from './reconciliation/outbox/outbox.js';

/** A run that has begun. */
export interface StartedRun extends RunStart {
	readonly runId: string;
}

/** A hold as it begins. */
export interface NewHold extends Hold {
	/** Of a bulk fix that an operator asked for; missing for the automatic fixes of a run. */
	readonly scope?: BulkScope;
	/** Discord ID of that operator. */
	readonly actor?: string;
}

/** An operator's release of what was held. */
export interface Release {
	/** `rules`: what only changed rules would take. */
	readonly scope: BulkScope | 'rules';
	/** Missing for `rules`. */
	readonly part?: BulkPart;
	/** The run whose rules were accepted; null for a bulk fix, which is of no run. */
	readonly runId: string | null;
	/** Discord ID of the operator. */
	readonly actor: string;
	/** Members who lose access or move down, as the operator typed it. */
	readonly losing: number;
}

/**
 * What happens in this process, after it is stored: `container.reeve.events.on('run', (result) => …)`. Other processes on the same database
 * have events of their own.
 */
export interface ReeveEvents {
	/** A run has begun. */
	started: [run: StartedRun];
	/** A run has ended, completed or failed. */
	run: [result: ReconciliationResult];
	/** A run found an issue, or found it again. */
	issue: [issue: OpenIssue, result: ReconciliationResult];
	/** A fix or an undo has ended, whatever its outcome. */
	attempt: [attempt: EndedAttempt];
	/** The roles of a member are now as planned, as read back from Discord. */
	fixed: [fix: EndedAttempt];
	/** The safety check stopped a bulk fix: an operator has to release it. `runId`: of the run that it is based on. */
	held: [hold: NewHold, runId: string];
	/** An operator released what was held. */
	released: [release: Release];
	/** A run failed, or a fix did: the issue is still open. */
	failed: [failure: { readonly kind: 'run'; readonly result: ReconciliationResult } | { readonly kind: 'fix'; readonly fix: EndedAttempt }];
	/** A notification was delivered, or could not be. */
	delivery: [attempt: DeliveryAttempt];
}
