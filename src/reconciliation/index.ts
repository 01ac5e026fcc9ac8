export type { ArchivedRun, RunRecord } from './archive.js';
export { type BulkOrder, type BulkResult, continueBulks, fixBulk } from './bulk.js';
export { type BulkPlan, holdIfRefused, type ListedIssue, planBulk } from './bulk-plan.js';
export { type DailySettings, dueDay, runIfDue, WAKE_EVERY_MINUTES } from './daily.js';
export { channelsFor, channelsForHold, deliverPending, tellOf } from './deliveries.js';
export { type Check, examine, type Finding, lastRunRemark, modeRemark } from './doctor.js';
export type { Exempted, ExemptionBook, ExemptOrder, StoredExemption } from './exempt.js';
export { type Explanation, explain } from './explain.js';
export { AUTOMATIC, type FixOrder, type FixResult, fixIssue } from './fix.js';
export {
	type CustomersResult,
	customersLike,
	type LinkOrder,
	type LinkResult,
	linkCustomer,
	type TiesResult,
	tiesOf,
	type UnlinkOrder,
	type UnlinkResult,
	unlinkRow
} from './link.js';
export { raiseAlarm } from './overdue.js';
export type { Pause } from './pause.js';
export { RunInProgressError, runReconciliation, settleAbandonedRuns } from './run.js';
export { startReconciliationScheduler } from './scheduler.js';
export { settleInterrupted } from './settle.js';
export { nextRun, readStatus, type Status } from './status.js';
export type * from './types.js';
export { type UndoableFix, type UndoOrder, type UndoResult, undoFix } from './undo.js';
export { verifyIfDue } from './verify.js';
