import type { Hold } from './reconciliation/domain/hold.js';
import type { FixOutcome, OpenIssue } from './reconciliation/domain/issue.js';
import type { ReconciliationResult } from './reconciliation/domain/run.js';

/** An attempt to fix an issue that has ended. */
export interface EndedFix {
	readonly issue: OpenIssue;
	/** Discord ID of the operator, or `reeve` for an automatic fix. */
	readonly actor: string;
	readonly outcome: FixOutcome;
	/** Why it failed, for operators; null if it did not. */
	readonly error: string | null;
	readonly at: Date;
}

/**
 * What happens in this process, after it is stored: `container.reeve.events.on('run', (result) => …)`. Other processes on the same database
 * have events of their own.
 */
export interface ReeveEvents {
	/** A run has ended, completed or failed. */
	run: [result: ReconciliationResult];
	/** A run found an issue, or found it again. */
	issue: [issue: OpenIssue, result: ReconciliationResult];
	/** The roles of a member are now as planned, as read back from Discord. */
	fixed: [fix: EndedFix];
	/** The safety check stopped a bulk fix: an operator has to release it. `runId`: of the run that it is based on. */
	held: [hold: Hold, runId: string];
	/** A run failed, or a fix did: the issue is still open. */
	failed: [failure: { readonly kind: 'run'; readonly result: ReconciliationResult } | { readonly kind: 'fix'; readonly fix: EndedFix }];
}
