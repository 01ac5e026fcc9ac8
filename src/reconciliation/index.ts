export { startReconciliationScheduler } from './schedule/scheduler.js';
export type * from './types.js';
