import type { BulkScope, Hold, StoredHold } from '../domain/hold.js';
import type { Channel } from '../domain/notification.js';

export interface HoldStore {
	/**
	 * Stores, once, that an operator's bulk fix was refused, and queues its notification, unless the operators already know that this
	 * run, or the same fix based on this run, is on hold.
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
	 * Stores that an operator approved a held plan. With scope `all` this also releases what the run held.
	 * @param release.losing - the number of members who lose a role, as the operator typed it
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
