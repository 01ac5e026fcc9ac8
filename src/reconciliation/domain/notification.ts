import type { ReconciliationResult } from './run.js';

/** A way to notify operators. */
export type Channel = 'report' | 'mail';

/** The parts of a result that decide whether it is sent by mail. */
export type MailWorthy = Pick<ReconciliationResult, 'status' | 'issuesFound' | 'hold' | 'isVerificationRun' | 'verified' | 'onlyMember'>;
