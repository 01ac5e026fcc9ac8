import type { ReconciliationResult } from './run.js';

/** A way to notify operators. */
export type Channel = 'report' | 'mail' | 'webhook';

/** The parts of a result that decide whether it is sent by mail and to the webhook. */
export type MailWorthy = Pick<
	ReconciliationResult,
	| 'status'
	| 'triggeredBy'
	| 'issues'
	| 'issuesFound'
	| 'issuesFixed'
	| 'hold'
	| 'isVerificationRun'
	| 'verified'
	| 'onlyMember'
	| 'onboarding'
	| 'news'
>;
