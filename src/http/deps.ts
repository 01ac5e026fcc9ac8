import type { ProbeResult } from '../async/probe.js';
import type { Gauges } from '../reconciliation/health/gauges.js';

/** What the endpoint asks of Reeve. */
export interface HttpDeps {
	/** What `Authorization: Bearer` must have; null: the routes that need it refuse. */
	readonly token: string | null;
	/** Never rejects. */
	readonly checkReadiness: () => Promise<Readiness>;
	/** Never rejects. */
	readonly readGauges: () => Promise<ProbeResult<Gauges>>;
	/** The status and the message of an error that callers can do something about; null for any other, which is logged. */
	readonly describeError: (error: unknown) => { readonly status: 409 | 503; readonly code: string; readonly message: string } | null;
	readonly logger: { error(...values: readonly unknown[]): void };
}

/** What Reeve needs to do its work: each with what is wrong, for operators, or null. */
export type Readiness = Readonly<Record<(typeof READINESS_CHECKS)[number], string | null>>;

export const READINESS_CHECKS = ['discord', 'database', 'schedule'] as const;
