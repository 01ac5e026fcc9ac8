import type { ProbeResult } from '../async/probe.js';
import type { ReconciliationResult } from '../reconciliation/domain/run.js';
import type { IssueSearch } from '../reconciliation/fixes/bulk-plan.js';
import type { Gauges } from '../reconciliation/health/gauges.js';
import type { RunService } from '../reconciliation/runs/service.js';

/** What the endpoint asks of Reeve. */
export interface HttpDeps {
	/** What `Authorization: Bearer` must have; null: the routes that need it refuse. */
	readonly token: string | null;
	/** Never rejects. */
	readonly checkReadiness: () => Promise<Readiness>;
	/** Never rejects. */
	readonly readGauges: () => Promise<ProbeResult<Gauges>>;
	readonly runs: Pick<RunService, 'recent' | 'find'>;
	readonly issues: Pick<IssueSearch, 'listIssues'>;
	/** Starts a run over all members. @returns its ID, once it is stored @throws {RunInProgressError} */
	readonly startRun: (options: { readonly reportOnly: boolean }) => Promise<string>;
	/** Compares members, one after the other. @throws {RunInProgressError} if another run takes too long */
	readonly check: (discordIds: readonly string[]) => Promise<readonly ReconciliationResult[]>;
	/** Takes an event that Stripe sends. @throws {EventRefusedError} if Stripe did not sign it */
	readonly receiveStripeEvent: (body: string, signature: string | null) => Promise<void>;
	/** The status and the message of an error that callers can do something about; null for any other, which is logged. */
	readonly describeError: (
		error: unknown
	) => { readonly status: 400 | 403 | 409 | 503; readonly code: string; readonly message: string } | null;
	readonly logger: { error(...values: readonly unknown[]): void };
}

/** What Reeve needs to do its work: each with what is wrong, for operators, or null. */
export type Readiness = Readonly<Record<(typeof READINESS_CHECKS)[number], string | null>>;

export const READINESS_CHECKS = ['discord', 'database', 'schedule'] as const;
