/** The domain's types under the path that applications import them from. */
export type * from './domain/billing.js';
export type * from './domain/by-id.js';
export type * from './domain/detection.js';
export type * from './domain/guild.js';
export type * from './domain/hold.js';
export * from './domain/issue.js';
export type * from './domain/links.js';
export * from './domain/rules.js';
export type * from './domain/run.js';
