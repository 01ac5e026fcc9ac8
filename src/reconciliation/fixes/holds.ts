import type { BulkScope, Hold, StoredHold } from '../domain/hold.js';
import type { Channel } from '../domain/notification.js';

/** What holding asks of the database. */
export interface HoldStore {
	/**
	 * Writes down, once, that an operator's bulk fix was refused. The operators are told, unless they know already that this run, or
	 * the same fix on the strength of this run, is on hold.
	 */
	recordHold(
		refused: Hold & {
			readonly runId: string;
			readonly scope: BulkScope;
			readonly planHash: string;
			readonly actor: string;
			readonly at: Date;
			readonly channels: readonly Channel[];
		}
	): Promise<void>;
	/**
	 * Writes down that an operator takes the responsibility for a plan that was held: with `all`, also for what the run held.
	 * @param release.losing - the people who lose a role, as it was typed
	 */
	releaseHold(release: {
		readonly runId: string;
		readonly scope: BulkScope;
		readonly actor: string;
		readonly at: Date;
		readonly losing: number;
		readonly reason: string;
	}): Promise<void>;
	/** Null if there is no such hold. */
	readHold(id: string): Promise<StoredHold | null>;
}
