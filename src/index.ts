import './plugin/augmentations.js';

/** The package's entry: types, and the options from the variables of the standalone bot. `reeve/register` mounts Reeve. */

export type { NewHold, ReeveEvents, Release, StartedRun } from './events.js';
export { NotRunningError } from './lifecycle.js';
export { type SqlPeopleQueries, type SqlQuery, sqlPeople } from './people/sql-people.js';
export type { By, ReeveHandle } from './plugin/handle.js';
export {
	type EnvironmentOptions,
	type ExtraRoleOptions,
	fromEnv,
	type GuildOptions,
	type MountOptions,
	type ReeveOptions,
	type RuleOptions,
	type SettingOptions,
	type StorageOptions,
	type StripeOptions,
	type TierOptions
} from './plugin/options.js';
export type { LinkWritten, People, PeopleRows } from './reconciliation/domain/people.js';
export type { Adjust, AdjustedPerson, ExpectedRole } from './reconciliation/domain/rules.js';
export { startReconciliationScheduler } from './reconciliation/index.js';
export type * from './reconciliation/types.js';
