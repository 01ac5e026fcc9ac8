import type { ReconciliationResult } from './run.js';

/** A way to notify operators. */
export type Channel = 'report' | 'mail' | 'webhook';

/** Whether a run over everybody that found issues, but nothing new, is mailed: always, or only as a reminder on some days. */
export type MailWhen = 'issues' | 'news';

/** The parts of a result that decide whether it is sent by mail and to the webhook. */
export type MailWorthy = Pick<
	ReconciliationResult,
	| 'status'
	| 'triggeredBy'
	| 'startedAt'
	| 'issues'
	| 'issuesFound'
	| 'issuesFixed'
	| 'hold'
	| 'isVerificationRun'
	| 'verified'
	| 'onlyMember'
	| 'onboarding'
	| 'news'
	| 'ruleChange'
>;
