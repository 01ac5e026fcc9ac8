import type { BulkPart, BulkScope, Hold, StoredHold } from '../domain/hold.js';
import type { Channel } from '../domain/notification.js';

export interface HoldStore {
	/**
	 * Stores, once, that an operator's bulk fix was refused, and queues its notification, unless the operators already know that this
	 * run, or the same part of the same scope based on this run, is on hold.
	 */
	recordHold(
		refused: Hold & {
			readonly runId: string;
			readonly scope: BulkScope;
			/** Of the part that was refused. */
			readonly planHash: string;
			readonly actor: string;
			readonly at: Date;
			readonly channels: readonly Channel[];
		}
	): Promise<void>;
	/**
	 * Stores that an operator approved a held part of a plan, and queues the update of the messages that announced it. Releases the
	 * holds on this part of the scope, also those based on earlier runs.
	 * @param release.losing - the number of members who lose access or move down, as the operator typed it
	 * @param release.releasesRun - also releases what runs held
	 */
	releaseHold(release: {
		readonly scope: BulkScope;
		readonly part: BulkPart;
		readonly releasesRun: boolean;
		readonly actor: string;
		readonly at: Date;
		readonly losing: number;
		readonly reason: string;
	}): Promise<void>;
	/** Null if there is no such hold. */
	readHold(id: string): Promise<StoredHold | null>;
	/** Stores which message announced a hold. @returns the hold as it is now */
	setHoldMessage(id: string, channelId: string, messageId: string): Promise<StoredHold | null>;
}
