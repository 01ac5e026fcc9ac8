import type { ReconciliationResult } from './run.js';

/**
 * What the operators are to be told is stored with what it tells of, and stays until they have been told: a channel or a mail
 * server that fails, or a process that dies, loses nothing.
 */

export type Channel = 'report' | 'mail';

/** What decides whether a run is worth a mail. */
export type MailWorthy = Pick<ReconciliationResult, 'status' | 'issuesFound' | 'hold' | 'isVerificationRun' | 'verified' | 'onlyMember'>;
