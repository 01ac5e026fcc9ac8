export { AUTOMATIC } from './fixes/attempt.js';
export { type BulkOrder, type BulkResult, fixBulk, resumeBulks } from './fixes/bulk.js';
export { type BulkPlan, holdIfRefused, type ListedIssue, planBulk } from './fixes/bulk-plan.js';
export { type FixOrder, type FixResult, fixIssue } from './fixes/fix.js';
export { recoverInterruptedAttempts } from './fixes/recover.js';
export { type UndoableFix, type UndoOrder, type UndoResult, undoFix } from './fixes/undo.js';
export { type Check, type CheckResult, lastRunRemark, runChecks } from './health/doctor.js';
export { readStatus, type Status } from './health/status.js';
export type { ExemptionStore, ExemptOrder, ExemptResult, StoredExemption } from './members/exemption.js';
export { type Explanation, explainMember } from './members/explain.js';
export {
	type CustomersResult,
	type LinkOrder,
	type LinkResult,
	type LinksResult,
	linkCustomer,
	linksOf,
	searchCustomers,
	type UnlinkOrder,
	type UnlinkResult,
	unlinkRow
} from './members/link.js';
export { channels, channelsFor, deliverRunReport, flushOutbox } from './outbox/outbox.js';
export type { ArchivedRun, RunRecord } from './runs/archive.js';
export { failAbandonedRuns, RunInProgressError, runReconciliation } from './runs/run.js';
export { verifyIfDue } from './runs/verify.js';
export { type DailySettings, dueDay, runDailyIfDue, WAKE_EVERY_MINUTES } from './schedule/daily.js';
export { alertIfOverdue } from './schedule/overdue.js';
export type { Pause } from './schedule/pause.js';
export { startReconciliationScheduler } from './schedule/scheduler.js';
export type * from './types.js';
